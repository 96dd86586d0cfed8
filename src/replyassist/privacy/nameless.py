"""Texts that are kept to learn from: nobody's name, handle or other personal data stays in them."""

from __future__ import annotations

import re

from replyassist.privacy.vault import scrub

SHORTEST_HANDLE = 3  # a shorter one is a word of its own in many texts; with its @ it goes all the same
_NAME_PART = re.compile(r"[\w'’-]{2,}")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.-]*")
_NAMES = re.compile(r"\[NAME\](?: \[NAME\])*")
_HERE = "\x00"  # has no case and is part of nothing: what finds names looks at both


def nameless(text: str, *, name: str, stand_in: str, handle: str = "") -> str:
    """The text without personal data and handles, and with ``stand_in`` once for every run of somebody's names.

    ``name`` and ``handle`` are the author's: each part of the name counts, and the handle as a whole, with or without
    its @ and however it is written. Other personal data leaves its placeholder, such as "[EMAIL]".
    """
    handle = handle.strip().lstrip("@")
    known = re.escape(handle) if len(handle) >= SHORTEST_HANDLE else r"(?!)"
    text = re.sub(rf"(?<![\w/.@])@?{known}(?![\w@])", _HERE, text, flags=re.IGNORECASE)
    hidden = scrub(text, names=[name] if name else []).replace(_HERE, "[NAME]")
    hidden = re.sub(rf"(?<![\w\[]){known}(?![\w\]])", "[NAME]", hidden, flags=re.IGNORECASE)  # within a link
    for part in sorted(set(_NAME_PART.findall(name)), key=len, reverse=True):
        hidden = re.sub(rf"(?<![\w\[]){re.escape(part)}(?![\w\]])", "[NAME]", hidden)
    return _HANDLE.sub("", _NAMES.sub(lambda _: stand_in, hidden))
