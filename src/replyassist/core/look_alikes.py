"""Letters that only look like Latin ones."""

from __future__ import annotations

import re
import unicodedata

# From the confusables of Unicode Technical Standard 39, those between letters that keyboards can type.
_LATIN_TO_LOOK_ALIKES = {
    "a": "аαɑᴀ", "b": "ЬьвβʙƄ", "c": "сᴄҫϲ", "d": "ԁɗᴅ", "e": "еєεҽᴇɛ", "f": "ғꜰƒ", "g": "ɡԍɢɠ", "h": "һհнʜ",
    "i": "іɩιıɪӏ", "j": "јϳᴊ", "k": "кκᴋƙ", "l": "ʟł", "m": "мᴍ", "n": "пոηɴ", "o": "оοօσᴏø", "p": "рρᴘ",
    "q": "ԛզ", "r": "гʀɾ", "s": "ѕꜱʂ", "t": "тτᴛ", "u": "υսᴜци", "v": "ѵνᴠ", "w": "ԝωᴡѡ", "x": "хχ×", "y": "уүγʏ",
    "z": "ᴢʐ",
}  # fmt: skip
LATIN = {
    look_alike: letter
    for letter, look_alikes in _LATIN_TO_LOOK_ALIKES.items()
    for look_alike in look_alikes + look_alikes.casefold()
}
"""The Latin letter for each look-alike, all in small letters."""

_OTHER_SCRIPTS = {
    written: (latin.upper() if written != small else latin)
    for small, latin in LATIN.items()
    if small.isalpha() and not unicodedata.name(small).startswith("LATIN")
    for written in (small, small.upper())
    if len(written) == 1
}
_AS_LATIN = str.maketrans(_OTHER_SCRIPTS)
_FOREIGN = re.compile(f"[{''.join(_OTHER_SCRIPTS)}]")
_WORD = re.compile(r"[^\W\d_]+")


def is_mixed(word: str) -> bool:
    """Whether a word has Latin letters beside Cyrillic, Greek or Armenian ones that look like them."""
    return _FOREIGN.search(word) is not None and any(letter.isascii() and letter.isalpha() for letter in word)


def read_mixed_words(text: str) -> str:
    """The same length: in words with letters of both, those that look Latin are Latin."""
    if not _FOREIGN.search(text):
        return text
    return _WORD.sub(lambda word: word[0].translate(_AS_LATIN) if is_mixed(word[0]) else word[0], text)
