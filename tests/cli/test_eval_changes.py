"""A change is laid over the brands that it names, and over no other; real messages are only read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replyassist.cli.evaluation.changes import ProposedChange, changed_contexts, recent_messages
from replyassist.core.errors import InvalidInput
from replyassist.core.resources import resource_folder
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeEncoder
from tests.evaluation.test_replay import context
from tests.world import BRAND, World

TEMPLATE: dict[str, Any] = {
    "id": "hours",
    "title": "When are you open?",
    "questions": ["open today?"],
    "reply": "From 9:00.",
}


def brands(*names: str) -> dict[str, PipelineContext]:
    return {name: context()["fernhill"] for name in names}


def written(path: Path, reply: str = "From 9:00.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(TEMPLATE | {"reply": reply}), encoding="utf-8")
    return path


class TestTemplates:
    def test_a_folder_for_each_brand_changes_the_brands_that_have_one(self, tmp_path: Path) -> None:
        before = brands("fernhill", "harbour")
        written(tmp_path / "harbour" / "hours.yaml")

        after = changed_contexts(before, ProposedChange(faq=tmp_path), encoder=FakeEncoder())

        assert set(after) == {"harbour"}
        assert after["harbour"].index.template("hours") is not None
        assert after["harbour"].index.template("shipping-abroad") is None

    def test_one_folder_is_for_the_only_brand_or_the_named_one(self, tmp_path: Path) -> None:
        written(tmp_path / "hours.yaml")

        assert set(changed_contexts(brands("fernhill"), ProposedChange(faq=tmp_path), encoder=FakeEncoder())) == {
            "fernhill"
        }
        named = ProposedChange(faq=tmp_path, brand="harbour")
        assert set(changed_contexts(brands("fernhill", "harbour"), named, encoder=FakeEncoder())) == {"harbour"}
        with pytest.raises(InvalidInput, match="--brand"):
            changed_contexts(brands("fernhill", "harbour"), ProposedChange(faq=tmp_path), encoder=FakeEncoder())

    def test_what_decisions_taught_counts_with_the_change_as_it_did_without(self, tmp_path: Path) -> None:
        taught = LearnedExample(1, "hours", "may I come on Sunday")
        live = context()["fernhill"]
        index = TemplateIndex([ReplyTemplate(**TEMPLATE)], FakeEncoder(), examples=[taught])
        written(tmp_path / "hours.yaml", reply="From 8:00.")

        after = changed_contexts(
            {"fernhill": replace(live, index=index)}, ProposedChange(faq=tmp_path), encoder=FakeEncoder()
        )
        assert after["fernhill"].index.examples == (taught,)


class TestVoiceAndPrompts:
    def test_a_voice_changes_the_brand_that_it_names(self) -> None:
        change = ProposedChange(voice=resource_folder("prompts") / "voice" / "harbour.yaml")

        after = changed_contexts(brands("fernhill", "harbour"), change, encoder=FakeEncoder())

        assert set(after) == {"harbour"}
        assert after["harbour"].voice.brand == "harbour"

    def test_a_voice_of_a_brand_without_cases_is_refused(self) -> None:
        change = ProposedChange(voice=resource_folder("prompts") / "voice" / "harbour.yaml")

        with pytest.raises(InvalidInput, match=r"harbour\.yaml.*'harbour'.*fernhill"):
            changed_contexts(brands("fernhill"), change, encoder=FakeEncoder())

    def test_prompts_change_every_brand(self) -> None:
        change = ProposedChange(prompts=resource_folder("prompts"))

        assert set(changed_contexts(brands("fernhill", "harbour"), change, encoder=FakeEncoder())) == {
            "fernhill",
            "harbour",
        }

    def test_only_prompts_are_expected_to_move_every_draft(self) -> None:
        assert ProposedChange(faq=Path(), voice=Path()).is_local
        assert not ProposedChange(faq=Path(), prompts=Path()).is_local


class TestRealMessages:
    def test_the_newest_come_first_and_nothing_changes(self, world: World) -> None:
        items = [world.item(message={"text": f"message {number}"}) for number in range(3)]

        found = recent_messages(world.database, [BRAND], limit=2)

        assert [case.text for case in found] == ["message 2", "message 1"]
        assert [world.reload(item) for item in items] == items

    def test_those_of_other_brands_stay_out(self, world: World) -> None:
        world.item()

        assert recent_messages(world.database, ["harbour"], limit=5) == []
        assert recent_messages(world.database, [BRAND], limit=0) == []
