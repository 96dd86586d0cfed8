from __future__ import annotations

from replyassist.core.security import Role
from replyassist.review.models import ReviewStatus
from replyassist.review.pace.models import SeededCheck
from tests.review.pace.test_work import approve_after, check_all, plant
from tests.web.console import Console, page_of, words
from tests.world import DRAFT


def test_a_planted_error_is_shown_like_the_draft_and_told_when_it_is_approved(console: Console) -> None:
    world = console.world
    check_all(world)
    item = world.item()
    agent, lead = world.person(Role.AGENT), world.person(Role.LEAD)
    check = plant(world, agent, item)
    console.sign_in(agent)
    page = console.get(f"/queue/{item.id}")
    assert f'data-draft="{check.text}"' in page.text
    assert "Ready" in words(page)
    assert "4 to 7 working days" not in page.text.partition("<textarea")[2].partition("</textarea>")[0]

    answer = console.act(world.reload(item), "approve", text=check.text)

    assert answer.status_code == 409
    assert "This was a check, and nothing was sent" in words(answer)
    assert "it said “Delivery takes 4 to 14 working days.”" in words(answer)
    assert f'data-draft="{DRAFT}"' in answer.text, "the real draft is there now"
    assert world.reload(item).status == ReviewStatus.PENDING
    assert console.act(world.reload(item), "approve", text=DRAFT).status_code == 303
    assert "planted" not in words(console.get("/account")), "results are for the lead"
    console.sign_in(lead)
    assert "Drafts with a planted error: 1 shown, 0 noticed, 1 approved." in words(
        console.get(f"/team/{agent.user_id}")
    )


def test_somebody_else_is_shown_the_real_draft(console: Console) -> None:
    check_all(console.world)
    item = console.world.item()
    plant(console.world, console.world.person(Role.AGENT), item)
    console.sign_in(Role.AGENT)
    assert f'data-draft="{DRAFT}"' in console.get(f"/queue/{item.id}").text


def test_opening_items_plants_errors_where_the_policy_wants_it(console: Console) -> None:
    world = console.world
    check_all(world)
    console.sign_in(Role.AGENT)
    for _ in range(12):
        page_of(console, world.item())
    with world.database.reading() as session:
        assert session.get(SeededCheck, 1) is not None


def test_somebody_who_hurries_is_told_gently_and_the_lead_sees_medians(console: Console) -> None:
    world = console.world
    agent = world.person(Role.AGENT)
    for _ in range(5):
        approve_after(world, agent, 1)
    waiting = world.item()
    console.sign_in(agent)
    assert "took less time than the words take to read" in page_of(console, waiting)
    own = words(console.get("/account"))
    console.sign_in(Role.LEAD)
    theirs = words(console.get(f"/team/{agent.user_id}"))
    for page in (own, theirs):
        assert "From seeing an item to approving it, median 1 s" in page
        assert "Approved in less than half of that 100 %" in page
        assert "2026-11-22 100 % 0 % 0 % 0 % 0 / 0 0 %" in page
        assert "not how many replies went out" in page
    world.clock.advance(hours=13)
    console.sign_in(agent)
    assert "took less time" not in page_of(console, waiting)
