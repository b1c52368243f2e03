"""The compiled Atlas, for the tests of its compiler."""

from tests.support.atlas import atlas_path

__all__ = ["atlas_path"]
