"""The sky: everything explored among all articles of the Atlas, drawn."""
