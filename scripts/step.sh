#!/usr/bin/env bash
# step.sh NAME COMMAND…: one line for a step that passes, all it said for one that fails.
set -uo pipefail
name=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
start=$SECONDS
if "$@" >"$log" 2>&1; then
    printf '✓ %s (%d s)\n' "$name" "$((SECONDS - start))"
else
    status=$?
    cat "$log" >&2
    printf '✗ %s: %s\n' "$name" "$*" >&2
    exit "$status"
fi
