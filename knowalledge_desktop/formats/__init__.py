"""File formats: one a file, pure functions between bytes and maps."""
