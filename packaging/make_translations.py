"""Compiles the translations: resources/translations/*.ts to the .qm files that the window loads.

    python packaging/make_translations.py [--update]

With --update the texts are read from the sources first. English has a file too: it holds the
plural forms ("1 topic", "2 topics").
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"


def main() -> int:
    """Compile all; returns the exit code."""
    tools = Path(sys.executable).parent
    sources = sorted(FOLDER.glob("*.ts"))
    if "--update" in sys.argv[1:]:
        texts = [str(p) for p in sorted((ROOT / "knowalledge_desktop" / "ui").rglob("*.py"))]
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
    release = shutil.which("pyside6-lrelease", path=str(tools))
    if release is None:
        print("pyside6-lrelease is not in the environment", file=sys.stderr)
        return 1
    for source in sources:
        target = source.with_suffix(".qm")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            subprocess.run([release, "-silent", str(source), "-qm", str(target)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
