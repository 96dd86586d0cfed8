#!/usr/bin/env bash
# Builds .make/peers, the environment of eval/peers/ and of the servers that tests of channels run against; does nothing
# where it is current.
#
# It sees every package of .venv, so that all systems run on the same encoder and libraries, and holds the frameworks
# and servers besides. No version of .venv can change by it: constraints.txt binds both.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

FOLDER=.make/peers
LOG=.make/peers-pip.log

digest=$({ pwd && cat eval/peers/requirements.txt tests/channels/peers/requirements.txt constraints.txt scripts/install_peers.sh; } | sha256sum | cut -d ' ' -f 1)
[[ "$(cat "$FOLDER/.installed" 2>/dev/null)" != "$digest" ]] || exit 0

echo "setup: installing the frameworks that eval/peers/ compares into $FOLDER (a minute; log: $LOG) ..." >&2
mkdir -p .make
.venv/bin/python -m venv --without-pip --clear "$FOLDER"
ours=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
theirs=$("$FOLDER/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "import site; site.addsitedir('$ours')" >"$theirs/packages_of_venv.pth"
# shellcheck disable=SC2086  # PIP_FLAGS is a list of words
PIP_DEFAULT_TIMEOUT="${PIP_DEFAULT_TIMEOUT:-60}" PIP_USER=0 \
  .venv/bin/python -m pip --python "$FOLDER/bin/python" install --no-input --disable-pip-version-check \
  --progress-bar off --prefer-binary ${PIP_FLAGS:-} -c constraints.txt -r eval/peers/requirements.txt \
  -r tests/channels/peers/requirements.txt >"$LOG" 2>&1 || {
  echo "setup: pip could not install the frameworks ($(grep -m 1 -E '^ *ERROR:' "$LOG" | sed 's/^ *ERROR: *//')); see $LOG" >&2
  exit 1
}
echo "$digest" >"$FOLDER/.installed"
