"""Tests of the window run on Qt's loop and leave nothing on the screen."""

from tests.support.atlas import atlas_path
from tests.support.qt import nothing_left_on_screen, run_async

__all__ = ["atlas_path", "nothing_left_on_screen", "run_async"]
