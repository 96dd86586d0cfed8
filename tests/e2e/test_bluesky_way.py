"""A Bluesky comment's whole way, printed step by step, and again with the server killed while the answer leaves: before
it is asked for, before that is answered, and before the answer is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.core.clock import SystemClock
from tests.channels.peers.bluesky import network

from .bluesky_way import bluesky_walk
from .walk import killed_before_each, printing

IT_LEAVES = "com.atproto.repo.putRecord asked"


@pytest.mark.encoder
@pytest.mark.browser
def test_the_answer_stands_once_though_the_server_is_killed_while_it_leaves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with printing(capsys) as say, network(SystemClock().now) as peer, bluesky_walk(peer.url, tmp_path, say) as walk:
        steps = walk.go_undisturbed().steps
        places = steps[steps.index(IT_LEAVES) :][:3]
        done = killed_before_each(walk, places, steps=steps, say=say)
    assert [(each.status, each.was_unsure) for each in done] == [("sent", False)] * 3
