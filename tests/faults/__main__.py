"""Promises to people under faults (``make faults``): prints what happens, then a summary."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.starter import Starter

from .counting import Count
from .ground import Ground
from .parts import PARTS

KINDS = ("sqlite", "postgresql")
_HEAD = (
    "| database | part | faults | messages / sent | lost | doubled | unapproved | errors | blocked | longest wait of "
    "the other brand (intake / approval / arrival) | settled after |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=30, help="kills at random; of the other faults as many as fit")
    parser.add_argument("--database", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--part", choices=tuple(PARTS), nargs="+", default=tuple(PARTS))
    parser.add_argument("--minutes", type=float, default=120.0, help="no part begins after so long")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def say(line: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:7.1f} s  {line}\n")
        sys.stderr.flush()

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    counts: list[Count] = []
    with tempfile.TemporaryDirectory(prefix="replyassist-faults-") as folder, Starter() as starter:
        for kind in options.database:
            for name in options.part:
                if time.monotonic() - began > options.minutes * 60:
                    say(f"{kind}, {name}: left out, the time is over")
                    continue
                say(f"{kind}, {name}")
                ground = Ground(kind, Path(folder), starter, options.seed, options.each, say)
                if (made := PARTS[name](ground)) is not None:
                    counts.append(made)
                    say(json.dumps(made.document))
    print_summary(counts, as_json=options.json)
    return 0 if counts and all(each.is_good for each in counts) else 1


def print_summary(counts: Sequence[Count], *, as_json: bool) -> None:
    """To stdout, as JSON or as a table."""
    if as_json:
        lines = [json.dumps([each.document for each in counts], indent=1)]
    else:
        lines = [_HEAD, *(_row(each) for each in counts)]
    sys.stdout.write("\n".join(lines) + "\n")


def _row(made: Count) -> str:
    waits = " / ".join(
        f"{made.longest_wait_s[kind]:.1f} s" for kind in ("intake", "approve", "arrival") if kind in made.longest_wait_s
    )
    wrongs = (made.lost, made.doubled, made.unapproved, made.refusals, made.blocked)
    wrong = " | ".join(str(len(each)) for each in wrongs)
    return (
        f"| {made.database} | {made.part} | {made.faults} | {made.messages} / {made.sent} | {wrong} | {waits} "
        f"| {made.settled_s:.0f} s |"
    )


if __name__ == "__main__":
    sys.exit(main())
