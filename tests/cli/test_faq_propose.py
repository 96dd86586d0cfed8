"""`replyassist faq propose`, as it is typed, with the real encoder on messages as people write them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replyassist.faq import proposals
from replyassist.faq.proposed import ProposalState
from replyassist.faq.repository.proposals import last_run, proposals_of
from tests.cli.result import Result
from tests.cli.test_faq_learned import run, world
from tests.world import BRAND, World

__all__ = ["run", "world"]

Run = Callable[..., Result]
GIFTS = (
    "do you sell gift cards?",
    "can i get a gift card for my mum",
    "Are there gift cards in your shop",
    "gift card available online??",
    "hi, how do I buy a gift card",
)
HOURS = (
    "what time do you open on sunday",
    "are you open sundays?",
    "opening hours this sunday pls",
    "are u open on sunday morning?",
)
THANKS = ("thank you!!", "thanks so much, you are the best", "love your coffee", "have a lovely weekend", "ok great")


def pile(path: Path) -> Path:
    rows: list[dict[str, Any]] = [
        {"text": text, "reply": "Hi Tom, gift cards are on our website under Gifts. Best, Anna"} for text in GIFTS
    ]
    rows += [{"text": text, "author": {"name": "Tom"}} for text in (*HOURS, *THANKS)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.encoder
def test_the_common_questions_of_a_file_wait_for_a_lead_and_a_dismissed_one_does_not_come_back(
    run: Run, world: World, tmp_path: Path
) -> None:
    file = pile(tmp_path / "messages.jsonl")
    result = run("propose", "--from", file, "--brand", BRAND, "--replies", "--json", "--report", tmp_path / "report")

    assert result.status == 0, result.err
    gifts, hours = result.document["proposals"]
    assert gifts["template"]["reply"] == "Gift cards are on our website under Gifts."
    assert (gifts["size"], gifts["extends"], hours["template"]["reply"]) == (5, None, "")
    assert set(hours["covers"]) == {"line 6", "line 7", "line 8", "line 9"}
    assert result.document["coverage"]["sentence"].startswith("These 2 would have answered 64 % of 14 messages")
    assert "<svg" in (tmp_path / "report" / "proposals.html").read_text(encoding="utf-8")

    with world.database.writing() as session:
        first, _ = proposals_of(session, BRAND, states=(ProposalState.OPEN,), limit=9)
        proposals.dismiss(session, BRAND, first.id or 0, by="Ada", now=world.clock.now())
    again = run("propose", "--from", file, "--brand", BRAND, "--json").document
    assert ([found["size"] for found in again["proposals"]], again["decided_before"]) == ([4], 1)


@pytest.mark.encoder
def test_stored_messages_are_looked_through_and_people_read_a_table(run: Run, world: World) -> None:
    for number, text in enumerate((*GIFTS, *THANKS)):
        world.item(message={"text": text, "conversation": {"external_id": f"c-{number}"}})
    result = run("propose", "--brand", BRAND, "--dry-run")

    assert result.status == 0, result.err
    assert "would have answered 50 % of 10 messages" in result.out.replace("\n", " ")
    with world.database.reading() as session:
        assert last_run(session, BRAND) is None


@pytest.mark.encoder
def test_what_was_left_out_of_a_file_is_told_with_why(run: Run, tmp_path: Path) -> None:
    rows = [
        {"text": "do you sell gift cards?"},
        {"text": 1.5},
        {"text": "rates?", "brand": "harbour"},
        {"text": "We do.", "direction": "out", "conversation": {"external_id": "c-9"}},
    ]
    path = tmp_path / "m.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    result = run("propose", "--from", path, "--brand", BRAND, "--json")

    assert result.status == 1
    assert "m.jsonl:2, field 'text'" in result.err
    for told in ("1 rows refused", "1 of other brands", "1 replies of ours to none of the messages"):
        assert told in result.err
    left_out = {"of_other_brands": 1, "unmatched_replies": 1, "erased_or_deleted": 0}
    assert {name: result.document[name] for name in left_out} == left_out
    assert len(result.document["refused"]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a --brand"),
        (("--brand", "nobody"), "no brand 'nobody'"),
        (("--from", "missing.jsonl", "--brand", BRAND), "missing.jsonl"),
        (("--from", "two.jsonl"), "field 'brand'"),
        (("--from", "bad.jsonl", "--brand", BRAND), "bad.jsonl:1, field 'text'"),
    ],
)
def test_a_wrong_call_says_so_in_one_line(
    run: Run, world: World, tmp_path: Path, arguments: tuple[object, ...], said: str
) -> None:
    (tmp_path / "two.jsonl").write_text('{"text": "a", "brand": "x"}\n{"text": "b", "brand": "y"}\n', encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text('{"text": []}\n', encoding="utf-8")
    result = run("propose", *arguments)

    assert (result.status, result.out) == (2, "")
    assert said in result.err
    assert len(result.err.strip().splitlines()) == 1
