"""In whose words and at whose time a page is written: catalogues (gettext), the reader's language and time zone.

English is the language of the source; ``locales/<language>.po`` hold the others, read as they are, so that nothing
has to be compiled. ``scripts/messages.py`` keeps them complete.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, negotiate_locale
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import Request
from jinja2 import Environment
from jinja2.ext import Extension

LOCALES = Path(__file__).resolve().parent / "locales"
SOURCE = "en"
LANGUAGE = "language"
TIME_ZONE = "time_zone"
"""Keys of the session: what the person chose, if they did."""
_MOST_ACCEPTED = 10


@dataclass(frozen=True)
class PageReader:
    """Who reads the page: a language of ``languages()`` and an IANA time zone."""

    language: str = SOURCE
    time_zone: str = "UTC"


NOBODY = PageReader()
_reader: ContextVar[PageReader] = ContextVar("reader", default=NOBODY)


def languages() -> tuple[str, ...]:
    """The languages that the console is written in, English first."""
    return (SOURCE, *sorted(path.stem for path in LOCALES.glob("*.po")))


def read_by(request: Request) -> PageReader:
    """Take note of who reads what is rendered next: their own choice, else what their browser asks for."""
    chosen = request.session.get(LANGUAGE)
    wanted = [chosen] if chosen else _accepted(request.headers.get("accept-language", ""))
    language = negotiate_locale(wanted, languages(), sep="-") or SOURCE
    zone = request.session.get(TIME_ZONE)
    reader = PageReader(language, zone if zone in _zones() else "UTC")
    _reader.set(reader)
    return reader


def gettext(message: str) -> str:
    """The message in the reader's language, or as it is where there is no translation."""
    found = _catalogue(_reader.get().language).get(message) if message else None
    return str(found.string) if found is not None and found.string and not found.fuzzy else message


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message for ``n`` things, in the reader's language."""
    catalogue = _catalogue(_reader.get().language)
    found = catalogue.get(singular)
    if found is None or not isinstance(found.string, tuple | list) or not all(found.string):
        return singular if n == 1 else plural
    return str(found.string[0 if n == 1 else 1])


def local_time(moment: datetime) -> str:
    """Day and time in the reader's zone and language, the zone named."""
    return _time_words(_there(moment).replace(second=0, microsecond=0), _reader.get().time_zone, _locale())


@lru_cache(maxsize=4096)
def _time_words(there: datetime, _zone: str, locale: Locale) -> str:
    """The rows of a list are shown again and again, to many. The zone tells apart what is the same moment."""
    return f"{format_date(there, 'long', locale=locale)}, {format_time(there, 'HH:mm zzz', locale=locale)}"


def local_day(day: date) -> str:
    """A day in the reader's language; that of a moment in their zone."""
    return format_date(_there(day) if isinstance(day, datetime) else day, "medium", locale=_locale())


def short_day(day: date) -> str:
    """A day without its year."""
    return format_skeleton("MMMd", day, locale=_locale())


def number(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """A number with so many decimal places, as the reader's language writes it; ``signed``: with a plus, too."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=f"+{pattern};-{pattern}" if signed else pattern, locale=_locale())


class PeoplesWords(Extension):
    """Says of every element with ``dir="auto"``, which holds what people wrote, that its language is not known."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Add the attribute to a template."""
        return source.replace('dir="auto"', 'dir="auto" lang=""')


def script_words() -> dict[str, str]:
    """What scripts say, in the reader's language; nothing for the language that they are written in."""
    found = _catalogue(_reader.get().language)
    scripts = (message for message in found if any(path.endswith(".js") for path, _ in message.locations))
    return {str(message.id): str(message.string) for message in scripts if message.string}


def install_language(environment: Environment) -> None:
    """Give the page templates ``_``, ``ngettext``, ``language()`` and filters for times, days and numbers.

    The filter ``translated`` is for what comes from elsewhere: ``_`` would take its ``%`` for a place to fill in, and
    trust its markup.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.add_extension(PeoplesWords)
    i18n: Any = environment
    i18n.install_gettext_callables(gettext, ngettext, newstyle=True)
    environment.globals["language"] = lambda: _reader.get().language
    environment.globals["script_words"] = script_words
    environment.filters |= {
        "translated": gettext,
        "local_time": local_time,
        "local_day": local_day,
        "number": number,
    }


def _locale() -> Locale:
    return _locale_of(_reader.get().language)


@lru_cache(maxsize=8)
def _locale_of(language: str) -> Locale:
    return Locale.parse("en_GB" if language == SOURCE else language)


def _there(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(_reader.get().time_zone))


@lru_cache(maxsize=8)
def _catalogue(language: str) -> Catalog:
    path = LOCALES / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=SOURCE)
    with path.open("rb") as file:
        return read_po(file, locale=language)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, best first; a part that cannot be read counts last."""
    found = []
    for place, part in enumerate(header.split(",")[:_MOST_ACCEPTED]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            found.append((-float(weight or 1), place, tag.strip()))
        except ValueError:
            found.append((0.0, place, tag.strip()))
    return [tag for _, _, tag in sorted(found) if tag]
