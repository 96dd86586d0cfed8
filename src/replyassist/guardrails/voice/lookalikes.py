"""Letters that only look like others, folded onto the Latin letter that a reader sees."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from replyassist.guardrails.text import PlainText, normalise

# From the confusables of Unicode Technical Standard 39, those between letters that keyboards can type.
_LATIN_TO_LOOKALIKES = {
    "a": "аαɑᴀ", "b": "ЬьвʙƄ", "c": "сᴄҫ", "d": "ԁɗᴅ", "e": "еєεҽᴇɛ", "f": "ғꜰƒ", "g": "ɡԍɢɠ", "h": "һհнʜ",
    "i": "іɩιıɪӏ", "j": "јϳᴊ", "k": "кκᴋƙ", "l": "ʟł", "m": "мᴍ", "n": "пոηɴ", "o": "оοօσᴏø", "p": "рρᴘ",
    "q": "ԛզ", "r": "гʀɾ", "s": "ѕꜱʂ", "t": "тτᴛ", "u": "υսᴜц", "v": "ѵνᴠ", "w": "ԝωᴡѡ", "x": "хχ×", "y": "уүγʏ",
    "z": "ᴢʐ",
}  # fmt: skip
_LATIN = {
    lookalike: letter for letter, lookalikes in _LATIN_TO_LOOKALIKES.items() for lookalike in lookalikes.casefold()
}
_LUNATE_SIGMA = {"ϲ": "c", "Ϲ": "c"}  # folds to σ, which looks like an o
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
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, character in enumerate(plain.text):
        written = text[plain.starts[index] : plain.ends[index]]
        bare = character if character.isascii() else _LUNATE_SIGMA.get(written) or _bare(character, accents)
        characters.append(bare)
        starts.extend([plain.starts[index]] * len(bare))
        ends.extend([plain.ends[index]] * len(bare))
    return PlainText(text, "".join(characters), tuple(starts), tuple(ends))


@lru_cache(maxsize=4096)
def _bare(character: str, accents: bool) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    if accents and len(decomposed) > 1 and decomposed[0].isascii():
        return character
    seen = (part for part in decomposed if unicodedata.category(part) not in _UNSEEN)
    return "".join(_LATIN.get(part, part) for part in seen)
