"""The map canvas: one widget, one renderer."""
