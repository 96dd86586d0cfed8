"""The console in the reader's language and at their time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment
from starlette.requests import Request

from replyassist.web import language
from replyassist.wording import catalogues

CATALOGUE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Hello, %(name)s"
msgstr "Hallo, %(name)s"

msgid "%(num)s item"
msgid_plural "%(num)s items"
msgstr[0] "%(num)s Eintrag"
msgstr[1] "%(num)s Einträge"
"""


@pytest.fixture(autouse=True)
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "de.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(catalogues, "LOCALES", tmp_path)
    catalogues._catalogue.cache_clear()
    yield
    catalogues._catalogue.cache_clear()


def asked(accepted: str = "", **chosen: str) -> language.PageReader:
    headers = [(b"accept-language", accepted.encode())]
    return language.read_by(Request({"type": "http", "headers": headers, "session": chosen}))


def rendered(text: str, **values: object) -> str:
    environment = Environment(autoescape=True)
    language.install_language(environment)
    return environment.from_string(text).render(**values)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en;q=0.3,de;q=0.8", "de"),
        ("fr,en;q=0.5,de;q=0.1", "en"),
        ("xx", "en"),
        ("", "en"),
        ("de;q=none, en", "en"),
        (";;,,q=;", "en"),
    ],
)
def test_the_browser_says_which_language(accepted: str, expected: str) -> None:
    assert asked(accepted).language == expected


def test_the_person_choice_comes_before_the_browser() -> None:
    assert asked("de", language="en").language == "en"
    assert asked("en", language="de", time_zone="Europe/Vienna") == language.PageReader("de", "Europe/Vienna")
    assert asked("en", time_zone="Europe/Nowhere").time_zone == "UTC"


def test_words_come_from_the_catalogue_and_values_are_escaped() -> None:
    asked("de")
    assert rendered("{{ _('Hello, %(name)s', name=name) }}", name="<b>") == "Hallo, &lt;b&gt;"
    assert rendered("{{ _('Not there') }}") == "Not there"
    assert [rendered("{{ ngettext('%(num)s item', '%(num)s items', n) }}", n=n) for n in (1, 3)] == [
        "1 Eintrag",
        "3 Einträge",
    ]


def test_times_are_the_person_own() -> None:
    asked(language="de", time_zone="Europe/Vienna")
    assert language.local_time(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2. Juli 2026, 00:30 MESZ"
    asked(language="en", time_zone="UTC")
    assert language.local_time(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "1 July 2026, 22:30 UTC"
