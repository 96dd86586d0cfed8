"""The console and the API hold a person's own words against the entailment model too, and lists ask it nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from replyassist.app import build_parts, create_app
from replyassist.brands.service import get_brand, set_voice
from replyassist.core.errors import EntailmentError
from replyassist.core.security import Role
from replyassist.guardrails import Verdict
from replyassist.guardrails.spans import EntailmentJudgement, JudgedStatement, Relation
from replyassist.proposal import BY_MODEL, Candidate
from replyassist.review.models import ReviewItem
from replyassist.testing import FakeChatModel, FakeEncoder, FakeEntailment
from tests.web.console import Console
from tests.world import BRAND, DRAFT, World, voice

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
EDITED = DRAFT.replace("Hi Tom!", "Hi Tom,")
CONTRADICTED = "as the entailment model reads it"


@pytest.fixture
def model() -> FakeEntailment:
    return FakeEntailment(contradicted=["Delivery takes"])


@pytest.fixture
def console(world: World, model: FakeEntailment) -> Iterator[Console]:
    parts = build_parts(
        world.settings.model_copy(update={"database_url": world.database.url}),
        model=FakeChatModel([]),
        encoder=FakeEncoder(),
        entailment=model,
        clock=world.clock,
        jobs=world.jobs,
        upgrade=False,
    )
    yield Console(world, TestClient(create_app(parts=parts), raise_server_exceptions=False))
    parts.close()


def drafted(world: World, *, relation: Relation = Relation.ENTAILMENT) -> ReviewItem:
    """An item with its draft among the candidates, and what a model said of its last sentence."""
    statement = JudgedStatement(start=DRAFT.index("Delivery"), end=len(DRAFT), relation=relation, probability=0.9)
    kept = Candidate(
        text=DRAFT,
        drafted_by=BY_MODEL,
        verdict=Verdict.READY,
        findings=(),
        coverage=1.0,
        score=0.9,
        judged=EntailmentJudgement(model="fake", statements=(statement,)),
    )
    return world.item(candidates=(kept,))


def live(console: Console, item: ReviewItem, text: str) -> str:
    return console.post(f"/queue/{item.id}/check", {"text": text}, **{"hx-request": "true"}).text


def test_what_a_person_types_is_held_against_it(console: Console) -> None:
    item = drafted(console.world)
    console.sign_in()

    assert CONTRADICTED in live(console, item, EDITED)
    assert CONTRADICTED not in live(console, item, "Hi Tom, we ship to 32 countries in Europe.")


def test_the_draft_as_it_was_made_is_not_judged_again(console: Console, model: FakeEntailment) -> None:
    item = drafted(console.world)
    console.sign_in()

    assert CONTRADICTED not in live(console, item, DRAFT)
    assert model.calls == []


def test_an_edit_that_it_contradicts_is_not_approved(console: Console) -> None:
    world, item = console.world, drafted(console.world)
    who = console.sign_in(Role.AGENT)
    page = console.post(f"/queue/{item.id}/approve", {"text": EDITED, "version": str(item.version)})
    body = {"version": world.reload(item).version, "text": EDITED}
    headers = {"authorization": f"Bearer {world.token(who)}"}
    answer = console.client.post(f"/v1/reviews/{item.id}/approve", json=body, headers=headers)

    assert page.status_code == 409
    assert CONTRADICTED in page.text
    assert (answer.status_code, answer.json()["code"]) == (409, "text_blocked")


def test_a_model_that_fails_lets_a_person_work(console: Console, model: FakeEntailment) -> None:
    model.error = EntailmentError("gone")
    item = drafted(console.world)
    console.sign_in(Role.AGENT)

    assert "could not be used" in live(console, item, EDITED)
    assert console.post(f"/queue/{item.id}/approve", {"text": EDITED, "version": str(item.version)}).status_code == 303


def test_another_voice_leaves_what_it_said_of_the_draft_and_lists_ask_it_nothing(
    console: Console, model: FakeEntailment
) -> None:
    world, item = console.world, drafted(console.world, relation=Relation.CONTRADICTION)
    with world.database.writing() as session:
        set_voice(session, get_brand(session, BRAND), voice(exclamations_max=1))
    headers = {"authorization": f"Bearer {world.token(console.sign_in())}"}
    (row,) = console.client.get("/v1/reviews", headers=headers).json()["items"]

    assert row["verdict"] == Verdict.BLOCKED
    assert "Blocked" in console.get("/queue").text
    assert CONTRADICTED in console.get(f"/queue/{item.id}").text
    assert model.calls == []
