"""The page of turns at new items, as a browser without scripts sends it."""

from __future__ import annotations

from replyassist.core.security import Role
from tests.web.console import Console, words
from tests.world import BRAND

PAGE = f"/team/turns/{BRAND}"


def test_a_lead_gives_new_items_out_in_turn_and_says_who_is_away(console: Console) -> None:
    agent = console.world.person(Role.AGENT)
    lead = console.sign_in(Role.LEAD)
    assert console.get("/team/turns").headers["location"] == PAGE
    assert "nobody’s at first" in words(console.get(PAGE))

    assert console.post(PAGE, {"is_on": "true"}, page=PAGE).headers["location"] == f"{PAGE}?done=saved"
    item = console.world.reload(console.world.item())
    assert item.assigned_to == agent.user_id
    console.post(f"{PAGE}/{lead.user_id}", {"act": "leave"}, page=PAGE)
    answer = console.post(
        f"{PAGE}/{agent.user_id}", {"act": "away", "back_on": "2026-11-30", "lets_go": "true"}, page=PAGE
    )
    assert answer.headers["location"] == f"{PAGE}?done=saved&freed=1"

    page = words(console.get(answer.headers["location"]))
    assert "1 item is nobody’s now." in page
    assert "away until" in page
    assert "takes no part" in page
    assert console.world.reload(item).assigned_to is None
    assert console.world.reload(console.world.item()).assigned_to is None
    console.post(f"{PAGE}/{agent.user_id}", {"act": "back"}, page=PAGE)
    assert "away until" not in words(console.get(PAGE))
    refused = console.post(f"{PAGE}/{agent.user_id}", {"act": "away", "back_on": "soon"}, page=PAGE)
    assert (refused.status_code, "choose a day to come" in words(refused)) == (422, True)


def test_an_agent_says_of_themselves_alone_that_they_are_away(console: Console) -> None:
    other = console.world.person(Role.AGENT)
    agent = console.sign_in(Role.AGENT)
    page = console.get(PAGE).text
    assert page.count('value="away"') == 1
    assert 'value="leave"' not in page
    away = {"act": "away", "back_on": "2026-11-30"}
    assert console.post(f"{PAGE}/{agent.user_id}", away, page=PAGE).status_code == 303
    assert console.post(f"{PAGE}/{other.user_id}", away, page=PAGE).status_code == 403
    assert console.post(f"{PAGE}/{agent.user_id}", {"act": "leave"}, page=PAGE).status_code == 403
