"""What would change, before it goes live."""

from __future__ import annotations

import pytest

from replyassist.core.security import Role
from replyassist.evaluation.sets import CaseSets
from replyassist.faq import learned, service
from tests.evaluation.builders import case
from tests.review.test_decisions import approve
from tests.test_worker import worker
from tests.web.console import Console, words
from tests.web.lead.test_templates import form, read, stored
from tests.world import BRAND, shipping

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def asked(console: Console) -> str:
    """Have a change of the owner tried; the address of the trial."""
    answer = console.post(f"/templates/{BRAND}/save", form(shipping(), owner="Ana", act="try"))
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


def test_a_change_is_tried_and_then_goes_live(console: Console) -> None:
    world = console.world
    lead = console.sign_in(Role.LEAD)
    approve(world, lead, world.item())
    path = asked(console)
    waiting = console.get(path)
    assert "Waiting for a worker" in words(waiting)
    assert f'hx-get="{path}/state"' in waiting.text
    assert stored(world) == shipping()
    worker(world).trial(*world.jobs.take("trial").arguments)

    part = console.get(f"{path}/state", **{"HX-Request": "true"})
    assert "<main" not in part.text
    assert "hx-get" not in part.text
    shown = read(console, path)
    assert "1 → 1 of 1" in shown
    assert "OwnerAna" in shown
    assert "Every one of them finds the same template as now." in shown
    live = console.post(f"{path}/apply", {})
    assert live.headers["location"] == f"/templates/{BRAND}/shipping-abroad?done=saved"
    assert stored(world).owner == "Ana"


def test_what_would_be_lost_without_a_template_is_listed(console: Console) -> None:
    world = console.world
    lead = console.sign_in(Role.LEAD)
    item = approve(world, lead, world.item())
    answer = console.post(f"/templates/{BRAND}/try-retiring", {"id": "shipping-abroad", "version": shipping().version})
    worker(world).trial(*world.jobs.take("trial").arguments)

    shown = console.get(answer.headers["location"])
    assert f'href="/queue/{item.id}">do you ship to Norway??' in shown.text
    assert "Worse" in words(shown)
    console.post(f"{answer.headers['location']}/apply", {})
    with world.database.reading() as session:
        assert service.current_version(session, BRAND, "shipping-abroad") is None


def test_words_that_were_erased_meanwhile_are_not_shown(console: Console) -> None:
    world = console.world
    lead = console.sign_in(Role.LEAD)
    item = approve(world, lead, world.item())
    answer = console.post(f"/templates/{BRAND}/try-retiring", {"id": "shipping-abroad", "version": shipping().version})
    worker(world).trial(*world.jobs.take("trial").arguments)
    with world.database.writing() as session:
        learned.erase_message(session, BRAND, item.message_id, by=lead.name, now=world.clock.now())

    shown = console.get(answer.headers["location"])
    assert "Norway" not in shown.text
    assert "The message is gone" in words(shown)


def test_a_trial_of_an_older_version_does_not_go_live(console: Console) -> None:
    console.sign_in(Role.LEAD)
    path = asked(console)
    with console.world.database.writing() as session:
        service.put_template(session, BRAND, shipping(title="Theirs"), now=console.world.clock.now())

    assert console.post(f"{path}/apply", {}).status_code == 409
    assert stored(console.world).title == "Theirs"


def test_a_form_with_an_error_is_not_tried(console: Console) -> None:
    console.sign_in(Role.LEAD)
    answer = console.post(f"/templates/{BRAND}/save", form(shipping(), reply="{{ days }}", act="try"))

    assert answer.status_code == 422
    assert not console.world.jobs.planned


def test_a_lead_tries_a_change_on_a_kept_set_and_reads_which_it_was(console: Console) -> None:
    world = console.world
    cases = CaseSets(world.settings.home)
    info = cases.save([case(1)], title="Real ones", files=(), by="Ana", at=world.clock.now())
    other = cases.save([case(1, brand="harbour")], title="Theirs", files=(), by="Ana", at=world.clock.now())
    console.sign_in(Role.LEAD)
    page = console.get(f"/templates/{BRAND}/shipping-abroad")
    assert f'<option value="{info.name}">' in page.text
    assert other.name not in page.text
    change = form(shipping(), owner="Ana", act="try")
    refused = console.post(f"/templates/{BRAND}/save", {**change, "cases": other.name})
    assert (refused.status_code, "no such set of cases" in words(refused)) == (422, True)

    answer = console.post(f"/templates/{BRAND}/save", {**change, "cases": info.name})

    assert answer.status_code == 303
    shown = words(console.get(answer.headers["location"]))
    assert "On the cases of Real ones 1 case, as they were kept on 22 November 2026" in shown
    assert "On the newest messages" not in shown
