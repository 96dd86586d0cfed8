"""In whose words something is said: the catalogues (gettext) and the language of whoever reads it.

English is the language of the source; ``locales/<language>.po`` hold the others, read as they are, so that nothing
has to be compiled. ``scripts/messages.py`` keeps them complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent / "locales"
SOURCE = "en"
_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def languages() -> tuple[str, ...]:
    """The languages that there are words in, English first."""
    return (SOURCE, *sorted(path.stem for path in LOCALES.glob("*.po")))


def language() -> str:
    """The language that is written in now, of ``languages()``."""
    return _language.get()


def write_in(chosen: str) -> None:
    """Write in this language from here on; for the task or thread that serves one reader."""
    _language.set(chosen)


@contextmanager
def written_in(chosen: str) -> Iterator[None]:
    """Write in this language, or in English where there is no catalogue of it; the catalogue is loaded first."""
    known = chosen if chosen in languages() else SOURCE
    _catalogue(known)
    before = _language.set(known)
    try:
        yield
    finally:
        _language.reset(before)


def gettext(message: str) -> str:
    """The message in the reader's language, or as it is where there is no translation."""
    found = _catalogue(language()).get(message) if message else None
    return str(found.string) if found is not None and found.string and not found.fuzzy else message


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message for ``n`` things, in the reader's language."""
    found = _catalogue(language()).get(singular)
    if found is None or not isinstance(found.string, tuple | list) or not all(found.string):
        return singular if n == 1 else plural
    return str(found.string[0 if n == 1 else 1])


def script_words() -> dict[str, str]:
    """What scripts say, in the reader's language; nothing for the language that they are written in."""
    found = _catalogue(language())
    scripts = (message for message in found if any(path.endswith(".js") for path, _ in message.locations))
    return {str(message.id): str(message.string) for message in scripts if message.string}


@lru_cache(maxsize=8)
def _catalogue(tag: str) -> Catalog:
    path = LOCALES / f"{tag}.po"
    if not path.is_file():
        return Catalog(locale=SOURCE)
    with path.open("rb") as file:
        return read_po(file, locale=tag)
