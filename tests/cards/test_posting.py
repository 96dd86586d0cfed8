"""Cards are posted once, kept as their items stand, and lose what they should lose."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import select

from replyassist.cards.models import Card
from replyassist.channels import Account, Credentials
from replyassist.channels.slack import TRAITS
from replyassist.channels.slack.inbound import SlackInbound
from replyassist.core.security import Role
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.review.models import ReviewItem
from replyassist.review.queue import replace_proposal
from tests.channels.peers.slack import CARDS, US
from tests.review.policies.test_holding import put
from tests.world import BRAND, DRAFT

from .desk import ANA, Desk

LAG = TRAITS.find_lag.total_seconds()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestPosting:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_lost_answer_makes_no_second_card(self, desk: Desk, when: str) -> None:
        desk.linked()
        desk.item()
        desk.peer.lose = when
        desk.work()
        assert desk.later(1) == 0, "it waits before it looks"
        assert desk.later(LAG) == 1
        assert len(desk.cards()) == 1
        assert desk.told(desk.press()).startswith("You approved it.")

    def test_nor_does_one_that_cannot_be_found_yet(self, desk: Desk) -> None:
        desk.item()
        desk.peer.lose, desk.peer.hides = "after", True
        desk.work()
        assert desk.later(LAG - 1) == 0
        desk.peer.hides = False
        desk.later(2)
        assert len(desk.cards()) == 1
        assert desk.later(600) == 0, "it is known now"

    @pytest.mark.parametrize("killed", [1, 2])
    def test_nor_does_a_worker_that_dies_with_a_card_on_its_way(self, desk: Desk, killed: int) -> None:
        desk.item()
        if killed == 2:
            desk.peer.lose = "before"
            desk.work()
            desk.world.clock.advance(seconds=LAG)
        card = desk.kill_in_the_middle()
        desk.peer.hides = True
        desk.writer.write(*card)  # the job is taken over by another worker
        assert desk.later(LAG - 1) == 0
        desk.peer.hides = False
        desk.later(LAG + desk.world.settings.delivery_deadline_seconds)
        assert len(desk.cards()) == 1

    def test_a_limit_is_waited_for_and_the_account_has_one_message_a_second(self, desk: Desk) -> None:
        desk.item()
        desk.item(message={"external_id": "other", "conversation": {"external_id": "p", "visibility": "public"}})
        desk.peer.wait_seconds = 30
        desk.work()
        assert desk.cards() == []
        assert desk.later(29) == 0
        desk.later(2)
        assert len(desk.cards()) == 1
        desk.later(2)
        assert len(desk.cards()) == 2

    def test_what_slack_refuses_is_not_repeated(self, desk: Desk) -> None:
        desk.item()
        desk.peer.fails = "is_archived"
        desk.work()
        assert desk.later(600) == 0
        assert desk.world.connections.found(BRAND, "slack").trouble == ""
        with desk.world.database.reading() as session:
            assert session.exec(select(Card)).one().is_over

    def test_a_lost_sign_in_is_told_and_cards_wait_for_the_next(self, desk: Desk) -> None:
        item = desk.item()
        desk.work()
        desk.world.delete(desk.world.key(item))
        desk.peer.fails = "token_revoked"
        assert desk.later(2) == 1
        assert desk.world.connections.found(BRAND, "slack").trouble == "Slack no longer takes the token"
        desk.item(message={"external_id": "later"})
        assert desk.later(600) == 0, "nothing is tried meanwhile"
        desk.reconnect()
        assert desk.later(2) > 0
        desk.later(2)
        assert "There is nothing to decide any more." in desk.shown(0)
        assert "[Approve]" in desk.shown(1)

    def test_cards_outlive_a_disconnected_account(self, desk: Desk) -> None:
        item = desk.item()
        desk.work()
        desk.world.delete(desk.world.key(item))
        kept = desk.world.connections.account(desk.world.connections.found(BRAND, "slack")).credentials
        desk.writer.plan()
        desk.world.connections.disconnect(BRAND, "slack", actor="ana")
        desk.later(2)
        desk.world.connect("slack", "slack", account=US, **kept)
        desk.later(2)
        assert "There is nothing to decide any more." in desk.shown()

    def test_a_draft_that_is_gone_leaves_the_card(self, desk: Desk) -> None:
        lead, item = desk.world.person(Role.LEAD), desk.item()
        desk.work()
        item = desk.world.redraft(item, lead)
        with desk.world.database.writing() as session:
            current = session.get_one(ReviewItem, item.id)
            proposal, now = desk.world.proposal(draft="", verdict=None), desk.world.clock.now()
            assert replace_proposal(session, current, proposal, redraft_attempt=item.redraft_attempt, now=now)
        desk.later(2)
        assert DRAFT not in desk.shown()
        assert "[Approve]" not in desk.shown()
        assert "do you ship to Norway??" in desk.shown()
        desk.world.delete(desk.world.key(item))
        desk.later(2)
        assert desk.shown().endswith("There is nothing to decide any more.")

    def test_what_a_policy_hides_leaves_the_card_and_comes_back(self, desk: Desk) -> None:
        item = desk.item()
        desk.work()
        for policy, is_hidden in (({"leads_only": {"templates": ["shipping-abroad"]}}, True), ({}, False)):
            put(desk.world, **policy)
            assert desk.world.reload(item).is_for_leads is is_hidden
            desk.later(2)
            assert (DRAFT not in desk.shown()) is is_hidden
            assert ("Only leads see this." in desk.shown()) is is_hidden
            assert desk.later(2) == 0

    def test_only_drafts_that_are_to_be_approved_get_a_card(self, desk: Desk) -> None:
        desk.item(draft="")
        desk.item(verdict=Verdict.BLOCKED, message={"external_id": "b"})
        assert desk.work() == 0

    def test_without_the_secret_of_the_deployment_there_are_no_cards(self, desk: Desk) -> None:
        item = desk.item()
        desk.work()
        press = desk.press()
        desk.world.settings = desk.world.settings.model_copy(update={"slack_signing_secret": SecretStr("")})
        assert isinstance(desk.client.app, FastAPI)
        desk.client.app.state.connections = desk.world.connections
        assert desk.send(press).status_code == 404
        desk.item(message={"external_id": "other"})
        desk.world.delete(desk.world.key(item))
        desk.later(2)
        assert len(desk.cards()) == 1
        assert "There is nothing to decide any more." in desk.shown(), "the one that stands follows its item"

    def test_nobody_approves_what_the_card_cuts_off(self, desk: Desk) -> None:
        desk.item(draft="a" * 3001)
        desk.work()
        assert desk.shown().endswith(")\n[Escalate …]\n[Open in console]")

    @pytest.mark.parametrize("what", ["post", "answered", "finding", "attachment"])
    def test_nor_what_it_cuts_off_of_what_belongs_to_it(self, desk: Desk, what: str) -> None:
        long = Finding(rule="tone", severity=Severity.WARN, explanation="b" * 3000)
        place = {"external_id": "post-1", "visibility": "public", "parent_text": "c" * 3001}
        attached = [{"kind": "file", "alt_text": f"{number}" * 900} for number in range(4)]
        message = {
            "post": {"conversation": place},
            "answered": {"answered_text": "d" * 3001},
            "attachment": {"attachments": attached},
        }.get(what, {})
        desk.item(message=message, findings=(long,) if what == "finding" else ())
        desk.work()
        assert desk.shown().endswith("\n[Escalate …]\n[Open in console]")
        assert desk.shown().count("[") == 2

    def test_the_words_of_a_deleted_message_leave_the_card(self, desk: Desk) -> None:
        item = desk.item()
        desk.work()
        desk.world.delete(desk.world.key(item))
        desk.later(2)
        assert desk.shown() == f"Tom on instagram · {BRAND}\nThere is nothing to decide any more."

    def test_what_the_team_writes_beside_the_cards_is_no_message(self, desk: Desk) -> None:
        account = Account(BRAND, "slack", US, Credentials({"cards": CARDS}))
        desk.peer.write(ANA, "who takes this one?", channel=CARDS)
        desk.peer.write(ANA, "do you ship?")
        assert [len(SlackInbound(account, "").parse(hook)) for hook in desk.peer.hooks()] == [0, 1]
