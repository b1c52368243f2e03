#!/bin/sh
# Builds dist/knowalledge where `dev.sh` does not reach: on Windows (in the shell of Git) and macOS, from a Python
# 3.11 or newer that is the first on the path. On Debian and Ubuntu use: sh packaging/dev.sh build
set -eu
root=$(cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
export PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PYTHONHASHSEED=0
unset PYTHONHOME PYTHONPATH
[ -d .venv ] || "${PYTHON:-python}" -m venv .venv
python=$root/.venv/bin/python
[ -x "$python" ] || python=$root/.venv/Scripts/python.exe

install() { "$python" -P -m pip install --quiet --require-hashes "$@"; }
install --only-binary :all: -r packaging/lock/dev.txt
install --no-build-isolation --use-pep517 -r packaging/lock/dev-source.txt
"$python" -P -m pip install --quiet --no-deps --no-build-isolation --no-index -e .

[ -f resources/atlas/atlas.sqlite ] ||
    "$python" -P packaging/atlas/compile_atlas.py --out resources/atlas/atlas.sqlite
"$python" -P packaging/make_fonts.py
"$python" -P packaging/make_translations.py
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
exec "$python" -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build build.spec
