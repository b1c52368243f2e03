"""What tests of adapters share."""

from tests.support.atlas import atlas_path

__all__ = ["atlas_path"]
