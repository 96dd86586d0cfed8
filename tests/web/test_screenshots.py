"""A picture of every page, in light, dark and narrow: ``make screenshots`` keeps them, the test only takes them."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from replyassist.app import Parts, build_parts, create_app
from replyassist.testing import FakeChatModel
from tests.web import gallery
from tests.web.chromium import DESK, PHONE, Desk, served
from tests.web.evaluation.workbench import CASES
from tests.web.showroom import Showroom
from tests.world import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.encoder,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
HIGHEST, QUALITY = 1600, 82
PATIENT_MS = 120_000  # the first page that needs the encoder waits until it is loaded
LOOKS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "light": (DESK, "light"),
    "dark": (DESK, "dark"),
    "narrow": (PHONE, "light"),
}
PATHS = {
    "queue": "/queue?tab=todo",
    "queue-filtered": "/queue?brand=fernhill&channel=instagram&tab=all",
    "queue-empty": "/queue?q=nothing+says+this",
    "queue-escalated": "/queue?tab=escalated",
    "queue-sent": "/queue?tab=sent",
    "queue-dense": "/queue?tab=todo",
    "console": "/queue/{item}?brand=fernhill",
    "item": "/queue/{several}",
    "item-question": "/queue/{question}",
    "item-escalated": "/queue/{escalated}",
    "item-risky": "/queue/{risky}",
    "item-praise": "/queue/{praise}",
    "item-decided": "/queue/{sent}",
    "cluster": "/queue/cluster/{cluster}",
    "mentions": "/mentions",
    "account": "/account",
    "team": "/team",
    "team-person": "/team/{member}",
    "welcome": "/welcome",
    "practice": "/welcome/practice/{practice}",
    "templates": "/templates?brand=fernhill",
    "template": "/templates/fernhill/shipping-abroad",
    "template-new": "/templates/new?brand=fernhill",
    "template-trial": "/template-trials/{trial}",
    "proposals": "/proposals?brand=fernhill",
    "voice": "/voice/fernhill",
    "channels": "/channels?brand=fernhill",
    "policies": "/policies/fernhill",
    "audit": "/audit?brand=fernhill",
    "overview": "/overview?brand=fernhill",
    "evaluation": "/evaluation",
    "evaluation-new": "/evaluation/runs/new",
    "evaluation-job": "/evaluation/jobs/{job}",
    "evaluation-bring": "/evaluation/bring/cases",
    "evaluation-upload": "/evaluation/bring/cases",
    "evaluation-run": "/evaluation/runs/{after}",
    "evaluation-case": "/evaluation/runs/{after}/case?id=fh-001",
    "evaluation-compare": "/evaluation/compare?before={before}&after={after}",
    "evaluation-labels": "/evaluation/runs/{after}/labels",
    "evaluation-batches": "/evaluation/label",
    "evaluation-label": "/evaluation/label/{batch}",
    "evaluation-pairs": "/evaluation/pairs/{pair}",
    "evaluation-cases": "/evaluation/cases/{cases}",
    "evaluation-templates": "/evaluation/templates/{templates}",
    "missing": "/queue/999999",
}
AS = {"mentions": "ana", "queue-dense": "tim", "welcome": "mia", "practice": "mia"}
"""Who else than the admin looks at a page."""


@pytest.fixture
def parts(world: World) -> Iterator[Parts]:
    parts = build_parts(
        world.settings.model_copy(update={"database_url": world.database.url}),
        model=FakeChatModel(gallery.write, name=gallery.MODEL),
        clock=world.clock,
        jobs=world.jobs,
        upgrade=False,
    )
    yield parts
    parts.close()


def promise_too_much(page: Page) -> None:
    """Edit the draft to say what the template does not."""
    expect(page.locator("#live-state")).to_have_attribute("data-state", "on")  # the scripts are here
    page.locator("#text").press("Control+End")
    page.keyboard.type(" And a free bag is on its way!")
    expect(page.locator("#check mark.block")).to_contain_text("free bag")
    page.keyboard.press("Escape")


def make_dense(page: Page) -> None:
    """Show a row as one line."""
    if page.locator("main.dense").count() == 0:
        page.get_by_role("button", name="Dense rows").click()
    expect(page.locator("main.dense")).to_be_visible()


def bring_cases(page: Page) -> None:
    """Bring a file, and see which column is taken for what."""
    page.get_by_label("Files").set_input_files(
        {"name": "october.csv", "mimeType": "text/csv", "buffer": CASES.encode()}
    )
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_label("Message (needed)")).to_be_visible()


DOING: dict[str, Callable[[Page], None]] = {
    "console": promise_too_much,
    "queue-dense": make_dense,
    "evaluation-upload": bring_cases,
}


def test_the_pictures_for_the_documentation_are_taken(
    world: World, parts: Parts, chromium: Browser, tmp_path: Path
) -> None:
    shown = Showroom(gallery.Gallery(world, parts)).known
    folder = Path(os.environ.get("REPLYASSIST_SCREENSHOTS") or tmp_path)
    wanted = os.environ.get("REPLYASSIST_PAGES", "").split() or ["login", *PATHS]
    folder.mkdir(parents=True, exist_ok=True)
    with served(create_app(parts=parts)) as address:
        for look in LOOKS:
            desks: dict[str, Desk] = {}
            for name in wanted:
                who = AS.get(name, "nobody" if name == "login" else "joe")
                desk = desks.get(who) or desks.setdefault(who, seat(chromium, address, who, look))
                desk.open(PATHS.get(name, "/login").format(**shown))
                desk.page.wait_for_load_state("load")
                if name in DOING:
                    DOING[name](desk.page)
                take(desk.page, folder / f"{name}-{look}.webp")
            for desk in desks.values():
                assert desk.complaints == []
                desk.page.context.close()


def seat(chromium: Browser, address: str, who: str, look: str) -> Desk:
    """Somebody at a window of this look, signed in where they are of the team."""
    viewport, scheme = LOOKS[look]
    context = chromium.new_context(
        viewport=viewport, color_scheme=scheme, reduced_motion="reduce", has_touch=look == "narrow"
    )
    desk = Desk.at(context.new_page(), address)
    desk.page.set_default_timeout(PATIENT_MS)
    if who != "nobody":
        desk.sign_in(f"{who}@demo.example")
    return desk


def take(page: Page, path: Path) -> None:
    """The page from its top, so high as to be read in documentation, in Chromium's own WebP."""
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(150)
    size = page.evaluate("[innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], HIGHEST), "scale": 1}
    session = page.context.new_cdp_session(page)
    asked = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    path.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", asked)["data"]))
    session.detach()
    assert path.stat().st_size > 2_000
