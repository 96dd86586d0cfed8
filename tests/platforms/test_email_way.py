"""E-mail: mail, draft, edited and approved in Chromium, answer at its sender's; killed before each step in turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.mail_way import mail_walk
from tests.e2e.walk import killed_before_each, printing

Record = Callable[[str, object], None]


@pytest.mark.encoder
@pytest.mark.browser
def test_the_answer_arrives_once_wherever_the_server_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    with printing(capsys) as say, mail_walk(tmp_path, say) as walk:
        walk.go()  # the first time Tom is new, which is kept too
        walked = walk.go_undisturbed()
        done = killed_before_each(walk, walked.steps, steps=walked.steps, say=say)
    looked = sum(each.was_unsure for each in done)
    record_property("figure", f"{len(done)} places to kill, one answer each; {looked} of them asked a person to look")
