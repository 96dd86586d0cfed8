"""In whose words and at whose time a page is written: the reader's language and time zone."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, negotiate_locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from fastapi import Request
from jinja2 import Environment
from jinja2.ext import Extension

from replyassist.wording.catalogues import SOURCE, gettext, language, languages, ngettext, script_words, write_in

__all__ = ("gettext", "languages", "ngettext")
LANGUAGE = "language"
TIME_ZONE = "time_zone"
"""Keys of the session: what the person chose, if they did."""
_MOST_ACCEPTED = 10
_time_zone: ContextVar[str] = ContextVar("time_zone", default="UTC")


@dataclass(frozen=True)
class PageReader:
    """Who reads the page: a language of ``languages()`` and an IANA time zone."""

    language: str = SOURCE
    time_zone: str = "UTC"


def read_by(request: Request) -> PageReader:
    """Take note of who reads what is rendered next: their own choice, else what their browser asks for."""
    chosen = request.session.get(LANGUAGE)
    wanted = [chosen] if chosen else _accepted(request.headers.get("accept-language", ""))
    zone = request.session.get(TIME_ZONE)
    tag = negotiate_locale(wanted, languages(), sep="-") or SOURCE
    reader = PageReader(tag, zone if zone in _zones() else "UTC")
    write_in(reader.language)
    _time_zone.set(reader.time_zone)
    return reader


def local_time(moment: datetime, zone: str = "") -> str:
    """Day and time in the reader's zone, or in this one, and in their language; the zone is named."""
    zone = zone or _time_zone.get()
    return _time_words(moment.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0), zone, _locale())


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


def install_language(environment: Environment) -> None:
    """Give the page templates ``_``, ``ngettext``, ``language()`` and filters for times, days and numbers.

    The filter ``translated`` is for what comes from elsewhere: ``_`` would take its ``%`` for a place to fill in, and
    trust its markup.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.add_extension(PeoplesWords)
    i18n: Any = environment
    i18n.install_gettext_callables(gettext, ngettext, newstyle=True)
    environment.globals["language"] = language
    environment.globals["script_words"] = script_words
    environment.filters |= {
        "translated": gettext,
        "local_time": local_time,
        "local_day": local_day,
        "number": number,
    }


def _locale() -> Locale:
    return _locale_of(language())


@lru_cache(maxsize=8)
def _locale_of(language: str) -> Locale:
    return Locale.parse("en_GB" if language == SOURCE else language)


def _there(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(_time_zone.get()))


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
