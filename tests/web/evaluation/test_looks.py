"""The pages of the workbench on a phone, in both looks, and with a stranger's words, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from replyassist.core.security import Role
from replyassist.evaluation.labelling import batch_of
from replyassist.evaluation.pairs import PreferenceBook, pair_batch_of
from replyassist.evaluation.sets import CaseSets, TemplateSets
from replyassist.evaluation.store import RunStore
from replyassist.guardrails import Verdict
from tests.evaluation.builders import DRAFT, case, finding, proposal, result, run
from tests.faq.builders import template
from tests.web.chromium import DESK, PHONE, Desk, address_of
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
CONTRAST = (Path(__file__).parents[1] / "contrast.js").read_text(encoding="utf-8")
LONG = "W" * 300
ATTACK = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.fixture
def pages(world: World) -> list[str]:
    home, now = world.settings.home, world.clock.now()
    results = [
        result(1, case=case(1, text=ATTACK + LONG, tags=[LONG[:100]]), proposal=proposal(DRAFT + LONG + ATTACK)),
        result(2, case=case(2), proposal=proposal(verdict=Verdict.BLOCKED, findings=(finding(start=3, end=9),)),
               assertions={"send_ready": False, "grounded": False, "hit_at_1": True, "right_or_abstained": True}),
        result(3, case=case(3), proposal=None, error=f"RuntimeError: {LONG}"),
        *(result(n, case=case(n), assertions={"send_ready": True, "hit_at_1": n % 2 == 0}) for n in range(4, 40)),
    ]  # fmt: skip
    changed = [each.model_copy(update={"assertions": {"send_ready": True, "hit_at_1": True}}) for each in results]
    changed[1] = changed[1].model_copy(update={"proposal": proposal("Hi Tom! It takes a week.")})
    RunStore(home).save(run(*results, id="r1", title=f"{ATTACK} {LONG}"[:200]))
    RunStore(home).save(run(*changed, id="r2"))
    PreferenceBook(home, "r1", "r2").open()
    cases = CaseSets(home).save([each.case for each in results], title=LONG, files=(), by=ATTACK, at=now).name
    sets = TemplateSets(home).save([template("a")], brand="fernhill", title=ATTACK, files=(), by="Ana", at=now).name
    paths = (
        "", "/runs/new", "/bring/cases", "/runs/r1", "/runs/r1/case?id=c1", "/runs/r1/case?id=c2", "/runs/r1/labels",
        "/compare?before=r1", "/compare?before=r1&after=r2", "/label", f"/label/{batch_of('r1')}",
        f"/pairs/{pair_batch_of('r1', 'r2')}", f"/cases/{cases}", f"/templates/{sets}",
    )  # fmt: skip
    return [f"/evaluation{path}" for path in paths]


def test_nothing_is_wider_than_a_phone(chromium: Browser, address: str, world: World, pages: list[str]) -> None:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    desk = Desk.at(context.new_page(), address)
    desk.sign_in(address_of(world.person(Role.LEAD)))
    too_wide = {}
    for path in pages:
        desk.open(path)
        width = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            too_wide[path] = width
    context.close()
    assert too_wide == {}
    assert desk.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_and_every_control_has_a_name(
    chromium: Browser, address: str, world: World, pages: list[str], scheme: str
) -> None:
    context = chromium.new_context(viewport=DESK, color_scheme="dark" if scheme == "dark" else "light")
    desk = Desk.at(context.new_page(), address)
    desk.sign_in(address_of(world.person(Role.LEAD)))
    found = {}
    for path in pages:
        desk.open(path)
        assert desk.page.title() != "owned"
        if complaints := desk.page.evaluate(CONTRAST):
            found[path] = complaints
    context.close()
    assert found == {}
    assert desk.complaints == []
