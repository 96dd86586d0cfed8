"""Runs a fake endpoint until Ctrl-C, so that the product can be pointed at a perfect or at a hostile model."""

from __future__ import annotations

import argparse
import sys
import threading
from typing import get_args

from . import Behaviour, FakeEndpoint
from .answers import SLOW_SECONDS


def main(arguments: list[str] | None = None, *, closing: threading.Event | None = None) -> None:
    """Serve ``/v1`` on this machine; say on stderr where."""
    parser = argparse.ArgumentParser(prog="python -m replyassist.testing.endpoint", description=__doc__)
    parser.add_argument("--behaviour", choices=get_args(Behaviour), default="good_writer")
    parser.add_argument("--port", type=int, default=9999, help="0: any free port")
    parser.add_argument("--slow-seconds", type=float, default=SLOW_SECONDS, help="how long 'slow' stays silent")
    options = parser.parse_args(arguments)
    with FakeEndpoint(options.behaviour, port=options.port, slow_seconds=options.slow_seconds) as endpoint:
        sys.stderr.write(f"{options.behaviour}: REPLYASSIST_LLM_BASE_URL={endpoint.base_url}\n")
        sys.stderr.flush()
        try:
            (closing or threading.Event()).wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
