"""Texts that were decoded or escaped once too often, or once too few: found, and mended by ftfy where it can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import ftfy
from ftfy.badness import BADNESS_RE

from .words import words

_LOST = re.compile("[\ufffd\ufffe\uffff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ESCAPE = re.compile(
    r"(?:\\r)?\\n|\\r(?!\w)|\\t|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[\"'/]"
    r"|(?:=(?:C[2-9A-F]|D[0-9A-F])=[89AB][0-9A-F]|=E[0-9A-F](?:=[89AB][0-9A-F]){2}|=F[0-4](?:=[89AB][0-9A-F]){3})"
)
_QUESTION_MARK = re.compile(r"(?<=[^\W\d_])\?(?P<after>[a-zß-ÿ]+)")
_ADDRESS = re.compile(r"\S*(?:[/=@]|\.\w)\S*")
_PATH = re.compile(r"(?:\b[A-Za-z]:\\|\\\\\w|%\w+%\\)[^\s\"'<>|]*")
_MEANT = {"\\n": "\n", "\\r": "\n", "\\t": " ", '\\"': '"', "\\'": "'", "\\/": "/"}


def lost_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of characters that stand for one that is lost, and of control characters."""
    yield from (match.span() for match in _LOST.finditer(text))
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    known = words()
    for match in _QUESTION_MARK.finditer(text):
        is_sentence = match["after"] in known.remark_words | known.editorial | known.filler | known.joining
        if not is_sentence and not any(start <= match.start() < end for start, end in addresses):
            yield match.start(), match.start() + 1


def mojibake_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of letters that were decoded wrongly, such as ``â€™``."""
    if text.isascii():
        return
    found = [match.span() for match in BADNESS_RE.finditer(text)]
    mended = ftfy.fix_encoding(text)
    if not found and mended != text:
        start = next((index for index, (old, new) in enumerate(zip(text, mended, strict=False)) if old != new), 0)
        found = [(start, len(text))]
    yield from found


def escapes_in(text: str) -> Iterator[tuple[int, int]]:
    r"""Places of escapes that nobody resolved, such as ``\n``; a path such as ``C:\new`` has none."""
    if "\\" not in text and "=" not in text:
        return
    paths = [match.span() for match in _PATH.finditer(text)]
    for match in _ESCAPE.finditer(text):
        start, end = match.span()
        if any(first <= start < last for first, last in paths):
            continue
        if match[0] == "\\t" and text[start - 1 : start].isalpha() and text[end : end + 1].islower():
            continue  # "this\that"
        yield start, end


def without_damage(text: str) -> str:
    """The text decoded rightly, with real line breaks, and spaces and line ends of one kind."""
    mended = ftfy.fix_encoding(text) if not text.isascii() else text
    mended = _unescaped(mended)
    mended = ftfy.fixes.fix_line_breaks(mended).replace("\u00a0", " ")
    return mended.replace("\ufeff", "")


def _unescaped(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in escapes_in(text):
        pieces += [text[position:start], _meant(text[start:end])]
        position = end
    return "".join([*pieces, text[position:]])


def _meant(escape: str) -> str:
    if escape.startswith("="):
        return bytes.fromhex(escape.replace("=", "")).decode("utf-8", errors="replace")
    if escape[1] in "ux":
        character = chr(int(escape[2:], 16))
        return character if unicodedata.category(character)[0] != "C" else " "
    return _MEANT[escape.replace("\\r\\n", "\\n")]
