"""Compiles the translations: resources/translations/*.ts to the .qm files that the window loads.

    python packaging/make_translations.py [--update]

With --update the texts are read from the sources first. English has a file too: it holds the
plural forms ("1 topic", "2 topics"). The tool that reads them sees those of `tr`; those that are asked for by
`translate("Context", "%n topics", "", n)` are added here.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"


def main() -> int:
    """Compile all; returns the exit code."""
    tools = Path(sys.executable).parent
    sources = sorted(FOLDER.glob("*.ts"))
    if "--update" in sys.argv[1:]:
        texts = [str(p) for p in sorted((ROOT / "knowalledge_desktop" / "ui").rglob("*.py"))]
        before = {source: known(source) for source in sources}
        subprocess.run(
            [
                str(tools / "pyside6-lupdate"),
                "-pluralonly",
                "-no-obsolete",
                "-locations",
                "none",
                *texts,
                "-ts",
                *map(str, sources),
            ],
            check=True,
        )
        for source in sources:
            add_called(source, texts, before[source])
    release = shutil.which("pyside6-lrelease", path=str(tools))
    if release is None:
        print("pyside6-lrelease is not in the environment", file=sys.stderr)
        return 1
    for source in sources:
        target = source.with_suffix(".qm")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            subprocess.run([release, "-silent", str(source), "-qm", str(target)], check=True)
    return 0


def known(source: Path) -> dict[tuple[str, str], list[str]]:
    """The forms of every text that is translated, by context and text."""
    found: dict[tuple[str, str], list[str]] = {}
    for context in ET.parse(source).getroot().iter("context"):  # noqa: S314 - a file of this project
        for message in context.iter("message"):
            forms = [each.text or "" for each in message.iter("numerusform")]
            if any(forms):
                found[context.findtext("name", ""), message.findtext("source", "")] = forms
    return found


def called(texts: list[str]) -> Iterator[tuple[str, str]]:
    """Context and text of every plural that is asked for by `translate`."""
    for path in texts:
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 4:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first, second = node.args[:2]
            if name != "translate" or not isinstance(first, ast.Constant) or not isinstance(second, ast.Constant):
                continue
            if isinstance(first.value, str) and isinstance(second.value, str) and "%n" in second.value:
                yield first.value, second.value


def add_called(source: Path, texts: list[str], before: dict[tuple[str, str], list[str]]) -> None:
    """Add what `translate` asks for, with the forms it had."""
    root = ET.parse(source).getroot()  # noqa: S314 - a file of this project
    contexts = {each.findtext("name", ""): each for each in root.iter("context")}
    for name, text in sorted(set(called(texts))):
        context = contexts.get(name)
        if context is None:
            context = contexts[name] = ET.SubElement(root, "context")
            ET.SubElement(context, "name").text = name
        if any(each.findtext("source") == text for each in context.iter("message")):
            continue
        message = ET.SubElement(context, "message", numerus="yes")
        ET.SubElement(message, "source").text = text
        forms = before.get((name, text))
        told = ET.SubElement(message, "translation", {} if forms else {"type": "unfinished"})
        for form in forms or ["", ""]:
            ET.SubElement(told, "numerusform").text = form
    ET.indent(root, "    ")
    body = ET.tostring(root, encoding="unicode").replace("\n    ", "\n")  # as the tool has it
    source.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
