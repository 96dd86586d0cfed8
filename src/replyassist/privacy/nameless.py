"""Texts that are kept to learn from: nobody's name, handle or other personal data stays in them."""

from __future__ import annotations

import re

from replyassist.privacy.vault import scrub

_NAME_PART = re.compile(r"[\w'’-]{2,}")
_HANDLE = re.compile(r"(?<!\w)@[\w.]+")
_NAMES = re.compile(r"\[NAME\](?: \[NAME\])*")


def nameless(text: str, *, name: str, stand_in: str, handle: str = "") -> str:
    """The text without personal data and handles, and with ``stand_in`` once for every run of somebody's names.

    ``name`` and ``handle`` are the author's: each part of the name counts, and the handle as a whole. Other personal
    data leaves its placeholder, such as "[EMAIL]".
    """
    hidden = scrub(text, names=[name] if name else [])
    for part in sorted({*_NAME_PART.findall(name), handle} - {""}, key=len, reverse=True):
        hidden = re.sub(rf"(?<![\w\[]){re.escape(part)}(?![\w\]])", "[NAME]", hidden)
    return _HANDLE.sub("", _NAMES.sub(lambda _: stand_in, hidden))
