#!/usr/bin/env bash
# Installs what `make peers-up` and `make test-platforms` run beside the peers of `make test`: the Bluesky network from npm
# into .make/platforms, and redis.
# Does nothing where it is current. As root on Debian it installs what is missing, else it says in one line what is.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null
source scripts/debian.sh

FOLDER=.make/platforms
SOURCE=tests/channels/peers/node/network
LOG=.make/platforms-npm.log

fail() {
  echo "platforms: $*" >&2
  exit 1
}

need() { # PROGRAM PACKAGE...: the program, from these Debian packages where it is missing
  local program=$1
  shift
  command -v "$program" >/dev/null && return
  echo "platforms: installing $* ..." >&2
  RUNLEVEL=1 apt_install "$@" && hash -r && command -v "$program" >/dev/null ||
    fail "$program is missing; install it (apt-get install $*)"
}

need node nodejs npm
need npm npm
need redis-server redis-server
node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' ||
  fail "Node 18 or newer is needed, and $(node --version) was found"

export PATH="$PWD/.make/emulators:$PATH" # the Node that runs the network, so that what is compiled fits it
digest=$({ pwd && node --version && cat "$SOURCE/package.json" "$SOURCE/package-lock.json" "$0"; } | sha256sum | cut -d ' ' -f 1)
[[ "$(cat "$FOLDER/.installed" 2>/dev/null)" != "$digest" ]] || exit 0

for program in make c++ python3; do need "$program" make g++ python3; done # one package is compiled where no build fits
echo "platforms: installing the Bluesky network into $FOLDER (5 to 15 minutes the first time; log: $LOG) ..." >&2
mkdir -p "$FOLDER"
rm -f "$FOLDER/.installed"
cp "$SOURCE/package.json" "$SOURCE/package-lock.json" "$FOLDER/"
{
  (cd "$FOLDER" && npm ci --ignore-scripts --no-audit --no-fund && npm rebuild better-sqlite3)
} >"$LOG" 2>&1 || fail "npm could not install them ($(grep -m 1 -E 'npm (error|ERR!)' "$LOG")); see $LOG"
echo "$digest" >"$FOLDER/.installed"
