"""The judge's prompt, word for word, beside its snapshot.

When a change is meant: ``REPLYASSIST_UPDATE_SNAPSHOTS=1 pytest`` this file, and read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.evaluation.judge import judge_run
from replyassist.testing import FakeChatModel
from tests.evaluation.builders import case, match, proposal, result, run

SNAPSHOT = Path(__file__).parent / "snapshots" / "judge.txt"
MATCH = match("We ship to 32 countries in Europe.", title="Do you ship abroad?")


def test_the_prompt_is_the_one_that_was_read() -> None:
    model = FakeChatModel(['{"findings": []}'])
    asked = result(1, case=case(1, parent_text="New roast is out!"), proposal=proposal(templates=(MATCH,)))
    judge_run(run(asked), model, library=PromptLibrary(resource_folder("prompts")))

    text = "\n".join(f"=== {message.role}\n{message.content}" for message in model.calls[0].messages) + "\n"
    if os.environ.get("REPLYASSIST_UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")
