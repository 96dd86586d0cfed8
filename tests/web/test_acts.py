from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from replyassist.core.security import Role
from replyassist.faq.service import put_template
from replyassist.guardrails import Verdict
from replyassist.proposal import RedraftRequest
from replyassist.review import repository as reviews
from replyassist.review.models import Approval, ReviewItem, ReviewStatus
from replyassist.review.transitions import DELIVERY, TAKEN_BACK_FROM, Move, make
from replyassist.triage import triage
from tests.web.console import Console, words
from tests.world import BRAND, DRAFT, shipping

EDITED = "Hello Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
BLOCKED = "Hi Tom! Dear customer, it takes 99 days."


def approval_of(console: Console, item: ReviewItem) -> str | None:
    with console.world.database.reading() as session:
        found = session.get(Approval, console.world.reload(item).approval_id or 0)
        return found.text if found else None


def acts_on(console: Console, item: ReviewItem) -> list[tuple[str, str, str]]:
    with console.world.database.reading() as session:
        return [(entry.actor, entry.act, entry.reason) for entry in reviews.audit_of(session, item.id or 0)]


def deliver(console: Console, item: ReviewItem, *moves: Move, **changes: Any) -> ReviewItem:
    now = console.world.clock.now()
    with console.world.database.writing() as session:
        found = session.get(ReviewItem, item.id)
        assert found is not None
        for move in (Move("sending", ReviewStatus.SENDING), *moves):
            found = make(session, found, move, actor=DELIVERY, now=now, **changes)
        return found


def test_a_draft_is_approved_as_drafted_and_the_next_item_opens(console: Console) -> None:
    item, following = console.world.item(), console.world.item()
    person = console.sign_in()
    answer = console.act(item, "approve", text=DRAFT)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/queue/{following.id}?after={item.id}"
    assert approval_of(console, item) == DRAFT
    assert acts_on(console, item)[-1][:2] == (person.name, "approved")
    assert [(job.name, delay) for job, delay in console.world.jobs.planned if job.name == "deliver"] == [("deliver", 5)]
    page = words(console.get(answer.headers["location"]))
    assert "Approved. Sending in 5" in page
    assert "Undo" in page


def test_an_edited_draft_is_approved_as_edited_with_plain_line_breaks(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "approve", text=EDITED.replace(". ", ".\r\n", 1) + "  ")
    assert answer.headers["location"] == f"/queue?after={item.id}"
    assert approval_of(console, item) == EDITED.replace(". ", ".\n", 1)
    assert acts_on(console, item)[-1][1] == "edited_and_approved"


def failures_of(console: Console, item: ReviewItem) -> list[str]:
    with console.world.database.reading() as session:
        return reviews.audit_of(session, item.id or 0)[-1].failures


def test_what_an_edit_mended_and_why_a_draft_was_rejected_is_kept(console: Console) -> None:
    edited, rejected = console.world.item(), console.world.item()
    console.sign_in()
    console.act(edited, "approve", text=EDITED, failures=["wrong_tone", "not_personal"])
    console.act(rejected, "reject", reason="wrong template", failures=["wrong_template"])
    assert failures_of(console, edited) == ["wrong_tone", "not_personal"]
    assert failures_of(console, rejected) == ["wrong_template"]


def test_an_unknown_failure_is_refused(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "reject", reason="wrong tone", failures=["bad_weather"], accept="text/html")
    assert answer.status_code == 422
    assert "bad_weather" in words(answer)


def test_a_public_reply_may_be_split_from_a_private_message(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    console.act(item, "redraft", with_follow_up="true")
    assert console.world.reload(item).proposal.asked == RedraftRequest(with_follow_up=True)


def test_undo_brings_the_item_back_with_the_text_that_was_approved(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    console.act(item, "approve", text=EDITED)
    answer = console.act(console.world.reload(item), "undo")
    assert answer.status_code == 303
    assert console.world.reload(item).status == "pending"
    page = console.get(answer.headers["location"])
    assert f"{EDITED}</textarea>" in page.text
    assert "This is your text, not the draft." in words(page)


def test_undo_of_what_is_being_sent_says_so(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    console.act(item, "approve", text=DRAFT)
    deliver(console, item)
    answer = console.act(console.world.reload(item), "undo")
    assert answer.status_code == 409
    assert "it is being sent right now" in words(answer)


def test_a_rejection_can_be_undone(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "reject", reason="wrong tone", note="too stiff")
    assert acts_on(console, item)[-1][1:] == ("rejected", "wrong tone: too stiff")
    page = words(console.get(answer.headers["location"]))
    assert "Rejected. Undo" in page
    assert "rejected it: “" not in page
    assert "too stiff" in words(console.get(f"/queue/{item.id}"))
    assert console.act(console.world.reload(item), "undo").status_code == 303
    assert console.world.reload(item).status == "pending"


@pytest.mark.parametrize("form", [{}, {"reason": "because"}, {"reason": "other"}, {"reason": "other", "note": "  "}])
def test_a_rejection_needs_a_reason_and_keeps_the_text(console: Console, form: dict[str, str]) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "reject", text="half a thought", **form)
    assert answer.status_code == 422
    assert "reason" in words(answer)
    assert "half a thought</textarea>" in answer.text
    assert console.world.reload(item).status == "pending"


def test_an_item_is_escalated_with_a_reason(console: Console) -> None:
    item = console.world.item()
    person = console.sign_in(Role.AGENT)
    assert console.act(item, "escalate", note=" ").status_code == 422
    assert console.act(item, "escalate", note="x" * 1001).status_code == 422
    answer = console.act(item, "escalate", note="asks about a lawsuit")
    assert answer.status_code == 303
    assert acts_on(console, item)[-1] == (person.name, "escalated", "asks about a lawsuit")
    assert "Escalated. A lead has it now." in words(console.get(answer.headers["location"]))


def test_another_draft_is_asked_for_and_the_page_stays(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "redraft", instruction="shorter", template_id="shipping-abroad")
    assert answer.headers["location"] == f"/queue/{item.id}"
    asked = console.world.reload(item)
    assert asked.is_redrafting
    wish = asked.proposal.asked
    assert wish is not None
    assert (wish.instruction, wish.template_id, wish.with_follow_up) == ("shorter", "shipping-abroad", False)
    assert wish.vouched_by, "a manager who names a template says that it is the right one"
    assert "A new draft is being written." in words(console.get(f"/queue/{item.id}"))
    assert console.act(asked, "redraft", instruction="x" * 501).status_code == 422
    assert console.act(asked, "redraft", template_id="nothing", accept="text/html").status_code == 404


def test_a_blocked_text_is_sent_only_with_the_findings_accepted(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "approve", text=BLOCKED)
    assert answer.status_code == 409
    page = words(answer)
    assert "The guardrails do not let this text out." in page
    assert "I have read the findings and send it anyway" in page
    assert f"{BLOCKED}</textarea>" in answer.text
    assert console.act(console.world.reload(item), "approve", text=BLOCKED, accept_findings="true").status_code == 303
    assert approval_of(console, item) == BLOCKED


def test_an_agent_cannot_accept_findings_and_is_told_what_to_do(console: Console) -> None:
    item = console.world.item(draft=BLOCKED, verdict=Verdict.BLOCKED)
    console.sign_in(Role.AGENT)
    page = words(console.get(f"/queue/{item.id}"))
    assert "Your role sends only replies that the checks call ready." in page
    assert "send it anyway" not in page
    answer = console.act(console.world.reload(item), "approve", text=BLOCKED, accept_findings="true")
    assert answer.status_code == 409
    assert console.act(console.world.reload(item), "approve", text=DRAFT).status_code == 303


def test_an_agent_sees_why_an_item_of_high_risk_is_not_theirs(console: Console) -> None:
    item = console.world.item(triage=triage("my solicitor will write to you"))
    console.sign_in(Role.AGENT)
    answer = console.get(f"/queue/{item.id}")
    assert "This item is of high risk, and your role decides those of low risk." in words(answer)
    approve = answer.text[answer.text.index('id="approve"') :].split(">", 1)[0]
    assert " disabled " in f"{approve} "
    refused = console.act(item, "approve", text=DRAFT)
    assert refused.status_code == 403
    assert "this item is of high risk; escalate it" in words(refused)
    assert console.world.reload(item).status == "pending"


def test_a_conflict_says_what_happened_and_keeps_the_text(console: Console, browser: Callable[[], Console]) -> None:
    item = console.world.item()
    console.sign_in(Role.LEAD)
    rival = browser()
    name = rival.sign_in().name
    rival.act(item, "escalate", note="better you")
    answer = console.act(item, "approve", text="my own careful words")
    assert answer.status_code == 409
    page = words(answer)
    assert "The item has moved on since you saw it." in page
    assert f"What happened last: {name} escalated it, now: “better you”" in page
    assert "Your text is still here." in page
    assert "my own careful words</textarea>" in answer.text
    assert answer.headers["hx-replace-url"] == f"/queue/{item.id}?tab=escalated"
    assert 'name="version" value="2"' in answer.text


def test_who_was_too_late_still_sees_what_they_had_typed(console: Console, browser: Callable[[], Console]) -> None:
    item = console.world.item()
    console.sign_in()
    rival = browser()
    rival.sign_in()
    rival.act(item, "approve", text=DRAFT)
    answer = console.act(item, "approve", text="my own careful words")
    assert answer.status_code == 409
    page = words(answer)
    assert "What will be sent" in page
    assert "What you had typed (it was not sent)" in page
    assert "my own careful words" in page


def test_an_item_that_somebody_else_holds_is_not_decided(console: Console, browser: Callable[[], Console]) -> None:
    item = console.world.item()
    holder = browser()
    name = holder.sign_in().name
    holder.get(f"/queue/{item.id}")
    console.sign_in()
    answer = console.act(item, "approve", text=EDITED)
    assert answer.status_code == 409
    assert "Somebody else is working on this item." in words(answer)
    assert f"{name} is working on this item." in words(answer)
    assert f"{EDITED}</textarea>" in answer.text


def test_a_changed_template_stops_the_approval_with_words(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    with console.world.database.writing() as session:
        put_template(session, BRAND, shipping(reply="We ship nowhere."), now=console.world.clock.now())
    answer = console.act(item, "approve", text=DRAFT)
    assert answer.status_code == 409
    assert "the template has changed since this was drafted; draft it anew" in words(answer)


def test_an_empty_reply_is_not_approved(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "approve", text=" \r\n ")
    assert answer.status_code == 422
    assert "Write a reply first." in words(answer)


@pytest.mark.parametrize(("act", "status"), [("failed", ReviewStatus.FAILED), ("uncertain", ReviewStatus.UNCERTAIN)])
def test_what_was_not_surely_sent_is_explained_and_can_be_put_back(
    console: Console, act: str, status: ReviewStatus
) -> None:
    item = console.world.item()
    console.sign_in()
    console.act(item, "approve", text=EDITED)
    item = deliver(console, item, Move(act, status), notice="the platform said no")
    page = words(console.get(f"/queue/{item.id}?tab=problems"))
    assert "the platform said no" in page
    assert ("surely not sent" if act == "failed" else "Nobody can tell whether this reply arrived.") in page
    assert "Put it back into the queue" in page
    answer = console.act(item, "undo")
    assert f"{EDITED}</textarea>" in console.get(answer.headers["location"]).text


def test_a_form_with_a_field_missing_is_refused_with_words(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.post(f"/queue/{item.id}/approve", {"text": DRAFT})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "version" in words(answer)


def test_htmx_gets_a_refusal_at_the_edge_of_the_page(console: Console) -> None:
    console.sign_in()
    answer = console.post("/queue/999/approve", {"version": 1, "text": "x"}, **{"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["hx-retarget"] == "#toasts"
    assert "<html" not in answer.text
    assert "there is no review item 999" in words(answer)


def test_another_item_of_the_approval_is_not_restored(console: Console) -> None:
    first, second = console.world.item(), console.world.item()
    console.sign_in()
    console.act(first, "approve", text=EDITED)
    approval = console.world.reload(first).approval_id
    page = console.get(f"/queue/{second.id}?restore={approval}").text
    assert f"{EDITED}</textarea>" not in page
    assert f"{DRAFT}</textarea>" in page


def test_a_rejection_for_the_wrong_template_says_so_without_its_box_ticked(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    console.act(item, "reject", reason="wrong template")

    with console.world.database.reading() as session:
        assert reviews.audit_of(session, item.id or 0)[-1].failures == ["wrong_template"]


DONE = sorted(set(ReviewStatus) - {ReviewStatus.PENDING, ReviewStatus.ESCALATED})
ACTS: dict[str, dict[str, str]] = {
    "approve": {"text": DRAFT},
    "confirm": {"rule": "draft.unsure_template"},
    "reject": {"reason": "wrong tone"},
    "escalate": {"note": "look"},
    "redraft": {},
    "undo": {},
}


def standing(console: Console, status: ReviewStatus) -> ReviewItem:
    item = console.world.item()
    with console.world.database.writing() as session:
        session.get_one(ReviewItem, item.id).status = status
    return console.world.reload(item)


@pytest.mark.parametrize("status", DONE)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_nobody_has_to_decide_is_shown_unclaimed_and_every_act_is_answered(
    console: Console, status: ReviewStatus
) -> None:
    console.sign_in(Role.LEAD)
    item = standing(console, status)

    assert console.get(f"/queue/{item.id}").status_code == 200
    assert console.post(f"/queue/{item.id}/claim", {}).status_code == 204
    assert console.world.reload(item).claimed_by is None

    answers = {act: console.act(standing(console, status), act, **form).status_code for act, form in ACTS.items()}
    is_taken_back = status in TAKEN_BACK_FROM
    assert answers == dict.fromkeys(("approve", "confirm", "redraft"), 409) | {
        "reject": 409,
        "escalate": 303 if is_taken_back else 409,
        "undo": 303 if is_taken_back else 409,
    }
