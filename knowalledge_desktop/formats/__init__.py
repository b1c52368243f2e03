"""File formats to read and write maps, one a file."""
