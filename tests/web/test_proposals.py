"""The page of proposed templates."""

from __future__ import annotations

import pytest

from replyassist.core.security import Role
from replyassist.faq import service
from replyassist.faq.proposed import PastText, ProposedTexts
from tests.faq.test_proposals import REPLY, gifts, keep, seen
from tests.web.console import Console, words
from tests.world import BRAND

FORM = {"brand": BRAND, "id": "gift-cards", "title": "Gift cards", "questions": "gift cards?\r\nvouchers?\r\n"}


def page(console: Console, query: str = "") -> str:
    answer = console.get(f"/proposals{query}")
    assert answer.status_code == 200, answer.text
    return words(answer)


def act(console: Console, number: int, name: str, **form: str) -> tuple[int, str]:
    version = {"version": seen(console.world, number)} if name == "accept" else {}
    answer = console.post(f"/proposals/{number}/{name}", {"brand": BRAND, **version, **form}, page="/proposals")
    return answer.status_code, answer.headers.get("location", "")


def test_a_lead_reads_size_examples_and_the_picture(console: Console) -> None:
    keep(console.world, gifts())
    console.sign_in(Role.LEAD)
    shown = page(console)

    assert "3 messages" in shown
    assert "vouchers?" in shown
    assert "45 % of 100 messages" in shown
    assert "With the first 1" in shown
    html = console.get("/proposals").text
    assert '<svg class="coverage"' in html
    assert 'role="img"' in html
    assert REPLY in html
    assert 'href="/proposals?brand=fernhill" aria-current="page"' in html
    assert 'href="/proposals?brand=fernhill"' in console.get("/templates").text


def test_strangers_words_are_shown_as_text(console: Console) -> None:
    texts = ProposedTexts(questions=(PastText(text="<script>gifts?</script>", key="line 1"),))
    keep(console.world, gifts(texts=texts, title="<b>gifts</b>"))
    console.sign_in(Role.LEAD)
    html = console.get("/proposals").text

    assert "<script>gifts" not in html
    assert "<b>gifts" not in html


def test_an_edited_proposal_is_accepted_as_edited(console: Console) -> None:
    (number,) = keep(console.world, gifts())
    console.sign_in(Role.LEAD)
    status, location = act(console, number, "accept", **FORM, reply="Under Gifts.")

    assert status == 303
    with console.world.database.reading() as session:
        template = service.get_template(session, BRAND, "gift-cards")
    assert (template.title, template.questions, template.reply) == (
        "Gift cards",
        ["gift cards?", "vouchers?"],
        "Under Gifts.",
    )
    assert "is in use now" in page(console, location.removeprefix("/proposals"))


def test_a_refusal_shows_why_and_keeps_what_was_typed(console: Console) -> None:
    (number,) = keep(console.world, gifts())
    console.sign_in(Role.LEAD)
    form = FORM | {"version": seen(console.world, number), "reply": "Dear {{ who }}"}
    answer = console.post(f"/proposals/{number}/accept", form, page="/proposals")

    assert answer.status_code == 422
    assert "reply: " in words(answer)
    assert "Dear {{ who }}" in answer.text
    assert '<details class="edit" open>' in answer.text


def test_what_was_changed_meanwhile_is_shown_with_the_reply_that_was_typed(console: Console) -> None:
    (number,) = keep(console.world, gifts())
    console.sign_in(Role.LEAD)
    html = console.get("/proposals").text
    version = seen(console.world, number)
    assert f'name="version" value="{version}"' in html
    keep(console.world, gifts(title="Vouchers?", known_as=number))
    form = FORM | {"version": version, "reply": "Mine.", "questions": "words that were erased meanwhile"}
    answer = console.post(f"/proposals/{number}/accept", form, page="/proposals")

    assert answer.status_code == 409
    assert "changed the proposal since" in words(answer)
    assert "Mine." in answer.text
    assert "erased meanwhile" not in answer.text
    assert f'name="version" value="{seen(console.world, number)}"' in answer.text


def test_questions_for_a_template_leave_its_title_and_reply(console: Console) -> None:
    (number,) = keep(console.world, gifts(extends="shipping-abroad"))
    console.sign_in(Role.LEAD)
    assert "More questions for shipping-abroad" in page(console)
    act(console, number, "accept", **FORM | {"id": "shipping-abroad", "title": "", "reply": ""})

    with console.world.database.reading() as session:
        template = service.get_template(session, BRAND, "shipping-abroad")
    assert template.questions[-2:] == ["gift cards?", "vouchers?"]
    assert template.title == "Do you ship abroad?"


def test_a_dismissal_is_undone_from_the_page(console: Console) -> None:
    (number,) = keep(console.world, gifts())
    console.sign_in(Role.LEAD)
    _, location = act(console, number, "dismiss")

    after = page(console, location.removeprefix("/proposals"))
    assert "was dismissed" in after
    assert "Every proposal of the last run was decided." in after
    assert "Do you sell gift cards?" in page(console, "?state=dismissed")
    assert act(console, number, "restore")[0] == 303
    assert "3 messages" in page(console)


def test_what_was_decided_elsewhere_is_said(console: Console) -> None:
    (number,) = keep(console.world, gifts())
    console.sign_in(Role.LEAD)
    act(console, number, "accept", **FORM, reply="Under Gifts.")
    assert act(console, number, "dismiss")[0] == 409


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_only_leads_see_the_page(console: Console, role: Role) -> None:
    (number,) = keep(console.world, gifts())
    console.sign_in(role)
    assert console.get("/proposals").status_code == 403
    assert "/proposals" not in console.get("/queue").text
    answer = console.post(f"/proposals/{number}/dismiss", {"brand": BRAND, "csrf_token": "forged"})
    assert answer.status_code == 403


def test_a_brand_without_a_run_says_how_to_make_one(console: Console) -> None:
    console.sign_in(Role.LEAD)
    assert f"replyassist faq propose --brand {BRAND}" in page(console)
    assert console.get("/proposals?brand=harbour").status_code == 404


def test_a_form_without_its_token_changes_nothing(console: Console) -> None:
    (number,) = keep(console.world, gifts())
    console.sign_in(Role.LEAD)
    assert act(console, number, "dismiss", csrf_token="forged")[0] == 403
    assert "3 messages" in page(console)
