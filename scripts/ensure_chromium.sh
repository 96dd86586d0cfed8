#!/usr/bin/env bash
# Finds a Chromium for the browser tests, else installs one, and writes its path to .make/chromium.
#
# In this order: REPLYASSIST_CHROMIUM, a browser on the PATH, Playwright's own if it is there already,
# Debian's package (as root), Playwright's own download. Never skips: with none to be had it stops
# with one line that says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null
source scripts/debian.sh

RECORD=.make/chromium
LOG=.make/chromium.log
PYTHON=.venv/bin/python

fail() {
  echo "browser tests: $*" >&2
  exit 1
}

# A snap's stand-in or a browser without its libraries is on the PATH too, so each is started once.
works() { [[ -x "$1" ]] && timeout 60 "$1" --version >/dev/null 2>&1; }

accept() { # PATH: record it and stop, if it works
  if works "$1"; then
    echo "$1" >"$RECORD"
    exit 0
  fi
}

accept_from_path() {
  local name path
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    path=$(command -v "$name") && accept "$path"
  done
  return 0
}

accept_from_playwright() {
  local path
  path=$(timeout 60 "$PYTHON" -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)' 2>>"$LOG") && accept "$path"
  return 0
}

ensure_playwright() { # its driver is a Node that needs libatomic.so.1, which the smallest systems lack
  timeout 60 "$PYTHON" -m playwright --version >>"$LOG" 2>&1 && return
  apt_install libatomic1 && timeout 60 "$PYTHON" -m playwright --version >>"$LOG" 2>&1 ||
    fail "Playwright does not start ($(grep -m 1 error "$LOG")); install what it lacks (apt-get install libatomic1)"
}

install_from_debian() {
  may_install || return 0
  # Ubuntu's package only points to a snap, which does not run in a container or as root.
  ! grep -qx 'ID=ubuntu' /etc/os-release 2>/dev/null || return 0
  echo "browser tests: installing Debian's chromium ..." >&2
  apt_install chromium fonts-liberation fonts-noto-color-emoji || return 0
}

install_from_playwright() {
  local with_deps=()
  [[ "$(id -u)" != 0 ]] || with_deps=(--with-deps)
  echo "browser tests: downloading Playwright's own Chromium ..." >&2
  timeout 900 "$PYTHON" -m playwright install "${with_deps[@]}" chromium >>"$LOG" 2>&1 || return 0
}

mkdir -p .make
: >"$LOG"
ensure_playwright
if [[ -z "${REPLYASSIST_CHROMIUM:-}" && -s "$RECORD" ]]; then
  accept "$(cat "$RECORD")"
fi
rm -f "$RECORD"
if [[ -n "${REPLYASSIST_CHROMIUM:-}" ]]; then
  accept "$REPLYASSIST_CHROMIUM"
  fail "REPLYASSIST_CHROMIUM=$REPLYASSIST_CHROMIUM does not start; name a Chromium that does, or unset it"
fi
accept_from_path
accept_from_playwright
install_from_debian
hash -r
accept_from_path
install_from_playwright
accept_from_playwright
fail "no Chromium was found or could be installed (logs: .make/*.log); install one (apt-get install chromium) or set REPLYASSIST_CHROMIUM"
