"""Which open items are put together, and that nothing is decided of what was not shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from replyassist.core.accounts import Principal
from replyassist.core.digests import text_digest
from replyassist.core.errors import NotFound
from replyassist.core.security import Role
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.proposal import UsedTemplate
from replyassist.review import clusters, decisions
from replyassist.review.cluster_acts import ClusterDecision, ClusterOutcome, ShownItem
from replyassist.review.list_order import QueueFilter
from replyassist.review.models import Approval, ReviewItem, ReviewStatus, ReviewVector
from replyassist.review.queue import replace_proposal
from replyassist.review.repository import audit_of
from replyassist.review.repository import clusters as cluster_rows
from replyassist.review.repository.lists import Reach, list_items
from replyassist.triage import Route, triage
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World, alike, asked_by

PLACES = ("Norway", "Oslo", "Bergen")


def shown(item: ReviewItem, text: str | None = None, **overrides: Any) -> ShownItem:
    text = item.draft if text is None else text
    return ShownItem(
        **({"item_id": item.id, "version": item.version, "digest": text_digest(text), "text": text} | overrides)
    )


def deciding(world: World, who: Principal, cluster_id: int | None) -> ClusterDecision:
    return ClusterDecision(who, cluster_id or 0, world.database, world.jobs, world.clock)


def approve_all(world: World, who: Principal, items: list[ReviewItem], *texts: ShownItem) -> ClusterOutcome:
    each = list(texts) or [shown(item) for item in items]
    return deciding(world, who, items[0].cluster_id).approve(each, send_delay_seconds=5)


def approvals(world: World) -> list[Approval]:
    with world.database.reading() as session:
        return list(session.exec(select(Approval)))


def vectors(world: World) -> list[int]:
    with world.database.reading() as session:
        return sorted(session.exec(select(ReviewVector.review_item_id)))


def members(world: World, cluster_id: int | None) -> list[int | None]:
    with world.database.reading() as session:
        return [item.id for item in cluster_rows.members(session, cluster_id or 0, now=world.clock.now(), limit=99)]


class TestWhoBelongsTogether:
    def test_messages_that_ask_the_same_are_put_to_the_first_of_them(self, world: World) -> None:
        first, second, third = (world.reload(item) for item in alike(world, 3))

        assert [item.cluster_id for item in (first, second, third)] == [first.id] * 3
        assert first.version == 1, "nothing of the item itself has changed"

    def test_a_message_by_itself_has_no_cluster(self, world: World) -> None:
        (item,) = alike(world, 1)

        assert item.cluster_id is None

    @pytest.mark.parametrize(
        "other",
        [
            {"message": {"channel": "tiktok"}},
            {"message": {"conversation": {"external_id": "dm-1", "visibility": "private"}}},
            {"template_id": None},
            {"route": Route.ESCALATE, "draft": "", "verdict": None, "drafted_by": "none"},
            {"triage": triage("my solicitor will write to you about Norway")},
            {"triage": triage("do you ship to Norway??").model_copy(update={"language": "de"})},
            {"also_templates": (UsedTemplate(id="gifts", version="1"),)},
            {"doubts": (Finding(rule="retrieval.unsure", severity=Severity.WARN, explanation="?"),)},
        ],
    )
    def test_what_differs_in_more_than_words_stays_by_itself(self, world: World, other: dict[str, Any]) -> None:
        (first,) = alike(world, 1)

        (second,) = alike(world, 1, **other)

        assert second.cluster_id is None
        assert world.reload(first).cluster_id is None

    def test_a_blocked_draft_stays_by_itself(self, world: World) -> None:
        blocked = (Finding(rule="x.y", severity=Severity.BLOCK, explanation="no"),)
        alike(world, 1, doubts=blocked, verdict=Verdict.BLOCKED)

        (second,) = alike(world, 1, doubts=blocked, verdict=Verdict.BLOCKED)

        assert second.verdict == Verdict.BLOCKED
        assert second.cluster_id is None

    def test_other_words_and_other_figures_stay_by_themselves(self, world: World) -> None:
        (first,) = alike(world, 1, text="is there a 500g bag?")

        (figures,) = alike(world, 1, text="is there a 100g bag?")
        (words,) = alike(world, 1, text="who won the match yesterday evening")

        assert {world.reload(item).cluster_id for item in (first, figures, words)} == {None}

    def test_another_brand_s_message_is_never_put_to_ours(self, world: World) -> None:
        (first,) = alike(world, 1)
        world.second_brand("harbour")

        (second,) = alike(world, 1, message={"brand": "harbour"})

        assert world.reload(first).cluster_id is second.cluster_id is None

    def test_those_under_the_same_post_come_first(self, world: World) -> None:
        under = {"conversation": {"external_id": "post-a", "visibility": "public", "parent_text": "New!"}}
        elsewhere = {"conversation": {"external_id": "post-b", "visibility": "public", "parent_text": "Old!"}}
        (here,) = alike(world, 1, text="do you ship to Norway please??", message=under)
        (there,) = alike(world, 1, text="who won the match yesterday evening", message=elsewhere)
        with world.database.writing() as session:  # as alike as can be, under another post
            session.get_one(ReviewVector, there.id).value = np.asarray(
                asked_by("do you ship to Norway??"), "<f2"
            ).tobytes()

        (new,) = alike(world, 1, text="do you ship to Norway??", message=under)

        assert new.cluster_id == here.id

    def test_only_the_newest_items_are_compared(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        alike(world, 1)
        monkeypatch.setattr(clusters, "LOOKED_AT", 1)
        alike(world, 1, text="who won the match yesterday evening")

        (third,) = alike(world, 1)

        assert third.cluster_id is None


class TestLeaving:
    def test_one_is_taken_out_and_says_so(self, world: World) -> None:
        items, who = alike(world, 3), world.person()

        with world.database.writing() as session:
            out = clusters.take_out(
                session, who, items[0].id or 0, items[1].id or 0, version=items[1].version, now=world.clock.now()
            )

        assert (out.cluster_id, out.status) == (None, ReviewStatus.PENDING)
        assert members(world, items[0].id) == [items[0].id, items[2].id]
        assert (out.id or 0) not in vectors(world)
        with world.database.reading() as session:
            assert [entry.act for entry in audit_of(session, out.id or 0)] == ["queued", "taken_out"]

    def test_an_edited_message_and_an_escalated_item_leave(self, world: World) -> None:
        first, second, third = alike(world, 3)
        world.edit(world.key(first), "do you ship to Sweden?")
        world.escalate(second, world.person(), "?")

        assert world.reload(first).cluster_id is world.reload(second).cluster_id is None
        assert vectors(world) == [third.id]

    @pytest.mark.parametrize(("template", "stays"), [("shipping-abroad", True), (None, False)])
    def test_a_draft_from_something_else_leaves(self, world: World, template: str | None, stays: bool) -> None:
        first, second = alike(world, 2)
        asked = world.redraft(second, world.person(), "shorter")
        with world.database.writing() as session:
            item = session.get_one(ReviewItem, second.id)
            proposal = world.proposal(template_id=template)
            assert replace_proposal(
                session, item, proposal, redraft_attempt=asked.redraft_attempt, now=world.clock.now()
            )

        assert (world.reload(second).cluster_id == first.id) is stays

    def test_what_was_approved_comes_back_to_its_card_when_that_is_undone(self, world: World) -> None:
        (first, second), who = alike(world, 2), world.person()
        approved = approve(world, who, first)
        assert members(world, first.id) == [second.id]

        with world.database.writing() as session:
            decisions.take_back(
                session, who, first.id or 0, version=approved.version, jobs=world.jobs, now=world.clock.now()
            )

        assert members(world, first.id) == [first.id, second.id]

    def test_a_vector_goes_when_its_item_is_rejected(self, world: World) -> None:
        (first, second), who = alike(world, 2), world.person()
        deciding(world, who, first.id).reject([shown(first)], reason="no reply needed")

        assert vectors(world) == [second.id]


class TestFolding:
    def folded(self, world: World, **overrides: Any) -> list[int | None]:
        wanted: dict[str, Any] = {
            "statuses": ("pending",),
            "is_folded": True,
            "is_snoozed": False,
            "now": world.clock.now(),
        }
        with world.database.reading() as session:
            given = QueueFilter(brands=frozenset({BRAND}), **(wanted | overrides))
            whole = list_items(session, given, after=None, limit=50)
            assert [item.id for item in list_items(session, given, after=None, limit=50, reach=Reach(5, 0, 5))] == [
                item.id for item in whole
            ]
            return [item.id for item in whole]

    def test_one_stands_for_all_and_the_next_when_it_is_gone(self, world: World) -> None:
        first, second, third = alike(world, 3)
        (alone,) = alike(world, 1, text="who won the match yesterday evening")
        assert self.folded(world) == [first.id, alone.id]
        assert self.folded(world, is_folded=False) == [first.id, second.id, third.id, alone.id]

        approve(world, world.person(), first)

        assert self.folded(world) == [second.id, alone.id]

    def test_one_that_the_filter_leaves_out_hides_no_other(self, world: World) -> None:
        first, second = alike(world, 2)
        with world.database.writing() as session:
            session.get_one(ReviewItem, first.id).verdict = Verdict.NEEDS_EDIT.value

        assert self.folded(world, facets={"verdict": "ready"}) == [second.id]

    def test_the_most_urgent_stands_for_the_others(self, world: World) -> None:
        first, second = alike(world, 2)
        with world.database.writing() as session:
            session.get_one(ReviewItem, second.id).urgency = first.urgency + 1

        assert self.folded(world) == [second.id]


class TestDecidingAll:
    def test_each_is_approved_by_itself_with_its_own_record(self, world: World) -> None:
        items = alike(world, 4)
        who = world.person()

        outcome = approve_all(world, who, items)

        assert [item.id for item in outcome.done] == [item.id for item in items]
        assert outcome.refused == []
        assert {found.review_item_id: found.text for found in approvals(world)} == {
            item.id: item.draft for item in items
        }
        with world.database.reading() as session:
            assert all([entry.act for entry in audit_of(session, item.id or 0)][-1] == "approved" for item in items)

    def test_a_text_that_was_not_on_the_screen_is_not_approved(self, world: World) -> None:
        first, second = alike(world, 2)

        outcome = approve_all(
            world, world.person(), [second], shown(first), shown(second, text=DRAFT + " Bye.", digest="0")
        )

        assert [refused.item_id for refused in outcome.refused] == [second.id]
        assert "changed after it was shown" in outcome.refused[0].why
        assert [found.review_item_id for found in approvals(world)] == [first.id]

    def test_what_changed_meanwhile_or_left_is_named_and_the_rest_is_done(self, world: World) -> None:
        first, second, third, fourth = alike(world, 4)
        who, other = world.person(), world.person()
        world.edit(world.key(first), "do you ship to Sweden?")
        with world.database.writing() as session:
            decisions.claim(session, other, second.id or 0, now=world.clock.now(), minutes=10)
            clusters.take_out(session, who, first.id or 0, third.id or 0, version=1, now=world.clock.now())

        outcome = approve_all(world, who, [fourth], *(shown(item) for item in (first, second, third, fourth)))

        assert [item.id for item in outcome.done] == [fourth.id]
        assert [refused.item_id for refused in outcome.refused] == [first.id, second.id, third.id]

    def test_an_item_of_no_or_another_cluster_or_brand_is_not_decided(self, world: World) -> None:
        first, _ = alike(world, 2)
        (alone,) = alike(world, 1, text="who won the match yesterday evening")
        stranger = world.person(brands=[])

        outcome = approve_all(world, world.person(), [first], shown(alone), shown(first, item_id=999))
        assert len(outcome.refused) == 2
        assert len(approve_all(world, stranger, [first]).refused) == 1
        with world.database.reading() as session, pytest.raises(NotFound):
            clusters.visible_cluster(session, stranger, first.id or 0)
        assert approvals(world) == []

    def test_an_agent_sends_only_what_is_ready_here_too(self, world: World) -> None:
        doubt = (Finding(rule="retrieval.unsure", severity=Severity.WARN, explanation="?"),)
        first, second = alike(world, 2, doubts=doubt, verdict=Verdict.NEEDS_EDIT)

        outcome = approve_all(world, world.person(Role.AGENT), [first, second])

        assert len(outcome.refused) == 2
        assert len(approve_all(world, world.person(Role.MANAGER), [first, second]).done) == 2

    def test_a_program_decides_nothing(self, world: World) -> None:
        items = alike(world, 2)

        assert len(approve_all(world, world.service(), items).refused) == 2

    def test_all_are_rejected_or_escalated_with_one_reason(self, world: World) -> None:
        first, second, third = alike(world, 3)
        act = deciding(world, world.person(), first.id)

        act.reject([shown(first)], reason="no reply needed")
        act.escalate([shown(second), shown(third)], reason="a lead should look")

        statuses = [world.reload(item).status for item in (first, second, third)]
        assert statuses == ["rejected", "escalated", "escalated"]


CHANGES = st.lists(
    st.sampled_from(("as shown", "typed since", "edited", "taken out", "claimed", "left out")), min_size=1, max_size=5
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=CHANGES)
def test_no_approval_exists_for_a_text_that_was_not_in_the_form(world: World, happened: list[str]) -> None:
    items, who, other = alike(world, len(happened)), world.person(), world.person()
    cluster_id = items[0].cluster_id or 0
    before = {found.id for found in approvals(world)}
    form = []
    for item, what in zip(items, happened, strict=True):
        item_id = item.id or 0
        if what != "left out":
            form.append(
                shown(
                    item, **({"text": DRAFT + " Bye.", "digest": text_digest(DRAFT)} if what == "typed since" else {})
                )
            )
        if what == "edited":
            world.edit(world.key(item), "do you ship to Sweden?")
        with world.database.writing() as session:
            if what == "taken out" and cluster_id:
                clusters.take_out(session, who, cluster_id, item_id, version=item.version, now=world.clock.now())
            if what == "claimed":
                decisions.claim(session, other, item_id, now=world.clock.now(), minutes=10)

    outcome = deciding(world, who, cluster_id).approve(form, send_delay_seconds=5)

    in_form = {(each.item_id, each.digest) for each in form}
    made = [found for found in approvals(world) if found.id not in before]
    assert {(found.review_item_id, found.text_digest) for found in made} <= in_form
    unchanged = [item.id for item, what in zip(items, happened, strict=True) if what == "as shown"]
    assert [found.review_item_id for found in made] == [item.id for item in outcome.done]
    assert [item.id for item in outcome.done] == (unchanged if cluster_id else [])
    for item in items:
        if world.reload(item).status == "pending":
            with world.database.writing() as session:
                session.get_one(ReviewItem, item.id).status = "expired"
