from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from replyassist.app import Parts, build_parts, create_app
from replyassist.core.accounts import add_user
from replyassist.core.security import Role
from replyassist.testing import FakeChatModel
from tests.web import gallery
from tests.web.chromium import DESK, Desk, served
from tests.world import PASSWORD, World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.encoder,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
def parts(world: World) -> Iterator[Parts]:
    parts = build_parts(
        world.settings.model_copy(update={"database_url": world.database.url}),
        model=FakeChatModel(gallery.write, name=gallery.MODEL),
        clock=world.clock,
        jobs=world.jobs,
        upgrade=False,
    )
    gallery.fill(parts)
    with parts.database.writing() as session:
        brands, now = list(gallery.BRANDS), parts.clock.now()
        add_user(
            session, "ana@demo.example", name="Ana Keane", role=Role.MANAGER, brands=brands, password=PASSWORD, now=now
        )
    yield parts
    parts.close()


def test_the_pictures_for_the_documentation_are_taken(parts: Parts, chromium: Browser, tmp_path: Path) -> None:
    folder = Path(os.environ.get("REPLYASSIST_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    with served(create_app(parts=parts)) as address:
        page = chromium.new_page(viewport=DESK)
        desk = Desk.at(page, address)
        desk.sign_in("ana@demo.example")
        expect(page.locator("#tabs [aria-current] .count")).to_have_text("60")
        page.screenshot(path=folder / "queue.png")

        page.get_by_label("Brand").select_option("fernhill")
        page.get_by_role("link", name="Tom").click()
        expect(page.locator(".template.used")).to_contain_text("Do you ship abroad?")
        desk.press("e")
        page.keyboard.type(" And a free bag is on its way!")
        expect(page.locator("#check mark.block")).to_contain_text("free bag")
        page.keyboard.press("Escape")
        page.screenshot(path=folder / "console.png")
        page.close()
        assert desk.complaints == []
    assert (folder / "console.png").stat().st_size > 10_000
    assert (folder / "queue.png").stat().st_size > 10_000
