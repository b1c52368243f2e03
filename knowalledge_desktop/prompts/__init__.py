"""Versioned prompts and answer schemas, rendered from a Request."""
