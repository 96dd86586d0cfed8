"""Voice, channels and overview, and the links that lead there."""

from __future__ import annotations

import pytest

from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import Guideline, written
from replyassist.core.security import Role
from tests.review.test_decisions import approve
from tests.review.test_outcomes import reject
from tests.web.console import Console, words
from tests.world import BRAND, DRAFT, voice

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_voice_is_read_in_words_with_approved_replies(console: Console) -> None:
    world = console.world
    rules = voice(persona="Warm and quick.", do=[Guideline(rule="Answer first.", example="Yes, we ship!")])
    with world.database.writing() as session:
        ensure_brand(session, BRAND, now=world.clock.now(), voice=rules)
    approve(world, world.person(), world.item(voice_version=rules.version))
    console.sign_in(Role.AGENT)
    shown = words(console.get(f"/voice/{BRAND}"))

    for expected in ("Warm and quick.", "Answer first.", "Yes, we ship!", "dear customer", DRAFT):
        assert expected in shown
    assert "Change them" not in shown
    assert console.get("/voice").headers["location"] == f"/voice/{BRAND}"


def save_voice(console: Console, rules: str) -> tuple[int, str]:
    """Save these rules over those that are shown; the status, and where it leads or what the page says."""
    html = console.get(f"/voice/{BRAND}").text
    version = html.split('name="version" value="')[1].split('"')[0]
    answer = console.post(f"/voice/{BRAND}", {"version": version, "rules": rules}, page=f"/voice/{BRAND}")
    return answer.status_code, answer.headers.get("location") or words(answer)


def test_a_lead_changes_the_rules(console: Console) -> None:
    console.sign_in(Role.LEAD)
    text = written(voice(persona="Slow and grave."))
    status, location = save_voice(console, text.replace("\n", "\r\n"))

    assert (status, location) == (303, f"/voice/{BRAND}?done=1")
    shown = words(console.get(location))
    assert "Saved. The next draft follows these rules." in shown
    assert "Slow and grave." in shown
    stale = console.post(f"/voice/{BRAND}", {"version": "another", "rules": text})
    assert stale.status_code == 409


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ("brand: fernhill\nname: F\nemojis: 3\n", "rules:3, field 'emojis'"),
        ("brand: other\nname: F\n", "is 'other', not 'fernhill'"),
        ("brand: [", "not valid YAML"),
        ("name: &a x\nbrand: *a\n", "aliases"),
        ("- brand", "expected a mapping"),
        ("", "expected a mapping"),
    ],
)
def test_rules_that_cannot_be_read_stay_in_the_form(console: Console, rules: str, why: str) -> None:
    console.sign_in(Role.LEAD)
    status, shown = save_voice(console, rules)

    assert status == 422
    assert why in shown
    assert " ".join(rules.split()) in shown


def test_channels_tell_what_needs_a_look(console: Console) -> None:
    world = console.world
    approve(world, world.person(), world.item())
    console.sign_in(Role.MANAGER)
    assert "Not connected" in words(console.get("/channels"))
    world.connect("webhook", url="https://user:secret@platform.example/hook?key=s3cret", secret="whsec_x")

    shown = console.get("/channels")
    assert "Webhook: platform.example" in words(shown)
    assert "Waiting to be sent</dt><dd>1" in shown.text
    for secret in ("s3cret", "whsec_x", "user:secret"):
        assert secret not in shown.text


def test_the_overview_is_read_as_figures_and_says_nothing_of_persons(console: Console) -> None:
    world = console.world
    who = console.sign_in(Role.MANAGER)
    approve(world, who, world.item())
    reject(world, who, world.item())
    world.item()
    shown = console.get("/overview")
    main = shown.text[shown.text.index("<main") :]

    assert "Waiting now</dt><dd>1" in shown.text
    assert "16 Nov 2026</th><td>2</td><td>50 %</td><td>0 %</td><td>50 %</td>" in shown.text
    assert main.count('role="img" aria-label="') == 4
    assert who.name not in main


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (Role.AGENT, ["Queue", "Templates", "Voice"]),
        (Role.MANAGER, ["Queue", "Templates", "Voice", "Channels", "Overview"]),
        (Role.LEAD, ["Queue", "Templates", "Voice", "Channels", "Overview", "Audit"]),
    ],
)
def test_the_header_links_to_what_a_person_may_see(console: Console, role: Role, labels: list[str]) -> None:
    console.sign_in(role)
    header = console.get("/queue").text.split('<nav aria-label="Main">')[1].split("</nav>")[0]

    assert [label for label in labels if f">{label}</a>" in header] == labels
    assert (">Audit</a>" in header) == ("Audit" in labels)
