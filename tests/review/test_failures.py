"""What a person found wrong with a draft is kept beside the decision, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from replyassist.app import build_parts, create_app
from replyassist.core.errors import InvalidInput
from replyassist.core.settings import Settings
from replyassist.review.failures import MEANINGS, NOT_USABLE, FailureKind, failure_kinds
from replyassist.review.models import ReviewItem
from replyassist.review.repository import audit_of
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.review.test_decisions import approve
from tests.world import DRAFT, World

WRONG, MISSED = FailureKind.WRONG_TEMPLATE, FailureKind.MISSED_QUESTION


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    """The API, signed in as a manager."""
    settings = Settings(home=world.settings.home, database_url=world.database.url)
    parts = build_parts(
        settings, model=FakeChatModel(), encoder=FakeEncoder(), clock=world.clock, jobs=world.jobs, upgrade=False
    )
    token = world.token(world.person())
    with TestClient(create_app(parts=parts), headers={"authorization": f"Bearer {token}"}) as client:
        yield client
    parts.close()


def last_failures(world: World, item: ReviewItem) -> list[str]:
    with world.database.reading() as session:
        return audit_of(session, item.id or 0)[-1].failures


class TestTable:
    def test_every_kind_has_a_meaning_of_one_line(self) -> None:
        assert list(MEANINGS) == list(FailureKind)
        assert all(meaning.endswith((".", "?")) and "\n" not in meaning for meaning in MEANINGS.values())

    def test_what_misleads_the_reader_is_not_usable_and_mere_style_is(self) -> None:
        assert FailureKind.UNSUPPORTED_FACT in NOT_USABLE
        assert FailureKind.WRONG_TONE not in NOT_USABLE

    def test_names_become_kinds_once_each_in_the_tables_order(self) -> None:
        assert failure_kinds(["missed_question", "wrong_template", "missed_question"]) == (WRONG, MISSED)

    def test_an_unknown_name_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(InvalidInput, match=r"field 'failures'.*'ugly'.*wrong_template"):
            failure_kinds(["ugly"])


class TestDecisions:
    def test_a_rejection_keeps_what_was_wrong(self, world: World) -> None:
        item, who = world.item(), world.person()
        world.reject(item, who, failures=[MISSED, WRONG])

        assert last_failures(world, item) == ["wrong_template", "missed_question"]

    def test_an_edit_keeps_what_it_mended(self, world: World) -> None:
        edited = DRAFT.replace("Hi Tom!", "Hey Tom!")

        item = approve(world, world.person(), world.item(), text=edited, failures=[FailureKind.WRONG_TONE])

        assert last_failures(world, item) == ["wrong_tone"]

    def test_a_draft_that_is_sent_as_it_is_had_no_failure(self, world: World) -> None:
        with pytest.raises(InvalidInput, match="not edited"):
            approve(world, world.person(), world.item(), failures=[FailureKind.WRONG_TONE])

    def test_nothing_said_is_an_empty_list(self, world: World) -> None:
        assert last_failures(world, approve(world, world.person(), world.item())) == []


class TestApi:
    def test_a_rejection_shows_its_failures_in_the_history(self, world: World, client: TestClient) -> None:
        item = world.item()
        answer = client.post(
            f"/v1/reviews/{item.id}/reject", json={"version": 1, "reason": "no", "failures": ["stale", "too_long"]}
        )

        assert answer.status_code == 200, answer.text
        assert answer.json()["audit"][-1]["failures"] == ["stale", "too_long"]

    def test_an_unknown_failure_is_refused_by_name(self, world: World, client: TestClient) -> None:
        item = world.item()
        answer = client.post(f"/v1/reviews/{item.id}/reject", json={"version": 1, "reason": "no", "failures": ["ugly"]})

        assert answer.status_code == 422
        assert "failures" in answer.text
        assert "wrong_template" in answer.text
