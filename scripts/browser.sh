#!/usr/bin/env bash
# Makes sure that the browser tests find a Chromium: the system's, else Debian's, else Playwright's.
set -euo pipefail
cd "$(dirname "$0")/.."

works() { chromium --version >/dev/null 2>&1; }
playwrights() {
    .venv/bin/python - >/dev/null 2>&1 <<'PYTHON'
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())
PYTHON
}

works && exit 0
playwrights && exit 0

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "· Installing Chromium for the browser tests"
if [ "$(id -u)" -eq 0 ] && grep -qs '^ID=debian' /etc/os-release && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install --yes --no-install-recommends chromium; } >>"$log" 2>&1 || true
    works && exit 0
fi
with_libraries=()
[ "$(id -u)" -eq 0 ] && with_libraries=(--with-deps)
.venv/bin/playwright install "${with_libraries[@]}" chromium >>"$log" 2>&1 || true
playwrights && exit 0

cat "$log" >&2
echo "The browser tests need Chromium, and it could not be installed (see above). Put a chromium on PATH." >&2
exit 1
