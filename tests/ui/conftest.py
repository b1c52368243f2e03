"""Tests of the window run on Qt's loop and leave nothing on the screen."""

from tests.support.qt import nothing_left_on_screen, run_async

__all__ = ["nothing_left_on_screen", "run_async"]
