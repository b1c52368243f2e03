"""Numbered steps that bring an older library file up to date."""
