"""Wrappers around an Engine, one concern a file."""
