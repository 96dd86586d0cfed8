"""An e-mail's whole way, printed step by step, and again with the server killed while the answer leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mail_way import mail_walk
from .walk import killed_before_each, printing

WHILE_IT_LEAVES = ("IMAP text answered", "SMTP text asked", "SMTP text answered")


@pytest.mark.encoder
@pytest.mark.browser
def test_an_answer_arrives_once_though_the_server_is_killed_while_it_leaves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with printing(capsys) as say, mail_walk(tmp_path, say) as walk:
        walked = walk.go_undisturbed()
        killed_before_each(walk, WHILE_IT_LEAVES, steps=walked.steps, say=say)
