"""Hostile words in every text that people can write: no page has markup, scripts or styles of theirs."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from replyassist.core.security import Role
from tests.web.console import Console
from tests.web.house import House
from tests.web.route_table import PUBLIC, ROUTES, STREAM
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MARK = "pwned"
PAYLOADS = {
    "a script": f"<script>{MARK}()</script><img src=x onerror={MARK}()>",
    "an attribute's end": f"\" autofocus onfocus='{MARK}()' x='\"><b {MARK}>",
    "text turned around": f"\u202e<{MARK}>\u200b\u2066\ufeff",
    "templates and htmx": f"{{{{7*7191}}}}{{% raw %}}<a hx-get=/{MARK} hx-trigger=load {MARK}>x</a>",
    "a long word": "W" * 190,
}
HIDING = "\u202e\u2066\u200b\ufeff"


class Markup(HTMLParser):
    """What is wrong with a page's markup: tags and attributes with our mark, and anything inline."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that no template of ours writes."""
        names = [name for name, _ in attrs]
        inline = [name for name in names if name == "style" or name.startswith("on")]
        if MARK in tag or any(MARK in name for name in names) or inline:
            self.wrong.append(f"<{tag} {names}>")
        if tag == "style" or (tag == "script" and "src" not in names):
            self.wrong.append(f"inline <{tag}>")
        self.wrong += [f"{name}={value}" for name, value in attrs if name[:3] == "hx-" and MARK in (value or "")]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_no_page_runs_what_people_wrote(console: Console, world: World, payload: str) -> None:
    house = House(world, payload)
    admin = console.sign_in(Role.ADMIN)
    house.rename(admin)
    shown = 0
    for name, example in ROUTES.items():
        if not name.startswith("GET ") or name.startswith("GET /v1") or example.other in (PUBLIC, STREAM):
            continue
        answer = console.get(house.of(example, admin)[0])
        assert answer.status_code < 500, name
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy, name
        assert "unsafe" not in policy, name
        markup = Markup()
        markup.feed(answer.text)
        assert markup.wrong == [], name
        assert "50337" not in answer.text, name
        title = answer.text.partition("<title>")[2].partition("</title>")[0]
        assert not set(HIDING) & set(title), name
        shown += payload[:5] in answer.text or "hidden-character" in answer.text or "&lt;" in answer.text
    assert shown > 10
