#!/usr/bin/env bash
# Makes .venv in the project's root from the lock files: `setup.sh runtime` or `setup.sh dev`.
# A second run that finds nothing changed does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=${1:?say runtime or dev}
case $wanted in
runtime) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*) echo "setup.sh knows runtime and dev, not $wanted" >&2; exit 2 ;;
esac

venv=.venv
# A virtual environment works only where it was made, so the folder is part of the stamp.
stamp_of() { cat "$1" requirements-build.lock pyproject.toml scripts/setup.sh <(pwd -P) | sha256sum | cut -d' ' -f1; }
stamp=$(stamp_of "$lock")
[ "$(cat "$venv/.stamp-$wanted" 2>/dev/null)" = "$stamp" ] && exit 0

say() { printf '%s\n' "· $*"; }
fail() { printf '%s\n' "$@" >&2; exit 1; }

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    if [ -n "${PYTHON:-}" ]; then
        suits "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer."
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11; do
        if suits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Weighback needs Python 3.11 or newer. Install it, or name one: make PYTHON=/path/to/python3.12 …"
}

# Debian and Ubuntu keep the part of Python that makes virtual environments in a package of its own.
ensure_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    local package
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        fail "This Python cannot make virtual environments. Run: sudo apt-get install $package"
    fi
    say "Installing $package"
    quietly apt-get update
    quietly env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$package"
}

# What a command says is of interest only when it fails.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail "This failed: $*"
    fi
    rm -f "$log"
}

if [ "$(cat "$venv/.folder" 2>/dev/null)" != "$(pwd -P)" ] || ! suits "$venv/bin/python"; then
    python=$(find_python)
    ensure_venv "$python"
    say "Making $venv with $("$python" --version)"
    quietly "$python" -m venv --clear "$venv"
    pwd -P >"$venv/.folder"
fi

pip=("$venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input)
say "Installing $(grep -c '^[a-z]' "$lock") locked packages (a minute or so, once)"
quietly "${pip[@]}" install --no-compile --require-hashes --requirement requirements-build.lock
quietly "${pip[@]}" install --no-compile --require-hashes --no-build-isolation --requirement "$lock"
quietly "${pip[@]}" install --no-index --no-deps --no-build-isolation --editable .

echo "$stamp" >"$venv/.stamp-$wanted"
if [ "$wanted" = dev ]; then # which holds all that runtime needs
    stamp_of requirements.lock >"$venv/.stamp-runtime"
fi
