"""Letters that only look like others, folded onto the Latin letter that a reader sees."""

from __future__ import annotations

import unicodedata
from functools import lru_cache, partial

from replyassist.core.look_alikes import LATIN
from replyassist.guardrails.text import PlainText, normalise

_UNSEEN = frozenset({"Cf", "Mn", "Me"})


@lru_cache(maxsize=512)
def skeleton(text: str, *, accents: bool = False) -> PlainText:
    """The folded text with look-alike letters made Latin, and without unseen characters.

    Accents go too, unless ``accents`` keeps those of Latin letters: in German "schon" is no disguise of "schön".
    Offsets lead back to the original, as in ``normalise``. It is for finding only: what it spells is no language.
    """
    plain = normalise(text)
    if plain.text.isascii():
        return plain
    return plain.spelt(partial(_bare, accents=accents))


@lru_cache(maxsize=4096)
def _bare(character: str, accents: bool) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    if accents and len(decomposed) > 1 and decomposed[0].isascii():
        return character
    seen = (part for part in decomposed if unicodedata.category(part) not in _UNSEEN)
    return "".join(LATIN.get(part, part) for part in seen)
