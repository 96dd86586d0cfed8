"""Payloads that a person does not read but a machine may: encoded, shifted, reversed or spelt with digits."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

READ_CHARACTERS = 4000  # of a text or a payload; the rest is left unread, so that no message takes long
CARRIERS_READ = 6
SHORTEST_PAYLOAD = 8  # characters; shorter ones cannot hold an order
_PRINTABLE = 0.85  # share of letters, digits and spaces below which a decoded payload is taken for noise
_GIVEAWAYS = (
    "ignor", "instruc", "istruzion", "anweis", "previous", "system", "prompt", "reveal", "rules", "forget", "disregard",
    "restrict", "password", "admin",
)  # fmt: skip
_LEET = str.maketrans("0134578@$!|", "oieastbasii")
_MORSE_SIGNS = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
)
_MORSE = dict(zip(_MORSE_SIGNS.split(), string.ascii_lowercase, strict=True))


@dataclass(frozen=True, slots=True)
class Payload:
    """``carrier`` as it stands in the text, and ``text``: what it says once it is decoded."""

    carrier: str
    text: str


def payloads(text: str) -> Iterator[Payload]:
    """What stands in a text in another form; a whole text may be one, and one carrier may be read in several ways."""
    text = text[:READ_CHARACTERS]
    for pattern, decode in _CARRIERS:
        for number, match in enumerate(pattern.finditer(text)):
            if number >= CARRIERS_READ:
                break
            decoded = _readable(decode(match[0]))
            if decoded:
                yield Payload(match[0], decoded)
    yield from _whole_text(text)


def _readable(decoded: str | None) -> str:
    decoded = (decoded or "").strip()[:READ_CHARACTERS]
    if len(decoded) < SHORTEST_PAYLOAD:
        return ""
    plain = sum(character.isalnum() or character in " .,:;!?'\"_-@/\n" for character in decoded)
    return decoded if plain >= _PRINTABLE * len(decoded) else ""


def _whole_text(text: str) -> Iterator[Payload]:
    """Spellings that cover a whole text; only those that then show a word of an order are worth a second look."""
    lowered = text.lower()
    plain = _giveaways(lowered)
    for reading in _spellings(lowered):
        if _giveaways(reading) > plain:
            yield Payload(text, reading)


def _giveaways(lowered: str) -> int:
    return sum(word in lowered for word in _GIVEAWAYS)


def _spellings(lowered: str) -> Iterator[str]:
    yield lowered[::-1]
    yield " ".join(word[::-1] for word in lowered.split())
    yield " ".join(reversed(lowered.split()))
    leet = lowered.translate(_LEET)
    yield leet
    yield lowered.replace("1", "l").translate(_LEET)
    yield re.sub(r"(?<=\bi)t(?=ns)|(?<=[a-z])7(?=[a-z])", "t", leet)
    yield _joined(lowered)
    yield re.sub(r"(?<=[a-z])[.\-_*+|/~](?=[a-z])", "", lowered)
    for shift in range(1, 26):
        yield lowered.translate(_SHIFTS[shift])


def _joined(lowered: str) -> str:
    """Letters that stand apart, "i g n o r e   a l l", as words: two or more spaces, or a sign, part the words."""
    return re.sub(
        r"\b\w(?:[ .\-_*]\w\b){3,}",
        lambda match: re.sub(r"[ .\-_*]", "", match[0]),
        re.sub(r" {2,}", "  ", lowered),
    )


_SHIFTS = [
    str.maketrans(string.ascii_lowercase, string.ascii_lowercase[shift:] + string.ascii_lowercase[:shift])
    for shift in range(26)
]


def _base64(carrier: str) -> str | None:
    carrier = re.sub(r"\s", "", carrier).replace("-", "+").replace("_", "/").rstrip("=")
    return _text_of(lambda: base64.b64decode(carrier + "=" * (-len(carrier) % 4)))


def _base32(carrier: str) -> str | None:
    carrier = carrier.rstrip("=")
    return _text_of(lambda: base64.b32decode(carrier + "=" * (-len(carrier) % 8)))


def _base85(carrier: str) -> str | None:
    return _text_of(lambda: base64.a85decode(carrier, adobe=carrier.startswith("<~"))) or _text_of(
        lambda: base64.b85decode(carrier)
    )


def _hexadecimal(carrier: str) -> str | None:
    return _text_of(lambda: bytes.fromhex(re.sub(r"0x|\\x|[^0-9a-fA-F]", "", carrier)))


def _binary(carrier: str) -> str | None:
    bits = re.sub(r"[^01]", "", carrier)
    return _text_of(lambda: bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits) - 7, 8)))


def _decimal(carrier: str) -> str | None:
    return _text_of(lambda: bytes(int(number) for number in re.findall(r"\d+", carrier)))


def _octal(carrier: str) -> str | None:
    return _text_of(lambda: bytes(int(number, 8) for number in re.findall(r"[0-7]{3}", carrier)))


def _escapes(carrier: str) -> str | None:
    return _text_of(lambda: codecs.decode(carrier, "unicode_escape").encode("utf-8", "replace"))


def _morse(carrier: str) -> str | None:
    words = re.split(r"\s*/\s*|\s{2,}", carrier.strip())
    return " ".join("".join(_MORSE.get(sign, "") for sign in word.split()) for word in words)


def _text_of(decode: Callable[[], bytes]) -> str | None:
    try:
        return decode().decode("utf-8")
    except (ValueError, binascii.Error, OverflowError):
        return None


_CARRIERS: tuple[tuple[re.Pattern[str], Callable[[str], str | None]], ...] = (
    (re.compile(r"(?<![\w/+])[A-Za-z0-9+/_-]{16,}={0,2}"), _base64),
    (re.compile(r"(?<!\w)[A-Z2-7]{16,}={0,6}"), _base32),
    (re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2}[ :,-]?|0x[0-9a-fA-F]{2}[ ,]*|\\x[0-9a-fA-F]{2}){8,}"), _hexadecimal),
    (re.compile(r"(?<!\w)(?:[01]{8}[ ,]?){4,}|(?<!\w)[01]{32,}"), _binary),
    (re.compile(r"(?<!\w)(?:(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6])[ ,;]{1,2}){8,}\d{2,3}"), _decimal),
    (re.compile(r"(?:\\?[01][0-7]{2}[ ,\\]?){8,}"), _octal),
    (re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}){4,}"), _escapes),
    (re.compile(r"(?:%[0-9a-fA-F]{2}[\w.~-]{0,20}){3,}"), unquote),
    (re.compile(r"(?:[\w ]{0,9}&#x?[0-9a-fA-F]{2,5};){4,}\w*"), html.unescape),
    (re.compile(r"(?:[.\-]{1,4}(?:\s*/\s*|\s{1,3})){8,}[.\-]{1,4}"), _morse),
    (re.compile(r"<~[!-u\s]{16,}~>|(?<!\S)[!-~]{24,}(?!\S)"), _base85),
)
