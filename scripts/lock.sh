#!/usr/bin/env bash
# Writes the lock files from pyproject.toml; versions already locked are kept unless --upgrade is given.
# They name no index, so that each machine's own pip settings decide where packages come from.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv
compile=("$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@")

# One resolution for all; the other two are parts of it.
"${compile[@]}" pyproject.toml --all-extras --group build --output-file requirements-dev.lock
"${compile[@]}" pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
"${compile[@]}" --group build --constraint requirements-dev.lock --output-file requirements-build.lock
