"""Runs first in the built program: what it starts, such as a browser for a link, gets the person's own libraries.

The starter points LD_LIBRARY_PATH to the program's folder and keeps what stood there before. The linker has read
it by now, so the program itself needs it no more.
"""

import os

before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if before is not None:
    os.environ["LD_LIBRARY_PATH"] = before
