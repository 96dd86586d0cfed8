"""Presses on cards: a linked person's act on what the card showed, and everybody else's that does nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from replyassist.brands.service import get_brand, set_voice, voice_of
from replyassist.cards import linking
from replyassist.core.accounts import User
from replyassist.core.errors import Conflict, InvalidInput, NotFound
from replyassist.core.security import Role
from replyassist.faq.service import import_templates
from replyassist.review import decisions
from replyassist.review.models import ReviewStatus
from replyassist.review.scheduling import SendLater
from replyassist.triage import triage
from tests.channels.peers.slack import TEAM
from tests.delivery.test_delivery import FakeChannel, run
from tests.review.policies.test_holding import TWO, put
from tests.review.test_decisions import approve
from tests.world import BRAND, DRAFT, World, shipping

from .desk import ANA, BEN, CONSOLE, Desk, tone_finding


def test_a_linked_person_approves_exactly_what_the_card_showed_once(desk: Desk) -> None:
    ana = desk.linked()
    item = desk.item()
    assert (desk.work(), desk.work()) == (1, 0)
    for part in (
        "Tom on instagram",
        "do you ship to Norway??",
        DRAFT,
        "Sources: Do you ship abroad? (shipping-abroad)",
    ):
        assert part in desk.shown()
    assert "[Approve]\n[Reject …]\n[Escalate …]\n[Open in console]" in desk.shown()

    press = desk.press()
    assert desk.told(press).startswith("You approved it.")
    (approval,) = desk.approvals()
    assert (approval.approver_id, approval.text) == (ana.user_id, DRAFT)
    assert "Nothing was sent. The item has moved on. Approved by manager" in desk.told(press)
    assert desk.approvals() == [approval], "a double click is harmless"
    assert [job.name for job, _ in desk.world.jobs.planned].count("deliver") == 1

    last = desk.last(item)
    assert (last.act, last.actor_id, last.via) == ("approved", ana.user_id, "slack")
    desk.later(2)
    assert f"Approved by {ana.name}. It is sent shortly." in desk.shown()
    assert "[Approve]" not in desk.shown()
    assert len(desk.cards()) == 1


def test_a_linked_person_rejects_with_a_reason_which_teaches(desk: Desk) -> None:
    ana = desk.linked()
    item = desk.item()
    desk.work()
    press = desk.press(action="reject", pick="Wrong template")
    assert desk.told(press) == "You rejected it; that can be taken back in the console."
    assert desk.told(press) == f"It was not rejected. The item has moved on. Rejected by {ana.name}."
    assert desk.world.reload(item).status == ReviewStatus.REJECTED
    last = desk.last(item)
    assert (last.act, last.reason, last.failures) == ("rejected", "wrong template", ["wrong_template"])
    assert (last.actor_id, last.via) == (ana.user_id, "slack")
    assert [job.name for job, _ in desk.world.jobs.planned].count("learn") == 1
    desk.later(2)
    assert f"Rejected by {ana.name}." in desk.shown()
    assert desk.shown().endswith("\n[Open in console]")
    assert desk.shown().count("[") == 1
    assert desk.approvals() == []


def test_a_linked_person_escalates_and_a_lead_decides_from_the_same_card(desk: Desk) -> None:
    agent, lead = desk.linked(Role.AGENT), desk.linked(Role.LEAD, BEN)
    item = desk.item()
    desk.work()
    press = desk.press(action="escalate", pick="Not sure what we may promise")
    assert desk.told(press) == "You escalated it: a lead decides."
    last = desk.last(item)
    assert (last.act, last.reason, last.actor_id) == ("escalated", "Not sure what we may promise", agent.user_id)
    desk.later(2)
    assert "Escalated: a lead decides." in desk.shown()
    assert desk.shown().endswith("[Approve]\n[Reject …]\n[Open in console]")
    for action, pick in (("approve", ""), ("reject", "Wrong tone")):
        assert "ask a person who is lead" in desk.told(desk.press(action=action, pick=pick))
    assert desk.told(desk.press(BEN, action="reject", pick="Wrong tone")).startswith("You rejected it")
    assert (desk.last(item).actor_id, desk.last(item).reason) == (lead.user_id, "wrong tone")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestPresses:
    @pytest.mark.parametrize(
        ("action", "pick", "refusal"),
        [
            ("reject", "Wrong tone", "It was not rejected."),
            ("escalate", "Legal or safety matter", "It was not escalated."),
        ],
    )
    def test_what_is_refused_says_why_and_changes_nothing(
        self, desk: Desk, action: str, pick: str, refusal: str
    ) -> None:
        item = desk.item()
        desk.work()
        press = desk.press(action=action, pick=pick)
        assert f"{refusal} replyassist does not know who you are." in desk.told(press)
        desk.linked()
        ben = desk.world.person()
        with desk.world.database.writing() as session:
            decisions.claim(session, ben, item.id or 0, now=desk.world.clock.now(), minutes=5)
        assert desk.told(press) == f"{refusal} somebody else is working on this item"
        desk.world.redraft(desk.world.reload(item), ben)
        assert desk.told(press) == f"{refusal} The item has moved on. Another draft is being made."
        assert desk.world.reload(item).status == ReviewStatus.PENDING

    def test_an_agent_rejects_nothing_of_high_risk_and_escalates_it(self, desk: Desk) -> None:
        desk.linked(Role.AGENT)
        item = desk.item(triage=triage("my solicitor will write to you"))
        desk.work()
        words = desk.told(desk.press(action="reject", pick="No reply needed"))
        assert words == "It was not rejected. this item is of high risk; escalate it"
        assert desk.told(desk.press(action="escalate", pick="Legal or safety matter")).startswith("You escalated it")
        assert desk.world.reload(item).status == ReviewStatus.ESCALATED

    def test_who_is_not_linked_is_told_how_and_nothing_happens(self, desk: Desk) -> None:
        item = desk.item()
        desk.work()
        words = desk.told(desk.press())
        assert words.startswith("Nothing was sent. replyassist does not know who you are.")
        address = urlsplit(words.rpartition(" ")[2])
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{CONSOLE}/account/slack"
        assert desk.world.reload(item).version == item.version

        (signed,) = parse_qs(address.query)["offer"]
        settings, now = desk.world.settings, desk.world.clock.now()
        offer = linking.read_offer(settings, signed, now=now)
        assert (offer.team, offer.slack_user, offer.shown_as) == (TEAM, ANA, "u0ana")
        with desk.world.database.writing() as session:
            linking.link(session, desk.world.person(), offer, now=now)
        assert desk.told(desk.press()).startswith("You approved it.")

    def test_a_card_of_an_earlier_state_sends_nothing_and_follows(self, desk: Desk) -> None:
        desk.linked()
        lead = desk.world.person(Role.LEAD)
        item = desk.item()
        desk.work()
        press = desk.press()
        item = desk.world.redraft(item, lead)
        assert "The item has moved on. Another draft is being made." in desk.told(press)
        desk.later(2)
        assert "[Approve]" not in desk.shown()
        desk.world.reject(desk.world.reload(item), lead)
        desk.later(2)
        assert f"Rejected by {lead.name}." in desk.shown()
        assert desk.approvals() == []

    def test_the_card_of_what_was_decided_in_the_console_says_so(self, desk: Desk) -> None:
        desk.linked()
        item = desk.item()
        desk.work()
        press = desk.press()
        ben = desk.world.person()
        approve(desk.world, ben, item)
        assert f"Approved by {ben.name}" in desk.told(press)
        desk.later(2)
        assert f"Approved by {ben.name}" in desk.shown()
        assert len(desk.approvals()) == 1

    def test_a_card_shows_what_the_console_shows_to_decide_by(self, desk: Desk) -> None:
        attached = [{"kind": "image", "alt_text": "my <!channel> cup", "url": "https://pictures.example/1"}]
        desk.item(message={"attachments": attached})
        desk.work()
        for part in (
            "New roast is out!",
            "• image: “my <!channel> cup” https://pictures.example/1",
            "• Nobody has looked at what is attached to the message (image).",
        ):
            assert part in desk.shown()

    def test_nobody_approves_past_what_was_found_since_the_card_was_shown(self, desk: Desk) -> None:
        desk.linked()
        item = desk.item()
        desk.work()
        with desk.world.database.writing() as session:
            brand = get_brand(session, BRAND)
            rules = voice_of(brand).model_dump() | {"banned_phrases": ["working days"]}
            rules["severities"] |= {"banned_phrases": "warn"}
            set_voice(session, brand, voice_of(brand).model_validate(rules))
        assert desk.world.reload(item).version == item.version
        told = "Nothing was sent. The card lacked what is to be checked before sending. It is renewed"
        assert desk.told(desk.press()).startswith(told)
        assert desk.approvals() == []
        assert desk.later(2) == 1
        assert "working days" in desk.shown().partition("Check before sending:\n• ")[2]
        assert desk.told(desk.press()).startswith("You approved it.")

    def test_who_approves_has_confirmed_what_the_card_showed_of_the_thread(self, desk: Desk) -> None:
        ana, thread = desk.linked(), {"conversation": {"external_id": "dm", "visibility": "private"}}
        other = desk.world.item(message=thread)
        desk.item(message={**thread, "posted_at": "2026-11-22T09:50:00Z"})
        desk.work()
        approve(desk.world, desk.world.person(), desk.world.reload(other))
        run(desk.world, FakeChannel())
        assert "The item has moved on" in desk.told(desk.press())
        desk.later(2)
        assert "• We have replied here since" in desk.shown()
        assert desk.told(desk.press()).startswith("You approved it.")
        (accepted,) = desk.approvals()[1].accepted_findings
        assert (accepted["rule"], accepted["confirmed_by"]) == ("thread.answered", ana.name)

    def test_a_template_whose_time_is_over_takes_the_button_away(self, desk: Desk) -> None:
        desk.linked()
        with desk.world.database.writing() as session:
            day = desk.world.clock.now().date()
            import_templates(session, BRAND, [shipping(valid_until=day)], now=desk.world.clock.now())
        item = desk.item(template_version=shipping(valid_until=day).version)
        desk.work()
        assert "[Approve]" in desk.shown()
        desk.world.clock.advance(seconds=2 * 86_400)
        assert "It is renewed" in desk.told(desk.press())
        desk.later(2)
        assert "• The template" in desk.shown()
        assert "[Approve]" not in desk.shown()
        assert desk.told(desk.press(action="reject", pick="Wrong template")).startswith("You rejected it")
        assert desk.world.reload(item).status == ReviewStatus.REJECTED

    def test_the_table_of_permissions_decides(self, desk: Desk) -> None:
        desk.linked(Role.AGENT)
        desk.linked(user=BEN, brands=[])
        risky = desk.item(triage=triage("my solicitor will write to you"), findings=(tone_finding(),))
        desk.work()
        assert "Check before sending:\n• Say it kindlier." in desk.shown()
        assert "Nothing was sent. " in desk.told(desk.press())
        assert "there is no review item" in desk.told(desk.press(BEN))
        assert desk.world.reload(risky).status == ReviewStatus.PENDING
        with desk.world.database.writing() as session:
            for user in session.exec(select(User)):
                user.is_active = False
        assert desk.told(desk.press()) == "Nothing was sent. Your account is not active."

    def test_the_policy_of_two_people_holds(self, desk: Desk) -> None:
        put(desk.world, **TWO)
        desk.linked()
        desk.linked(user=BEN)
        item = desk.item()
        desk.work()
        assert desk.told(desk.press()).startswith("Your yes is recorded. A second person")
        assert desk.world.reload(item).status == ReviewStatus.PENDING
        desk.later(2)
        assert "waits for a second person" in desk.shown()
        assert "Nothing was sent" in desk.told(desk.press())
        assert desk.told(desk.press(BEN)).startswith("You approved it.")
        assert desk.world.reload(item).status == ReviewStatus.APPROVED

    def test_the_second_of_two_people_is_told_for_when(self, desk: Desk) -> None:
        put(desk.world, **TWO)
        ben, item, at = desk.linked(user=BEN), desk.item(), desk.world.clock.now() + timedelta(hours=20)
        approve(desk.world, desk.world.person(), item, later=SendLater(at, lambda _session, _stored: None))
        desk.work()
        assert f"to be sent at {at:%Y-%m-%d %H:%M} UTC, which waits for a second person" in desk.shown()
        assert desk.told(desk.press(BEN)).startswith("You approved it for the time that was chosen first.")
        desk.later(2)
        assert f"Approved by {ben.name}, to be sent on {at:%Y-%m-%d %H:%M} (UTC)." in desk.shown()

    def test_who_knows_the_secret_of_the_connection_presses_as_nobody(self, desk: Desk) -> None:
        put(desk.world, **TWO)
        desk.linked()
        desk.linked(user=BEN)
        item = desk.item()
        desk.work()
        desk.reconnect(signing_secret="typed in by a lead")
        desk.peer.secret = "typed in by a lead"
        assert [desk.send(desk.press(user)).status_code for user in (ANA, BEN)] == [401, 401]
        assert desk.world.reload(item).version == item.version

    @pytest.mark.parametrize("known", [TEAM, ""])
    def test_a_user_of_another_workspace_is_nobody_here(self, desk: Desk, known: str) -> None:
        desk.linked()
        with desk.world.database.writing() as session:
            linking.link(
                session, desk.world.person(), linking.Offer("T0OTHER", BEN, "ben", 2**31), now=desk.world.clock.now()
            )
        item = desk.item()
        desk.work()
        desk.reconnect(team=known)
        words = "Nothing was sent. This account of Slack is not of the workspace that the cards stand in."
        assert [desk.told(desk.press(user, team="T0OTHER")) for user in (ANA, BEN)] == [words] * 2
        assert desk.world.reload(item).version == item.version
        assert desk.told(desk.press()) == words if not known else desk.told(desk.press()).startswith("You approved")

    def test_what_slack_did_not_sign_or_long_ago_or_another_card_does_nothing(self, desk: Desk) -> None:
        desk.linked()
        item = desk.item()
        desk.work()
        press = desk.press()
        assert desk.send(replace(press, body=press.body + b"&x=1")).status_code == 401
        desk.world.clock.advance(seconds=301)
        assert desk.send(press).status_code == 401
        button = {"action_id": "approve", "block_id": "1:2"}
        for wrong in (desk.peer.told_press(button, "1.000001", ANA), desk.peer.signed({"type": "block_actions"})):
            assert desk.send(wrong).status_code in (200, 422)
        (block,) = (block["block_id"] for block in desk.cards()[0]["blocks"] if block["type"] == "actions")
        for action, stamp in (("approve", "1.000001"), ("reject", desk.cards()[0]["ts"])):
            option = {"text": {"type": "plain_text", "text": "Mine"}, "value": "mine"}
            told = {"action_id": action, "block_id": block, "selected_option": option}
            assert "no card of ours" in desk.told(desk.peer.told_press(told, stamp, ANA))
        assert desk.world.reload(item).version == item.version
        assert desk.client.post(f"/v1/cards/{BRAND}/nothing").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_account_is_linked_with_one_person_and_a_link_is_theirs_to_remove(world: World) -> None:
    ana, ben, now = world.person(), world.person(), world.clock.now()
    mine, other = linking.Offer(TEAM, ANA, "ana", 2**31), linking.Offer(TEAM, BEN, "ben", 2**31)
    with world.database.writing() as session:
        linking.link(session, ana, mine, now=now)
        linking.link(session, ana, mine, now=now)
        for who, offer in ((ben, mine), (ana, other)):
            with pytest.raises(Conflict):
                linking.link(session, who, offer, now=now)
        with pytest.raises(NotFound):
            linking.unlink(session, ben, 1, now=now)
        linking.unlink(session, ana, 1, now=now)
        linking.link(session, ben, mine, now=now)
    signed = linking.signed_offer(world.settings, team=TEAM, slack_user=ANA, shown_as="ana", now=now)
    world.clock.advance(seconds=601)
    for wrong in (signed, signed[:-2], ""):
        with pytest.raises(InvalidInput):
            linking.read_offer(world.settings, wrong, now=world.clock.now())
