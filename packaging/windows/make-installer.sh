#!/bin/sh
# sh packaging/windows/make-installer.sh FOLDER OUT: the installer for Windows, around a folder that was built there.
# makensis runs on Linux as well as on Windows (there in the shell of Git).
set -eu
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
folder=$1
out=$2
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$root/knowalledge_desktop/__init__.py")
[ -n "$version" ] || { echo "there is no version in knowalledge_desktop/__init__.py" >&2; exit 1; }
if [ ! -f "$folder/knowalledge.exe" ]; then
    echo "there is no knowalledge.exe in $folder: build it on Windows first" >&2
    exit 1
fi
mkdir -p "$out"
folder=$(cd -- "$folder" && pwd)
out=$(cd -- "$out" && pwd)
native() { # makensis of Windows wants its own kind of path
    if command -v cygpath >/dev/null 2>&1; then cygpath -w "$1"; else printf '%s\n' "$1"; fi
}
target=$out/KnowAllEdge-$version-setup.exe
makensis -V2 -NOCD "-DVERSION=$version" "-DPAYLOAD=$(native "$folder")" \
    "-DICON=$(native "$root/packaging/icons/knowalledge.ico")" "-DLICENCE=$(native "$root/LICENSE")" \
    "-DOUT=$(native "$target")" "$(native "$root/packaging/windows/installer.nsi")"
echo "$target"
