#!/bin/sh
# One door to the project: sets itself up, then does what it is asked. See `usage` below.
#
# Everything it makes lies in the checkout (.venv, .dev, resources); only Qt's system libraries and Redis' tools go
# elsewhere, and only through apt. No service is set up or started. A step that is done leaves a stamp in .dev, so
# later runs start at once and need no network.
set -eu
unset PYTHONHOME PYTHONPATH CDPATH
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
export PATH
export PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

root=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=$root/.venv
state=$root/.dev
tools=$state/tools
PATH=$PATH:$tools/bin
python=$venv/bin/python
locks=$root/packaging/lock

usage() {
    cat >&2 <<'END'
usage: sh packaging/dev.sh COMMAND

  run                 open the window
  run ARGS...         the command line, for example: run explore "Photosynthesis"
  test [--long]       all checks: style, types, import rules, tests; --long in full size
  test ARGS...        only pytest, with these arguments
  lint                style, types and import rules alone
  bench               speed, as ratios to a yardstick of the same run
  build               a folder that runs without Python, in dist/knowalledge
  package [deb|tar]   of that folder (made anew if it is not there): a Debian package, a portable archive, in dist
  package exe         an installer for Windows around dist/knowalledge, which Windows has built; needs makensis
  selftest            ask the program whether all its parts work here
  lock [ARGS...]      renew packaging/lock from pyproject.toml
END
}

say() { printf 'knowalledge: %s\n' "$*" >&2; }
stop() { # sentence, exit code
    say "$1"
    exit "${2:-1}"
}
have() { command -v "$1" >/dev/null 2>&1; }

# --- stamps -------------------------------------------------------------------------------------------------

print_of() { # files...: a short print of their contents and of where the checkout lies
    { printf '%s\n' "$root"; cat -- "$@"; } | cksum | tr ' ' '-'
}
is_done() { [ -f "$state/$1" ] && [ "$(cat "$state/$1")" = "$2" ]; }
mark_done() {
    mkdir -p "$state"
    printf '%s\n' "$2" >"$state/$1"
}

# --- system packages ----------------------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo "$@"
    else
        return 1
    fi
}

apt_install() { # why, packages...: false when it could not be done
    why=$1
    shift
    have apt-get || return 1
    say "installing with apt $why: $*"
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1; then
        [ "$(id -u)" = 0 ] || have sudo || return 1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# soname and Debian package, one pair a line: what Qt needs to start at all, to talk to X and to Wayland.
qt_libraries='libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libglib-2.0.so.0 libglib2.0-0
libgssapi_krb5.so.2 libgssapi-krb5-2
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-xkb.so.1 libxcb-xkb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libX11-xcb.so.1 libx11-xcb1
libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1'

qt_missing() { # the Debian packages of the libraries that the linker does not know
    known=$(ldconfig -p 2>/dev/null) || return 0
    printf '%s\n' "$qt_libraries" | while read -r library package; do
        case $known in
            *"$library"*) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

ensure_qt() {
    now=$(print_of "$root/packaging/dev.sh" "$venv/pyvenv.cfg")
    is_done qt "$now" && return 0
    if [ "$(uname -s)" = Linux ] && have apt-get && have ldconfig; then
        missing=$(qt_missing)
        # shellcheck disable=SC2086  # a list of words
        if [ -n "$missing" ] && ! apt_install "the system libraries of Qt" $missing; then
            stop "Qt's system libraries are missing and need an administrator. Run: sudo apt-get install $missing"
        fi
    fi
    QT_QPA_PLATFORM=offscreen "$python" -c 'import PySide6.QtWidgets, PySide6.QtSvg, PySide6.QtNetwork' ||
        stop "Qt does not start: install the library that the line above names with your system's package manager."
    mark_done qt "$now"
}

# --- Python environment -------------------------------------------------------------------------------------

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3; do
        if have "$name" && new_enough "$name"; then
            "$name" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    return 1
}

ensure_venv() {
    [ -x "$python" ] && [ -f "$venv/pyvenv.cfg" ] && "$python" -c 'import sys, pip
sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && return 0
    base=$(find_python) || stop "Python 3.11 or newer is needed. Debian, Ubuntu: sudo apt-get install python3 python3-venv"
    say "making a Python environment in .venv ($("$base" -V))"
    if ! "$base" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        versioned=$("$base" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "the module for Python environments" "$versioned" || apt_install "the same" python3-venv ||
            stop "Python's venv module is missing and needs an administrator. Run: sudo apt-get install $versioned"
    fi
    rm -rf -- "$venv"
    "$base" -m venv "$venv" || stop "The environment could not be made: is there room on the disk, and may you write to $root?"
}

pip_install() { "$python" -P -m pip install --quiet --progress-bar off --require-hashes "$@"; }

no_packages="The packages could not be installed. The first time needs a network; then run the same command again."

ensure_packages() { # run|dev
    now=$(print_of "$locks"/*.txt "$venv/pyvenv.cfg")
    is_done packages-dev "$now" || is_done "packages-$1" "$now" && return 0
    say "installing the Python packages of packaging/lock/$1.txt (once, about $([ "$1" = run ] && echo 200 || echo 350) MB)"
    pip_install --only-binary :all: -r "$locks/$1.txt" || stop "$no_packages"
    if [ "$1" = dev ]; then
        pip_install --no-build-isolation --use-pep517 -r "$locks/dev-source.txt" || stop "$no_packages"
    fi
    mark_done "packages-$1" "$now"
}

ensure_project() {
    now=$(print_of "$root/pyproject.toml" "$root/knowalledge_desktop/__init__.py" "$venv/pyvenv.cfg")
    is_done project "$now" && return 0
    say "installing the project into .venv (editable)"
    (cd "$root" && "$python" -P -m pip install --quiet --no-deps --no-build-isolation --no-index -e .) ||
        stop "The project could not be installed into .venv: see the lines above, then run the same command again."
    mark_done project "$now"
}

ensure_atlas() {
    now=$(print_of "$root"/packaging/atlas/*.py "$root/knowalledge_desktop/layout/sky.py" \
        "$root/knowalledge_desktop/layout/haze.py" "$locks/run.txt")
    [ -f "$root/resources/atlas/atlas.sqlite" ] && is_done atlas "$now" && return 0
    say "compiling the Atlas (once, about a minute)"
    "$python" -P "$root/packaging/atlas/compile_atlas.py" --out "$root/resources/atlas/atlas.sqlite" >&2 ||
        stop "The Atlas could not be compiled: see the lines above, then run the same command again."
    mark_done atlas "$now"
}

ensure_fonts() {
    now=$(print_of "$root/packaging/make_fonts.py" "$locks/run.txt")
    is_done fonts "$now" && ls "$root"/resources/fonts/*.ttf >/dev/null 2>&1 && return 0
    say "making the fonts (once, some seconds)"
    "$python" -P "$root/packaging/make_fonts.py" >&2 ||
        stop "The fonts could not be made: see the lines above, then run the same command again."
    mark_done fonts "$now"
}

ensure_translations() {
    now=$(print_of "$root/packaging/make_translations.py" "$root"/resources/translations/*.ts)
    is_done translations "$now" && ls "$root"/resources/translations/*.qm >/dev/null 2>&1 && return 0
    say "compiling the translations"
    "$python" -P "$root/packaging/make_translations.py" >&2 ||
        stop "The translations could not be compiled: see the lines above, then run the same command again."
    mark_done translations "$now"
}

set_up() { # run|dev
    venv_now=$(print_of "$venv/pyvenv.cfg" 2>/dev/null) || venv_now=
    if [ -z "$venv_now" ] || ! is_done venv "$venv_now" || [ ! -x "$python" ]; then
        ensure_venv
        mark_done venv "$(print_of "$venv/pyvenv.cfg")"
    fi
    ensure_packages "$1"
    ensure_project
    ensure_atlas
    ensure_fonts
    ensure_translations
}

# --- commands -----------------------------------------------------------------------------------------------

has_screen() {
    [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]
}

do_run() {
    if [ $# -eq 0 ]; then
        if ! has_screen; then
            say 'there is no screen here (DISPLAY and WAYLAND_DISPLAY are not set), so no window can open.'
            say 'the same from the command line:  sh packaging/dev.sh run explore "Photosynthesis"'
            say 'all commands:                    sh packaging/dev.sh run --help'
            exit 2
        fi
        set_up run
        ensure_qt
    else
        set_up run
    fi
    exec "$python" -P -m knowalledge_desktop "$@"
}

failed=
check() { # name, command...
    name=$1
    shift
    if "$@"; then say "$name: ok"; else
        failed="$failed $name"
        say "$name: failed"
    fi
}

lint() {
    cd "$root"
    check 'ruff check' "$python" -P -m ruff check .
    check 'ruff format' "$python" -P -m ruff format --check --quiet .
    check 'import rules' "$venv/bin/lint-imports" --no-logo
    check 'types' "$venv/bin/basedpyright"
}

test_processes() { # one a core, as far as memory goes: windows and limits are tested under load all the same
    cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
    [ "$cores" -gt 4 ] && cores=4
    echo "$cores"
}

run_pytest() {
    cd "$root"
    QT_QPA_PLATFORM=offscreen check 'tests' "$python" -m pytest "$@"
}

verdict() { [ -z "$failed" ] || stop "not right yet:$failed"; }

# Servers that the tests start themselves. The packages that are named after them would also set up services, start
# them and have them started with the machine; so only their programs are taken.

ensure_redis() { # `redis-tools` has the server's program, which is one or the other by its name, and no service
    have redis-server && have redis-sentinel && return 0
    have redis-check-rdb || apt_install "the Redis program that the tests of the team start" redis-tools || :
    if have redis-check-rdb; then
        mkdir -p "$tools/bin"
        for name in redis-server redis-sentinel; do ln -sf "$(command -v redis-check-rdb)" "$tools/bin/$name"; done
        case $("$tools/bin/redis-server" --version 2>/dev/null) in
            "Redis server v"*) return 0 ;;
            *) rm -f "$tools/bin/redis-server" "$tools/bin/redis-sentinel" ;;
        esac
    fi
    have redis-server && have redis-sentinel ||
        stop "The tests of the team need redis-server and redis-sentinel, version 7 or newer. Debian, Ubuntu: sudo apt-get install redis-server redis-sentinel"
}

apt_unpack() { # package: its files alone, in $tools; needs no administrator where apt knows what there is
    { have apt-get && have dpkg-deb; } || return 1
    mkdir -p "$tools/debs"
    (
        cd "$tools/debs"
        apt-get download -qq "$1" 2>/dev/null || {
            as_root apt-get update -qq >/dev/null 2>&1
            apt-get download -qq "$1" 2>/dev/null
        }
    ) && dpkg-deb -x "$tools/debs/$1"_*.deb "$tools"
    unpacked=$?
    rm -rf -- "$tools/debs"
    return "$unpacked"
}

ensure_promtool() { # the alerts for teams are tested with it; Prometheus itself lies beside it
    have promtool && return 0
    say "taking promtool, which tests the alerts for teams, out of its package into .dev/tools"
    if apt_unpack prometheus && [ -x "$tools/usr/bin/promtool" ]; then
        mkdir -p "$tools/bin"
        for name in promtool prometheus; do ln -sf "$tools/usr/bin/$name" "$tools/bin/$name"; done
    fi
    have promtool ||
        stop "The tests of the team's alerts need promtool. Debian, Ubuntu: sudo apt-get install prometheus"
}

do_test() {
    set_up dev
    ensure_qt
    ensure_redis
    ensure_promtool
    if [ $# -eq 0 ] || { [ $# -eq 1 ] && [ "$1" = --long ]; }; then
        lint
        run_pytest -n "$(test_processes)" --dist worksteal "$@"
    else
        run_pytest "$@"
    fi
    verdict
}

do_build() {
    set_up dev
    ensure_qt
    { have objdump && have patchelf; } || [ "$(uname -s)" != Linux ] ||
        apt_install "what building needs" binutils patchelf ||
        stop "objdump or patchelf is missing. Debian, Ubuntu: sudo apt-get install binutils patchelf"
    cd "$root"
    say "building dist/knowalledge (about two minutes)"
    mkdir -p build
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(commit_time)}
    PYTHONHASHSEED=0 # sets have an order, so that equal sources give equal bytes
    export SOURCE_DATE_EPOCH PYTHONHASHSEED
    "$python" -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build build.spec ||
        stop "The build failed: see the lines above."
    say "dist/knowalledge: $(du -sm dist/knowalledge | cut -f1) MB; asking it for a self-test"
    QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} dist/knowalledge/knowalledge selftest ||
        stop "The built program does not pass its self-test."
    # The self-test opens no window; that one opens and stays is seen by having to end it.
    have timeout || return 0
    home=$(mktemp -d)
    opened=0
    KNOWALLEDGE_HOME=$home QT_QPA_PLATFORM=offscreen timeout 8 dist/knowalledge/knowalledge || opened=$?
    rm -rf -- "$home"
    [ "$opened" = 124 ] || stop "The built program's window did not stay open (exit $opened)."
    say "dist/knowalledge is ready"
}

commit_time() { # one time for all that is packed, so that equal sources give equal bytes
    git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s
}

do_package() { # [deb|tar|exe]...
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(commit_time)}
    export SOURCE_DATE_EPOCH
    cd "$root"
    [ -d dist/knowalledge ] || do_build
    if [ "${1:-}" = exe ]; then
        have makensis || apt_install "what makes installers for Windows" nsis ||
            stop "makensis is missing. Debian, Ubuntu: sudo apt-get install nsis"
        sh packaging/windows/make-installer.sh dist/knowalledge dist
        return
    fi
    for tool in dpkg-deb objdump; do
        have "$tool" || stop "$tool is missing. Debian, Ubuntu: sudo apt-get install dpkg binutils"
    done
    "$python" -P packaging/linux/package.py "$@" || stop "The packages could not be made: see the lines above."
}

do_lock() {
    if [ ! -x "$state/lock/bin/uv" ]; then
        base=$(find_python) || stop "Python 3.11 or newer is needed."
        say "installing uv, which resolves versions, into .dev/lock"
        "$base" -m venv "$state/lock"
        "$state/lock/bin/python" -m pip install --quiet --only-binary :all: uv ||
            stop "uv could not be installed; renewing the lock needs a network."
    fi
    exec "$state/lock/bin/python" -P "$root/packaging/lock.py" "$@"
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
    run) do_run "$@" ;;
    test) do_test "$@" ;;
    lint)
        set_up dev
        lint
        verdict
        ;;
    bench)
        set_up dev
        ensure_qt
        run_pytest --bench -p no:randomly -s tests/bench "$@"
        verdict
        ;;
    build) do_build ;;
    package) do_package "$@" ;;
    selftest)
        set_up run
        ensure_qt
        exec "$python" -P -m knowalledge_desktop selftest "$@"
        ;;
    lock) do_lock "$@" ;;
    help | --help | -h) usage ;;
    *)
        usage
        exit 2
        ;;
esac
