#!/usr/bin/env bash
# Runs the tests in TEST_WORKERS processes, each with one thread: run_tests.sh [PYTEST_ARGS...]
#
# What failed is run once more, one test after the other with the machine to itself: a deadline that was missed because
# another test had the cores passes then, and is named; a defect fails twice. More than RETRIED failures are not retried.
set -uo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

RETRIED=15
FAILED=.make/failed-tests

run() {
  REPLYASSIST_CHROMIUM="$(cat .make/chromium)" OMP_NUM_THREADS=1 .venv/bin/python -m pytest \
    -o faulthandler_timeout="${TEST_TIMEOUT:-900}" -o faulthandler_exit_on_timeout=true "$@"
}

run -n "${TEST_WORKERS:-2}" --dist worksteal "$@"
status=$?
[[ $status == 1 && -s .pytest_cache/v/cache/lastfailed ]] || exit $status
.venv/bin/python -c 'import json; print(*json.load(open(".pytest_cache/v/cache/lastfailed")), sep="\n")' >"$FAILED"
(($(wc -l <"$FAILED") <= RETRIED)) || exit $status
echo "these failed and are run once more, by themselves:" && cat "$FAILED"
run -p no:xdist --last-failed --last-failed-no-failures none "$@"
