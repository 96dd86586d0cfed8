#!/usr/bin/env bash
# install_peers.sh [FOLDER REQUIREMENTS...]: builds an environment beside .venv; does nothing where it is current. By itself
# it is .make/peers: of eval/peers/ and of the servers that tests of channels run against.
#
# It sees every package of .venv, so that all systems run on the same encoder and libraries, and holds what is required
# besides. No version of .venv can change by it: constraints.txt binds both.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

(($#)) || set -- .make/peers eval/peers/requirements.txt tests/channels/peers/requirements.txt
FOLDER=$1 LOG=$1-pip.log
shift

digest=$({ pwd && cat "$@" constraints.txt scripts/install_peers.sh; } | sha256sum | cut -d ' ' -f 1)
[[ "$(cat "$FOLDER/.installed" 2>/dev/null)" != "$digest" ]] || exit 0

echo "setup: installing what $* asks for into $FOLDER (a minute; log: $LOG) ..." >&2
mkdir -p .make
.venv/bin/python -m venv --without-pip --clear "$FOLDER"
ours=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
theirs=$("$FOLDER/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "import site; site.addsitedir('$ours')" >"$theirs/packages_of_venv.pth"
# shellcheck disable=SC2086  # PIP_FLAGS is a list of words
PIP_DEFAULT_TIMEOUT="${PIP_DEFAULT_TIMEOUT:-60}" PIP_USER=0 \
  .venv/bin/python -m pip --python "$FOLDER/bin/python" install --no-input --disable-pip-version-check \
  --progress-bar off --prefer-binary ${PIP_FLAGS:-} -c constraints.txt "${@/#/-r}" >"$LOG" 2>&1 || {
  echo "setup: pip could not install them ($(grep -m 1 -E '^ *ERROR:' "$LOG" | sed 's/^ *ERROR: *//')); see $LOG" >&2
  exit 1
}
echo "$digest" >"$FOLDER/.installed"
