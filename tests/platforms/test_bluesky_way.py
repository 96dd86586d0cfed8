"""Bluesky: comment, draft, edited and approved in Chromium, answer in the thread; killed before each step in turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.channels.peers.bluesky_network import Addresses
from tests.e2e.bluesky_way import bluesky_walk
from tests.e2e.walk import killed_before_each, printing

Record = Callable[[str, object], None]


@pytest.mark.encoder
@pytest.mark.browser
def test_the_answer_stands_once_wherever_the_server_is_killed(
    network: Addresses, tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    with printing(capsys) as say, bluesky_walk(network.pds, tmp_path, say) as walk:
        walk.go()  # the first time Tom is new, which is kept too
        walked = walk.go_undisturbed()
        done = killed_before_each(walk, walked.steps, steps=walked.steps, say=say)
    assert all(each.status == "sent" and not each.was_unsure for each in done)
    record_property("figure", f"{len(done)} places to kill, one answer each; {walked.seconds:.0f} s undisturbed")
