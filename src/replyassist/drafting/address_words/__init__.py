"""How people are addressed in each language: titles, greetings, sign-offs, and display names that are nobody's."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator

from replyassist.core.language_files import read_languages

_FOLDER = Path(__file__).parent
Words = Annotated[frozenset[str], BeforeValidator(lambda text: str(text).split())]


class AddressWords(BaseModel, frozen=True, extra="forbid"):
    """The words of one language, in small letters.

    A display name with one of ``not_people`` is a company's, a page's or an account's; one that begins with one of
    ``not_first`` or ``kin`` ("Mama von Leo") has no first name. ``greeted`` may follow a greeting that names nobody,
    ``signers`` may stand in a signature beside names, ``teams`` make one of a line by themselves. ``greeting`` opens a
    reply in this language where the brand's voice has none in it.
    """

    titles: Words
    not_people: Words
    not_first: Words
    kin: Words
    joins: Words
    greeting: str
    greetings: list[str]
    greeted: Words
    sign_offs: list[str]
    signers: Words
    teams: Words


class LegalForms(BaseModel, frozen=True, extra="forbid"):
    """Ends of company names: ``any_case`` in small letters, ``as_written`` only as they stand here."""

    any_case: Words
    as_written: Words

    @cached_property
    def longest(self) -> int:
        """Letters in the longest form."""
        return max(map(len, self.any_case | self.as_written))


@lru_cache(maxsize=1)
def address_words() -> dict[str, AddressWords]:
    """Those of every language that there is a file for, by its code."""
    return read_languages(_FOLDER, AddressWords)


@lru_cache(maxsize=64)
def words_for(part: str, languages: tuple[str, ...] = ()) -> frozenset[str]:
    """One part of these languages' words together, of all of them where none is named."""
    known = address_words()
    chosen = [known[code] for code in languages if code in known] if languages else list(known.values())
    return frozenset(word for words in chosen for word in getattr(words, part))


@lru_cache(maxsize=1)
def legal_forms() -> LegalForms:
    """Those of companies in many countries."""
    text = (_FOLDER.parent / "legal_forms.yaml").read_text(encoding="utf-8")
    return LegalForms.model_validate(yaml.safe_load(text))
