from __future__ import annotations

import re

from replyassist.brands.service import get_brand, set_voice
from replyassist.core.security import Role
from replyassist.review.onboarding.practice import shipped_items
from tests.review.test_decisions import approve
from tests.web.console import Console, words
from tests.world import BRAND, PASSWORD, voice


def sign_in(console: Console, role: Role, wanted: str = "/queue") -> str:
    person = console.world.person(role)
    form = {"email": console.email(person), "password": PASSWORD, "next": wanted}
    return console.post("/login", form, page="/login").headers["location"]


def test_a_new_agent_sees_the_welcome_first_until_it_is_done(console: Console) -> None:
    assert sign_in(console, Role.AGENT) == "/welcome"
    assert console.get("/queue").status_code == 200, "they may go on"
    console.client.cookies.clear()
    assert sign_in(console, Role.AGENT, "/account") == "/account"
    console.client.cookies.clear()
    assert sign_in(console, Role.MANAGER) == "/queue"


def test_the_page_tells_the_voice_in_words_with_an_approved_example(console: Console) -> None:
    world = console.world
    with world.database.writing() as session:
        rules = voice(do=[{"rule": "Answer the question first.", "example": "Yes, we ship."}], never_promise=["refund"])
        set_voice(session, get_brand(session, BRAND), rules)
    approve(world, world.person(Role.MANAGER), world.item(voice_version=rules.version))
    console.sign_in(Role.AGENT)
    page = words(console.get("/welcome"))
    for part in (
        "Answer the question first. “Yes, we ship.”",
        "Never promises: refund",
        "Says “we”.",
        "Hi Sam! We ship",
    ):
        assert part in page, part
    assert "Tom" not in page
    assert console.get("/welcome?brand=other").status_code == 404


def test_five_items_are_answered_with_feedback_at_once_and_again(console: Console) -> None:
    agent = console.sign_in(Role.AGENT)
    for times in (1, 2):
        place = console.post("/welcome/practice", {"brand": BRAND}, page="/welcome").headers["location"]
        for number in range(5):
            page = console.get(place)
            assert f"Practice item {number + 1} of 5" in words(page)
            item = next(each for each in shipped_items() if each.message in words(page))
            told = console.post(place, {"number": number, "given": item.right.value if number else "edit"}, page=place)
            feedback = words(console.get(told.headers["location"]))
            assert item.why in feedback
            assert ("As a lead decided" in feedback) is (item.right.value == "edit" or number > 0)
            again = console.post(place, {"number": number, "given": "send"}, page="/welcome")
            assert again.headers["location"] == place, "an answer is given once"
        assert re.search(r"Done: [45] of 5 as a lead decided", words(console.get(place)))
        assert words(console.get("/welcome")).count("of 5 as a lead decided") == times
    console.sign_in(Role.LEAD)
    assert console.get(place).status_code == 404
    assert console.post(place, {"number": 0, "given": "send"}, page="/welcome").status_code == 404
    console.client.cookies.clear()
    form = {"email": console.email(agent), "password": PASSWORD}
    assert console.post("/login", form, page="/login").headers["location"] == "/queue"
