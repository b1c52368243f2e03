"""The guard against blocking calls, for tests that go through the SDK while Qt is loaded."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx

from tests.conftest import MAY_BLOCK

# Qt's bindings read the source of every module that is imported after them, those that the HTTP library
# imports at first use included. It happens once a module.
QT_IMPORT_HOOK = ("shibokensupport/feature.py", {"_mod_uses_pyside"})


@pytest.fixture(autouse=True)
def nothing_blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    """The guard of the same name, but for Qt's import hook."""
    if not inspect.iscoroutinefunction(getattr(request, "function", None)):
        yield
        return
    with blockbuster_ctx("knowalledge_desktop") as detector:
        for function in detector.functions.values():
            for file, names in (*MAY_BLOCK, QT_IMPORT_HOOK):
                function.can_block_in(file, names)
        yield
