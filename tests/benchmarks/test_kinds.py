from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput
from replyassist.inbox.inbound import InboundMessage
from replyassist.triage import Kind, MessageReading
from replyassist_bench.kinds import Labelled, measures_of, read_labelled

LABELLED = Path(__file__).parents[2] / "eval" / "reading"


def labelled(kind: Kind, text: str) -> Labelled:
    return Labelled(id=kind.value, writer="shop", message=InboundMessage(text), kind=kind)


def read_as(kind: Kind, probability: float = 0.96) -> MessageReading:
    rest = (1 - probability) / (len(Kind) - 1)
    return MessageReading(probabilities={each: probability if each is kind else rest for each in Kind}, digest="test")


def test_no_writer_is_in_both_splits_and_every_kind_is_in_each() -> None:
    train, test = (read_labelled(LABELLED, split=split) for split in ("train", "test"))
    assert (len(train), len(test)) == (6363, 570)
    assert not {one.writer for one in train} & {one.writer for one in test}
    assert {one.kind for one in train} == {one.kind for one in test} == set(Kind)


def test_what_is_swallowed_and_what_goes_undoubted_is_counted() -> None:
    given = [
        (labelled(Kind.QUESTION, "do you ship?"), read_as(Kind.QUESTION)),
        (labelled(Kind.REQUEST, "bring it back"), read_as(Kind.CLOSING)),
        (labelled(Kind.OWN_CASE, "did you refund me yet?"), read_as(Kind.OWN_CASE)),
        (labelled(Kind.OWN_CASE, "where is it?"), read_as(Kind.QUESTION)),
        (labelled(Kind.TALK_TO_OTHERS, "@lena look at this"), read_as(Kind.TALK_TO_OTHERS)),
        (labelled(Kind.IRONY, "wow great job, brilliant"), read_as(Kind.PRAISE)),
        (labelled(Kind.COMPLAINT, "lovely, just perfect"), read_as(Kind.COMPLAINT)),
    ]
    given = [(one, reading.model_copy(update={"sentiment": float(at)})) for at, (one, reading) in enumerate(given)]
    given = [(replace(one, sentiment=2.0 * at), reading) for at, (one, reading) in enumerate(given)]
    found = measures_of([one for one, _ in given], [reading for _, reading in given])
    assert found["label_pearson"] == 1.0
    assert found["accuracy"] == round(4 / 7, 3)
    assert found["questions_swallowed"] == 0.5
    assert found["own_case_ready"] == 0.5
    assert found["others_drafted"] == 0.0
    assert found["irony_thanked"] == 0.5
    assert found["confusion"]["request"]["closing"] == 1
    assert found["worst"][0]["read_as"] in {"closing", "question", "praise"}


def test_a_line_that_is_no_message_is_named(tmp_path: Path) -> None:
    line = json.loads((LABELLED / "food.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (tmp_path / "food.jsonl").write_text(json.dumps(line | {"kind": "joke"}), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"food\.jsonl"):
        read_labelled(tmp_path, split="train")


def test_a_folder_without_messages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        read_labelled(tmp_path, split="test")
