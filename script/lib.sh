# Shared by the scripts beside it, which source it from the project's root: finds Python, keeps .venv in step with the locked packages.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

new_enough() { "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Sets $python to the first Python that is new enough; the variable PYTHON names one beforehand.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11
    fi
    for python; do
        if new_enough "$python"; then return; fi
    done
    found=$("$1" --version 2>/dev/null) || found=
    stop "Sitehand needs Python 3.11 or newer, and $1 is ${found:-not there}: install one, or name it with PYTHON=/path/to/python3."
}

# Sets $python to one for small things: the one in .venv where there is one, since it starts faster.
use_python() {
    python=.venv/bin/python
    new_enough "$python" || find_python
}

# Runs a command as root, directly or by a sudo that asks nothing; fails where neither is possible.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# Installs a Debian package where that is possible without asking; its noise goes to a log that is shown on failure.
apt_install() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null || return 1
    say "Installing $1 with apt-get."
    log=$(mktemp)
    as_root apt-get -q update </dev/null >"$log" 2>&1 || :
    if as_root apt-get -q install -y --no-install-recommends "$1" </dev/null >>"$log" 2>&1; then
        rm -f "$log"
        return
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

# Debian splits venv from Python: makes sure that $python has it.
need_venv_module() {
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then return; fi
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    apt_install "$package" || :
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then return; fi
    if command -v apt-get >/dev/null; then
        stop "Python's venv module is missing, install it first: sudo apt-get install $package"
    fi
    stop "Python's venv module is missing: install the package of your system that has it, or name another Python with PYTHON=."
}

# True if .venv works, is new enough, and was made in this very folder (its commands hold the path).
venv_works() {
    new_enough .venv/bin/python && .venv/bin/python -c 'import pip' 2>/dev/null &&
        grep -qF "$(pwd -P)/.venv/bin/" .venv/bin/pip 2>/dev/null
}

make_venv() {
    find_python
    need_venv_module
    rm -rf .venv
    "$python" -m venv .venv || stop "Python could not make .venv here; see above."
}

pip_install() {
    .venv/bin/python -m pip install -qq --no-input --disable-pip-version-check --require-hashes -r "$1" </dev/null
}

# What .venv must have been filled from: the locked file and this Python, in this folder.
stamp_of() { printf '%s %s %s\n' "$(cksum <"$1")" "$(.venv/bin/python --version)" "$(pwd -P)"; }

# Brings .venv in step with a locked requirements file; does nothing when it is.
prepare() {
    stamp=.venv/.filled-from-$1
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(stamp_of "$1" 2>/dev/null)" ]; then return; fi
    fresh=
    venv_works || { make_venv && fresh=yes; }
    say "Installing the packages of $1 into .venv; this takes a minute or two the first time."
    if ! pip_install "$1"; then
        if [ -n "$fresh" ] || ls .venv/.filled-from-* >/dev/null 2>&1; then
            stop "The packages could not be installed; see above."
        fi
        say "Making .venv anew, since it was never finished."
        make_venv
        pip_install "$1" || stop "The packages could not be installed; see above."
    fi
    stamp_of "$1" >"$stamp"
}
