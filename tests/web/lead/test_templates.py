"""The pages of templates, as a browser without scripts uses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from replyassist.core.security import Role
from replyassist.faq import generated, service
from replyassist.faq.learned import LessonSource, add
from replyassist.faq.repository.generated import active_questions
from replyassist.faq.service import import_templates
from replyassist.faq.template import ReplyTemplate
from tests.review.test_decisions import approve
from tests.web.console import Console, words
from tests.world import BRAND, DRAFT, World, shipping

HERE = f"/templates/{BRAND}/shipping-abroad"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def form(template: ReplyTemplate, **changes: Any) -> dict[str, Any]:
    """What the form of a template holds, with what somebody typed into it."""
    fields = {
        "id": template.id,
        "version": template.version,
        "title": template.title,
        "questions": "\r\n".join(template.questions),
        "reply": template.reply,
        "fact_name": list(template.facts),
        "fact_value": [str(value) for value in template.facts.values()],
        "visibility": "any",
        "route": "draft",
    }
    return fields | changes


def stored(world: World, template_id: str = "shipping-abroad") -> ReplyTemplate:
    with world.database.reading() as session:
        return service.get_template(session, BRAND, template_id)


def act(console: Console, name: str, template: ReplyTemplate, **more: str) -> str:
    """The address that an act leads to."""
    answer = console.post(f"/templates/{BRAND}/{name}", {"id": template.id, "version": template.version, **more})
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


def read(console: Console, path: str) -> str:
    answer = console.get(path)
    assert answer.status_code == 200, answer.text
    return words(answer)


def test_the_list_shows_use_acceptance_and_what_may_be_out_of_date(console: Console) -> None:
    world = console.world
    lead = console.sign_in(Role.LEAD)
    approve(world, lead, world.item())
    approve(world, lead, world.item(), text=DRAFT + " Bye.")
    with world.database.writing() as session:
        ended = ReplyTemplate(id="sale", title="Sale", reply="On.", valid_until=world.clock.now().date() - timedelta(1))
        import_templates(session, BRAND, [ended], now=world.clock.now())

    shown = read(console, "/templates")
    assert "We ship to 32 countries" in shown
    assert "2 drafts" in shown
    assert "1 as they were · 1 edited" in shown
    assert "Its last day has passed" in shown
    stale = read(console, "/templates?stale=1")
    assert "sale" in stale
    assert "shipping-abroad" not in stale
    assert "No template fits." in read(console, "/templates?q=nothing+like+it")


def test_the_list_goes_on_page_by_page(console: Console) -> None:
    world = console.world
    with world.database.writing() as session:
        more = [ReplyTemplate(id=f"t{number:02}", reply="Yes.", tags=["many"]) for number in range(30)]
        import_templates(session, BRAND, more, now=world.clock.now())
    console.sign_in(Role.AGENT)
    first = console.get("/templates?tag=many").text
    link = first.split('class="more"><a class="button" href="')[1].split('"')[0].replace("&amp;", "&")

    second = read(console, link)
    assert "t24" in words(console.get("/templates?tag=many"))
    assert "t25" in second
    assert "t24" not in second
    assert "You are further down the list." in second


def test_an_agent_reads_and_gets_no_form(console: Console) -> None:
    console.sign_in(Role.AGENT)
    html = console.get(HERE).text

    assert "We ship to 32 countries" in html
    assert "do you ship to Norway?" in html
    assert 'id="template-form"' not in html
    assert "Take it out of use" not in html


def test_a_lead_saves_and_the_next_version_has_their_name(console: Console) -> None:
    lead = console.sign_in(Role.LEAD)
    answer = console.post(
        f"/templates/{BRAND}/save", form(shipping(), title="Abroad?", fact_value=["33"], tags="a, b", page=HERE)
    )

    assert answer.headers["location"] == f"{HERE}?done=saved"
    kept = stored(console.world)
    assert (kept.title, kept.facts, kept.tags, kept.questions) == (
        "Abroad?",
        {"countries_count": 33},
        ["a", "b"],
        shipping().questions,
    )
    shown = read(console, answer.headers["location"])
    assert "Saved." in shown
    assert f"{lead.name} changed it" in shown
    assert "countries_count: 32" in shown


def test_the_same_again_says_so(console: Console) -> None:
    console.sign_in(Role.LEAD)
    answer = console.post(f"/templates/{BRAND}/save", form(shipping()))

    assert answer.headers["location"] == f"{HERE}?done=same"


def test_a_refused_form_keeps_what_was_typed(console: Console) -> None:
    console.sign_in(Role.LEAD)
    typed = form(shipping(), reply="We ship in {{ days }} days.")
    answer = console.post(f"/templates/{BRAND}/save", typed)

    assert answer.status_code == 422
    assert "days" in words(answer)
    assert "We ship in {{ days }} days." in answer.text
    assert 'name="fact_name" value="days"' in answer.text


def test_a_template_that_somebody_else_changed_is_not_overwritten(console: Console) -> None:
    console.sign_in(Role.LEAD)
    with console.world.database.writing() as session:
        service.put_template(session, BRAND, shipping(title="Theirs"), now=console.world.clock.now())
    answer = console.post(f"/templates/{BRAND}/save", form(shipping(), title="Mine"))

    assert answer.status_code == 409
    assert "not the version that you saw" in words(answer)
    assert 'value="Mine"' in answer.text
    assert stored(console.world).title == "Theirs"


def test_a_new_template_is_made_once(console: Console) -> None:
    console.sign_in(Role.LEAD)
    typed = {"id": "gift cards/1", "reply": "Under Gifts.", "questions": "gift cards?"}
    answer = console.post(f"/templates/{BRAND}/save", dict(typed))
    again = console.post(f"/templates/{BRAND}/save", dict(typed))

    assert answer.headers["location"] == f"/templates/{BRAND}/{quote('gift cards/1', safe='')}?done=saved"
    assert "Under Gifts." in read(console, answer.headers["location"])
    assert again.status_code == 409
    assert "already has a template" in words(again)
    assert "Under Gifts." in again.text


def test_what_went_out_of_use_can_be_brought_back(console: Console) -> None:
    console.sign_in(Role.LEAD)
    gone = read(console, act(console, "retire", shipping()))
    with console.world.database.reading() as session:
        assert service.current_version(session, BRAND, "shipping-abroad") is None

    assert "out of use" in gone
    assert "Undo" in gone
    back = read(console, act(console, "bring-back", shipping()))
    assert "It is in use again." in back
    assert stored(console.world) == shipping()


def test_an_older_text_is_restored_as_a_new_version(console: Console) -> None:
    later = shipping(title="Abroad", reply="We ship to {{ countries_count }} places.")
    with console.world.database.writing() as session:
        service.put_template(session, BRAND, later, by="Ana", now=console.world.clock.now())
    console.sign_in(Role.LEAD)
    assert "Restore this text" in read(console, HERE)
    location = act(console, "restore", later, to_version=shipping().version)

    assert stored(console.world) == shipping()
    shown = read(console, location)
    assert shown.count(" changed it ") == 2
    assert "An import added it" in shown
    never = console.post(
        f"/templates/{BRAND}/restore", {"id": later.id, "version": shipping().version, "to_version": "0" * 64}
    )
    assert never.status_code == 404


def test_a_confirmation_is_shown(console: Console) -> None:
    console.sign_in(Role.LEAD)
    shown = read(console, act(console, "confirm", shipping()))

    assert "confirmed that it is right" in shown
    assert "Confirmed" in shown
    stale = console.post(f"/templates/{BRAND}/confirm", {"id": "shipping-abroad", "version": "another"})
    assert stale.status_code == 409


def test_lint_and_preview_follow_what_is_typed(console: Console) -> None:
    console.sign_in(Role.LEAD)
    good = console.post(f"/templates/{BRAND}/check", form(shipping()), **{"HX-Request": "true"})
    bad = console.post(
        f"/templates/{BRAND}/check",
        form(shipping(), reply="Dear customer, {{ countries_count }}!"),
        **{"HX-Request": "true"},
    )
    broken = console.post(f"/templates/{BRAND}/check", form(shipping(), reply="{{ days }}"), **{"HX-Request": "true"})

    assert "Hi Sam! We ship to 32 countries" in words(good)
    assert "<main" not in good.text
    assert "the reply says 'dear customer'" in words(bad)
    assert "slots without a fact: days" in words(broken)
    assert stored(console.world) == shipping()


def test_typical_edits_and_learned_examples_stand_beside_it(console: Console) -> None:
    world = console.world
    lead = console.sign_in(Role.LEAD)
    items = [approve(world, lead, world.item(), text=DRAFT + " Anything else?") for _ in range(2)]
    with world.database.writing() as session:
        source = LessonSource(items[0].id or 0, items[0].message_id, "approved", lead.name)
        add(session, BRAND, "shipping-abroad", "can it go to <b>Bergen</b>", source=source, now=world.clock.now())

    html = console.get(HERE).text
    assert "2 ×</span> <ins>Anything else?</ins>" in html
    assert f"/queue/{items[1].id}" in html
    assert "can it go to &lt;b&gt;Bergen" in html


def test_a_question_that_the_model_wrote_is_removed_by_who_may_teach(console: Console) -> None:
    world = console.world
    with world.database.writing() as session:
        version, text = shipping().version, "is Bergen on your list?"
        generated.keep(session, BRAND, "shipping-abroad", version, [text], model="m", now=world.clock.now())
        (row,) = active_questions(session, BRAND)
    console.sign_in(Role.MANAGER)
    assert "is Bergen on your list?" in read(console, HERE)
    form = {"id": "shipping-abroad", "question_id": str(row.id)}
    answer = console.post(f"/templates/{BRAND}/remove-question", form)

    assert answer.headers["location"] == f"{HERE}?done=removed"
    assert "is Bergen" not in read(console, HERE)


def test_strangers_words_are_shown_as_text(console: Console) -> None:
    evil = "<script>alert(1)</script>\u202e"
    with console.world.database.writing() as session:
        bad = shipping(title=evil, questions=[evil], reply=f"{evil} {{{{ countries_count }}}}", tags=[evil], owner=evil)
        service.put_template(session, BRAND, bad, by=evil, now=console.world.clock.now())
    console.sign_in(Role.LEAD)
    for path in ("/templates", HERE):
        html = console.get(path).text
        assert "<script>alert" not in html
        assert "U+202E" in html


def test_there_never_was_such_a_template(console: Console) -> None:
    console.sign_in(Role.LEAD)

    assert console.get(f"/templates/{BRAND}/nothing").status_code == 404
    assert console.get("/templates/nobody/shipping-abroad").status_code == 404
