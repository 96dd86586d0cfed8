"""Every place that shows, filters by or decides on a verdict says the same of the same item."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

import replyassist
from replyassist.channels import Repeat
from replyassist.core.errors import (
    Conflict,
    DeliveryUncertain,
    Forbidden,
    InvalidInput,
    ReplyassistError,
    TextBlocked,
    VersionConflict,
)
from replyassist.core.security import Role
from replyassist.faq.service import put_template
from replyassist.guardrails import Concern, Finding, Severity, Verdict, verdict_of
from replyassist.guardrails.findings import CONCERNS, concern_of
from replyassist.proposal import BY_TEMPLATE, Candidate
from replyassist.review import approving
from replyassist.review.decisions import take_back
from replyassist.review.models import Approval, ReviewItem, ReviewStatus
from replyassist.review.queue import replace_proposal
from replyassist.review.repository import audit_of
from replyassist.review.views import summaries
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.test_decisions import approve
from tests.web.console import Console, page_of
from tests.world import BRAND, DRAFT, LATER, World, shipping

EDITED = DRAFT.replace("Hi Tom!", "Hi Tom,")
RULE_IN_SOURCE = re.compile(r'"((?:draft|safety|language|privacy|grounding|voice|template|thread)\.[a-z_]+)"')
DOUBTS = sorted(
    rule
    for rule, concern in CONCERNS.items()
    if concern is Concern.MESSAGE and rule.startswith(("draft.", "safety.", "language."))
)
BADGES = {Verdict.READY: "Ready", Verdict.NEEDS_EDIT: "Needs a look", Verdict.BLOCKED: "Blocked"}


def doubtful(world: World, rule: str) -> ReviewItem:
    """An item whose text is faultless, with one finding of this rule against its message."""
    doubts = (Finding(rule=rule, severity=Severity.WARN, explanation=f"Look at this: {rule}."),)
    return kept(world, doubts=doubts, verdict=verdict_of(doubts))


def kept(world: World, **overrides: Any) -> ReviewItem:
    """An item with its draft among the candidates, as the pipeline stores it."""
    candidate = Candidate(
        text=DRAFT, drafted_by=BY_TEMPLATE, verdict=Verdict.READY, findings=(), coverage=1.0, score=0.9
    )
    return world.item(candidates=(candidate,), **overrides)


def changed_template(world: World) -> ReviewItem:
    item = kept(world)
    with world.database.writing() as session:
        put_template(session, BRAND, shipping(title="Shipping"), now=world.clock.now())
    return item


def expired_template(world: World) -> ReviewItem:
    template = shipping(valid_until=date(2026, 11, 22))
    with world.database.writing() as session:
        put_template(session, BRAND, template, now=world.clock.now())
    item = kept(world, template_version=template.version)
    world.clock.advance(days=30)
    return item


def answered_thread(world: World) -> ReviewItem:
    item = kept(world)
    conversation = {"external_id": "post-1", "visibility": "public"}
    world.message(direction="out", conversation=conversation, in_reply_to="m-1", posted_at="2026-11-22T10:00:00Z")
    return item


def written_again(world: World) -> ReviewItem:
    thread = {"external_id": "dm-1", "visibility": "private"}
    item = kept(world, message={"conversation": thread})
    world.message(conversation=thread, posted_at=LATER)
    return item


def with_an_image(world: World) -> ReviewItem:
    return kept(world, message={"attachments": [{"kind": "image", "url": "https://cdn.example/9.jpg"}]})


ITEMS: dict[str, Callable[[World], ReviewItem]] = {
    **{rule: partial(doubtful, rule=rule) for rule in DOUBTS},
    "template.changed": changed_template,
    "template.not_for_here": expired_template,
    "thread.answered": answered_thread,
    "thread.attachment": with_an_image,
    "thread.maybe_sent": partial(doubtful, rule="thread.maybe_sent"),
    "thread.newer": written_again,
    "nothing": kept,
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ITEMS)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_row_page_api_live_check_gate_and_audit_agree(console: Console, kind: str, role: Role) -> None:
    world, item = console.world, ITEMS[kind](console.world)
    who = console.sign_in(role)
    headers = {"authorization": f"Bearer {world.token(who)}"}
    detail = console.client.get(f"/v1/reviews/{item.id}", headers=headers).json()
    verdict = Verdict(detail["verdict"])

    (row,) = console.client.get("/v1/reviews", headers=headers).json()["items"]
    live = console.post(f"/queue/{item.id}/check", {"text": DRAFT}, **{"hx-request": "true"}).text
    edited = console.post(f"/queue/{item.id}/check", {"text": EDITED}, **{"hx-request": "true"}).text

    assert row["verdict"] == verdict
    assert BADGES[verdict] in page_of(console, item)
    assert all(badge not in page_of(console, item) for other, badge in BADGES.items() if other is not verdict)
    assert BADGES[verdict] in console.get("/queue").text
    assert BADGES[verdict] in live
    assert BADGES[verdict] in edited, "one typed character clears nothing"
    assert (kind == "nothing") == (verdict is Verdict.READY)
    assert kind in [finding["rule"] for finding in detail["findings"]] or kind == "nothing"
    assert verdict_of(Finding.model_validate(finding) for finding in detail["findings"]) is verdict

    for text in (EDITED, DRAFT):
        refused = refusal(world, who, item, text)
        if role is Role.AGENT:
            assert (refused is None) == (verdict is Verdict.READY)
        gate = console.post(f"/queue/{item.id}/check", {"text": text}, **{"hx-request": "true"}).text
        assert ('data-gate="open"' in gate) == (refused is None), "the page promises what the gate keeps"


def refusal(world: World, who: Any, item: ReviewItem, text: str) -> ReplyassistError | None:
    """Why the gate does not let the text out for this person; nothing is kept."""
    try:
        with world.database.reading() as session:
            read = approving.checked(session, who, item.id or 0, text)
        with world.database.reading() as session:
            approving.approve(
                session,
                who,
                item.id or 0,
                version=world.reload(item).version,
                text=read,
                accept_findings=False,
                jobs=world.jobs,
                now=world.clock.now(),
                send_delay_seconds=5,
            )
    except (TextBlocked, VersionConflict) as error:
        return error
    return None


class TestSiblings:
    """What happens to other messages of the conversation reaches an item, its version and the queue's filter."""

    DM: ClassVar = {"external_id": "dm-1", "visibility": "private"}

    def two(self, world: World) -> tuple[ReviewItem, ReviewItem]:
        first = kept(world, message={"conversation": self.DM, "posted_at": "2026-11-22T09:00:00Z"})
        return first, kept(world, message={"conversation": self.DM, "posted_at": LATER})

    def assert_agrees(self, world: World, item: ReviewItem, verdict: Verdict) -> None:
        with world.database.reading() as session:
            assert summaries(session, [world.reload(item)], now=world.clock.now())[0].verdict == verdict
        assert world.reload(item).verdict == verdict

    def test_a_reply_of_ours_to_the_newer_message(self, world: World) -> None:
        first, second = self.two(world)
        world.delete(world.key(second))
        self.assert_agrees(world, first, Verdict.READY)
        world.edit(world.key(second), text="and to Mars?")
        self.assert_agrees(world, first, Verdict.NEEDS_EDIT)

        version = world.reload(first).version
        redraft_as_it_was(world, second)
        approve(world, world.person(), world.reload(second))
        run(world, FakeChannel())

        assert world.reload(first).version > version
        assert "answered" in (world.reload(first).notice or "")
        self.assert_agrees(world, first, Verdict.NEEDS_EDIT)


def redraft_as_it_was(world: World, item: ReviewItem) -> None:
    """The redraft that an edit planned comes back with the same proposal."""
    with world.database.writing() as session:
        current = session.get_one(ReviewItem, item.id)
        attempt = current.redraft_attempt
        assert replace_proposal(session, current, item.proposal, redraft_attempt=attempt, now=world.clock.now())


def test_what_may_have_been_sent_is_not_ready_until_somebody_who_may_says_so(world: World) -> None:
    agent, item = world.person(Role.AGENT), kept(world)
    item = approve(world, agent, item)
    run(world, FakeChannel(Repeat.NEITHER, [DeliveryUncertain("no answer")]))
    item = world.reload(item)
    assert item.status == ReviewStatus.UNCERTAIN
    with world.database.writing() as session:
        item = take_back(session, agent, item.id or 0, version=item.version, jobs=world.jobs, now=world.clock.now())

    with pytest.raises(TextBlocked, match="may have reached the author"):
        approve(world, agent, item)


def test_an_item_without_a_draft_says_what_stands_against_any_reply(console: Console) -> None:
    nothing: dict[str, Any] = {"draft": "", "verdict": None, "template_id": None, "template_version": None}
    item = console.world.item(**nothing)
    thread = {"external_id": "post-1", "visibility": "public"}
    console.world.message(direction="out", conversation=thread, in_reply_to="m-1", posted_at="2026-11-22T10:00:00Z")
    who = console.sign_in()

    headers = {"authorization": f"Bearer {console.world.token(who)}"}
    detail = console.client.get(f"/v1/reviews/{item.id}", headers=headers).json()
    assert (detail["verdict"], [found["rule"] for found in detail["findings"]]) == (None, ["thread.answered"])
    assert "We have answered this elsewhere since" in page_of(console, item)


def test_every_rule_in_the_source_is_of_the_text_or_of_the_message() -> None:
    source = Path(replyassist.__file__).parent
    rules = {rule for path in source.rglob("*.py") for rule in RULE_IN_SOURCE.findall(path.read_text("utf-8"))}

    assert len(rules) > 40
    assert {rule for rule in rules if not {rule, rule.partition(".")[0]} & CONCERNS.keys()} == set()


def test_a_rule_that_nobody_knows_any_more_is_cleared_by_no_edit() -> None:
    assert concern_of("gone.long_ago") is Concern.MESSAGE


class TestConfirming:
    RULE = "draft.unsure_template"

    def confirm(self, world: World, who: Any, item: ReviewItem, *rules: str) -> ReviewItem:
        with world.database.reading() as session:
            draft = approving.checked_draft(session, who, item.id or 0)
        with world.database.writing() as session:
            return approving.confirm(
                session,
                who,
                item.id or 0,
                version=item.version,
                rules=rules,
                draft=draft,
                now=world.clock.now(),
            )

    def test_what_a_manager_confirmed_an_agent_may_send_edited_or_not(self, world: World) -> None:
        manager, agent = world.person(Role.MANAGER), world.person(Role.AGENT)
        item = doubtful(world, self.RULE)
        with pytest.raises(TextBlocked):
            approve(world, agent, item)

        item = self.confirm(world, manager, item, self.RULE)

        assert item.verdict == Verdict.READY
        assert approve(world, agent, item, text=EDITED).status == ReviewStatus.APPROVED

    def test_the_approval_and_the_audit_keep_who_confirmed_what(self, world: World) -> None:
        manager = world.person(Role.MANAGER)
        item = self.confirm(world, manager, doubtful(world, self.RULE), self.RULE)
        item = approve(world, world.person(Role.AGENT), item)

        with world.database.reading() as session:
            approval = session.get_one(Approval, item.approval_id)
            audit = audit_of(session, item.id or 0)
        (accepted,) = approval.accepted_findings
        assert (accepted["rule"], accepted["confirmed_by"]) == (self.RULE, manager.name)
        assert [(entry.act, entry.actor, entry.reason) for entry in audit if entry.act == "confirmed"] == [
            ("confirmed", manager.name, self.RULE)
        ]

    def test_a_manager_who_approves_has_confirmed(self, world: World) -> None:
        manager = world.person(Role.MANAGER)
        item = approve(world, manager, doubtful(world, self.RULE))

        with world.database.reading() as session:
            (accepted,) = session.get_one(Approval, item.approval_id).accepted_findings
        assert accepted["confirmed_by"] == manager.name

    def test_an_agent_confirms_nothing(self, world: World) -> None:
        with pytest.raises(Forbidden):
            self.confirm(world, world.person(Role.AGENT), doubtful(world, self.RULE), self.RULE)

    @pytest.mark.parametrize("rule", ["voice.spacing", "draft.open_question", "x" * 200, ""])
    def test_only_what_stands_against_the_item_is_confirmed(self, world: World, rule: str) -> None:
        with pytest.raises(InvalidInput):
            self.confirm(world, world.person(), doubtful(world, self.RULE), rule)

    def test_another_doubt_of_the_same_rule_asks_anew(self, world: World) -> None:
        item = self.confirm(world, world.person(), doubtful(world, self.RULE), self.RULE)
        other = Finding(rule=self.RULE, severity=Severity.WARN, explanation="Only 40% sure.")
        with world.database.writing() as session:
            stored = session.get_one(ReviewItem, item.id)
            stored.proposal = stored.proposal.model_copy(update={"doubts": (other,)})
            session.add(stored)

        with pytest.raises(TextBlocked):
            approve(world, world.person(Role.AGENT), world.reload(item))

    def test_an_edit_of_the_message_asks_anew(self, world: World) -> None:
        item = self.confirm(world, world.person(), doubtful(world, self.RULE), self.RULE)
        world.edit(world.key(item), text="and to Mars?")
        redraft_as_it_was(world, item)

        with pytest.raises(TextBlocked):
            approve(world, world.person(Role.AGENT), world.reload(item))

    @pytest.mark.parametrize(("role", "verdict"), [(Role.AGENT, Verdict.NEEDS_EDIT), (Role.MANAGER, Verdict.READY)])
    def test_who_picks_the_template_has_confirmed_it_only_where_they_may(
        self, world: World, role: Role, verdict: Verdict
    ) -> None:
        who, item = world.person(role), doubtful(world, self.RULE)
        world.redraft(item, who, template_id="shipping-abroad")

        redraft_as_it_was(world, item)

        assert world.reload(item).verdict == verdict

    def test_what_only_another_draft_can_mend_nobody_confirms(self, console: Console) -> None:
        item = changed_template(console.world)
        lead = console.sign_in(Role.LEAD)
        assert "I have looked" not in page_of(console, item)

        with pytest.raises(Conflict, match="draft it anew"):
            self.confirm(console.world, lead, item, "template.changed")

    def test_the_page_offers_it_to_who_may(self, console: Console) -> None:
        item, other = doubtful(console.world, self.RULE), doubtful(console.world, self.RULE)
        console.sign_in(Role.AGENT)
        assert "I have looked" not in page_of(console, other)
        manager = console.sign_in(Role.MANAGER)
        assert "I have looked" in page_of(console, item)

        assert console.act(console.world.reload(item), "confirm", rule=self.RULE).status_code == 303

        page = page_of(console, item)
        assert f"Confirmed by {manager.name}" in page
        assert "Ready" in page
