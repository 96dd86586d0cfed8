"""Saved replies of other programs, mended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.faq.repair.defects import defects_in
from replyassist.faq.repair.door import admit
from replyassist.faq.repair.texts import repair, repair_line

from .test_defects import DAMAGE, FILLERS, ORDINARY, PLACEHOLDERS

DAMAGED = [place for places in DAMAGE.values() for place in places]
AROUND = ["Hi ", "Best,\n", "Your order ", "Thanks, ", "\n", "{{ count }}", "<li>", "</p>", "&lt;", "&amp;amp;"]
PIECES = st.sampled_from([*PLACEHOLDERS, *FILLERS, *ORDINARY, *DAMAGED, *AROUND])
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join))
COUNT = frozenset({"count"})
CASES = Path(__file__).parents[2] / "eval" / "cases"


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_mending_never_fails_and_again_changes_nothing(text: str) -> None:
    once = repair(text, slots=COUNT)
    again = repair(once.text, slots=COUNT)
    assert (again.text, again.done, again.left) == (once.text, (), once.left)
    line = repair_line(text).text
    assert repair_line(line).text == line


@pytest.mark.parametrize("text", ORDINARY)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert repair(text).text == text


def test_what_people_really_answered_stays_as_it_is_and_is_not_blocked() -> None:
    lines = [line for path in CASES.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    texts = {reply for line in lines if (reply := json.loads(line)["expected"].get("reply"))}
    assert len(texts) > 100
    assert [text for text in texts if defects_in(text) or repair(text).text != text] == []


@pytest.mark.parametrize("brand", ["fernhill", "harbour"])
def test_the_sample_brands_stay_as_they_are(brand: str) -> None:
    for template in read_templates(resource_folder("faq") / brand).templates:
        admission = admit(template.model_dump())
        assert (admission.fields, admission.changes, admission.refusals) == (template.model_dump(), (), ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<div>We&#39;re <b>open</b>.<br><br>See <a href='https://a.example/h'>our hours</a> &amp; map.</div>",
         "We're open.\n\nSee our hours (https://a.example/h) & map."),
        ("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"),
        ("<p>Write to <a href='mailto:a@b.example'>a@b.example</a></p>", "Write to a@b.example"),
        ("&lt;p&gt;Yes.&lt;/p&gt;", "Yes."),
        ("We're <b>open</b>\n\nClosed on Sunday", "We're open\n\nClosed on Sunday"),
        ("<p>Dear <NAME>,</p><p>5 &lt; 7</p>", "5 < 7"),
        ("<table><tr><td>Mon</td><td>9-17</td></tr><tr><td>Tue</td><td>10-17</td></tr></table>",
         "Mon: 9-17\nTue: 10-17"),
    ],
)  # fmt: skip
def test_html_becomes_text(before: str, after: str) -> None:
    assert repair(before).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It is â‚¬4 and weâ€™re open", "It is €4 and we’re open"),
        ("Ã¢â€šÂ¬4", "€4"),
        ("GrÃ¼ÃŸe", "Grüße"),
        ("Open.\\n\\nClosed on Sunday.", "Open.\n\nClosed on Sunday."),
        ("One\r\nTwo\u00a0x", "One\nTwo x"),
        ("caf\\u00e9 https:\\/\\/a.example", "café https://a.example"),
    ],
)
def test_damaged_text_is_mended(before: str, after: str) -> None:
    assert repair(before).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Hi {name}, we ship.", "We ship."),
        ("Dear Mr. {{last_name}},\n\nyour order {{order_number}} is here.\n\nKind regards,\n{{agent.name}}\nFernhill",
         "Your order is here."),
        ("Sehr geehrte/r {Vorname} {Nachname},\n\nwir liefern.\n\nMit freundlichen Grüßen\n{Mitarbeitername}",
         "Wir liefern."),
        ("Hola {nombre}:\nenviamos.\nSaludos,\n{agente}", "Enviamos."),
        ("Bonjour {prénom},\n\nnous livrons.", "Nous livrons."),
        ("Thanks, {{first_name}}! We ship.", "Thanks! We ship."),
        ("Thank you {name} for writing.", "Thank you for writing."),
        ("{name}, we ship. Best, {agent_name}", "We ship."),
        ("We ship in 3 days, %%NAME%%.", "We ship in 3 days."),
        ("My name is {{agent.name}} from Fernhill. We ship.", "We ship."),
        ("Your order #{{ticket.order_id}} (no. {{order.number}}) ships.", "Your order ships."),
        ("Hi ,\n\nthe lamp is for indoor use.", "The lamp is for indoor use."),
        ("Hi,\n\nUse a dry cloth.\n\nBest,\n{agent_name}\nSupport Team", "Hi,\n\nUse a dry cloth."),
    ],
)  # fmt: skip
def test_what_is_filled_in_for_each_customer_is_taken_out(before: str, after: str) -> None:
    assert repair(before).text == after


@pytest.mark.parametrize(
    "text",
    [
        "We sent it to {name}.",
        "It takes %days% days.",
        "Hi XX, yes.",
        "Thanks for writing to {company}.",
        "caf\ufffd",
    ],
)
def test_what_nobody_can_know_is_left_and_refused(text: str) -> None:
    assert repair(text).left
    (refusal,) = admit({"id": "a", "reply": text}).refusals
    assert refusal.field == "reply"


def test_slots_with_a_fact_are_our_own() -> None:
    text = "Hi {{ count }} friends of {{ count }} countries."
    assert repair(text, slots=COUNT).text == text
    assert repair(text, slots=COUNT).left == ()


def test_titles_questions_and_facts_are_mended_too() -> None:
    admission = admit(
        {
            "id": "a",
            "title": "Tom &amp; co",
            "questions": ["where is {{Order Number}}?", "{{Order Number}}"],
            "reply": "From {{ open }}.",
            "facts": {"open": "9&nbsp;am"},
        }
    )
    assert admission.fields["title"] == "Tom & co"
    assert admission.fields["questions"] == ["where is?"]
    assert admission.fields["facts"] == {"open": "9 am"}
    assert [change.field for change in admission.changes] == ["title", "questions.0", "questions.1", "facts.open"]


def test_a_reply_that_is_only_a_greeting_is_refused() -> None:
    (refusal,) = admit({"id": "a", "reply": "Hi {{name}}!"}).refusals
    assert "nothing is left" in refusal.detail
