"""Every visible word of every page comes from the catalogue, and the German one is complete."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from scripts import messages

from replyassist.core.security import Role
from replyassist.faq.proposed import PastText, ProposedTexts
from replyassist.triage import triage
from replyassist.wording import catalogues
from tests.faq.test_proposals import gifts, keep
from tests.web.console import Console

PATHS = (
    "/queue",
    "/queue?tab=sent&q=nothing",
    "/queue/{first}",
    "/queue/{second}",
    "/queue/{third}",
    "/account",
    "/team",
    "/team/{person}",
    "/proposals",
    "/overview",
    "/templates",
    "/templates/new",
    "/voice/{brand}",
    "/channels",
    "/audit",
    "/mentions",
    "/evaluation",
    "/evaluation/bring/cases",
    "/evaluation/bring/templates",
    "/evaluation/runs/new",
    "/evaluation/compare",
    "/evaluation/label",
    "/queue/999999",
)
SAID = ("title", "aria-label", "placeholder", "alt")
VOID = {"meta", "link", "input", "img", "br", "hr", "rect", "path", "circle", "line", "col", "polyline"}
PEOPLES = {"textarea", "bdi", "script", "style", "code", "pre", "kbd", "time", "datalist"}
"""Elements whose words are people's, or are no words."""
PEOPLES_CLASSES = {"brand", "code", "phrases", "mono", "history", "who", "notice", "note", "by", "avatar"}
NAMES = re.compile(r"replyassist|Testers|Tom|Nora|Fernhill|YAML|CSV|SHA-256")


class Visible(HTMLParser):
    """The visible text of a page, without what stands in elements of people's words."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        is_peoples = tag in PEOPLES or named.get("dir") == "auto" or named.get("lang") not in (None, "de")
        is_peoples = is_peoples or bool(PEOPLES_CLASSES & set((named.get("class") or "").split()))
        if not self.is_hidden:
            self.text += [f" {named[name]} " for name in SAID if named.get(name)]
        if tag not in VOID:
            self.stack.append((tag, is_peoples))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Shapes of pictures say nothing."""

    def handle_endtag(self, tag: str) -> None:
        while self.stack and tag not in VOID and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if not self.is_hidden:
            self.text.append(text)

    @property
    def is_hidden(self) -> bool:
        return any(hidden for _, hidden in self.stack)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language whose every message is the English one between brackets."""
    with (catalogues.LOCALES / "de.po").open("rb") as file:
        known = {message.id for message in read_po(file, locale="de")}
    plurals = {each[0]: each for each in known if isinstance(each, tuple)}

    class Brackets(Catalog):
        def get(self, id: str | tuple[str, ...] | list[str], context: str | None = None) -> Message | None:
            if id in plurals:
                return Message(plurals[id], tuple(f"⟦{text}⟧" for text in plurals[id]))
            return Message(id, f"⟦{id}⟧") if id in known else None

    monkeypatch.setattr(catalogues, "_catalogue", lambda _: Brackets())


def outside(html: str) -> list[str]:
    """Words that stand outside brackets."""
    page = Visible()
    page.feed(html)
    text, before = "".join(page.text), ""
    while text != before:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return re.findall(r"[^\W\d_]{2,}(?:[ ’'-][^\W\d_]+)*", NAMES.sub(" ", text))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_visible_word_is_from_the_catalogue(console: Console, pseudo: None) -> None:
    world = console.world
    admin = world.person(Role.ADMIN)
    first = world.item()
    second = world.item(triage=triage("my solicitor will write to you"), draft="")
    third = world.item(draft="Hi Tom! Dear customer, it takes 99 days!!!! Thank you")
    texts = ProposedTexts(questions=(PastText(text="123", key="1"),), reply=PastText(text="456", key="1"))
    keep(world, gifts(texts=texts, title="789", suggested_id="012"))
    found = {}
    for path in ("/login", *PATHS):
        if path == "/queue":
            console.sign_in(admin)
        given = {"first": first.id, "second": second.id, "third": third.id, "person": admin.user_id}
        answer = console.get(path.format(brand=first.brand_id, **given), accept="text/html")
        assert answer.status_code in (200, 404), (path, answer.text[:500])
        if left := outside(answer.text):
            found[path] = sorted(set(left))
    assert found == {}


def test_the_catalogues_are_complete() -> None:
    source = messages.messages()
    for path in sorted(messages.LOCALES.glob("*.po")):
        with path.open("rb") as file:
            assert messages.problems(source, read_po(file, locale=path.stem), path.name) == []


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        ('msgid "Hello %(name)s"\nmsgstr ""', "untranslated"),
        ('msgid "Hello %(name)s"\nmsgstr "Hallo"', "other places"),
        ('msgid "Hello %(name)s"\nmsgstr "Hallo %(name)s"\n\nmsgid "Gone"\nmsgstr "Weg"', "stale"),
        ("", "missing"),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_told(tmp_path: Path, translation: str, problem: str) -> None:
    path = tmp_path / "de.po"
    path.write_text(translation + "\n", encoding="utf-8")
    source = Catalog()
    source.add("Hello %(name)s")
    with path.open("rb") as file:
        found = messages.problems(source, read_po(file, locale="de"), "de.po")
    assert [problem in each for each in found] == [True]
