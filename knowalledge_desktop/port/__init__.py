"""The optional loopback HTTP port."""
