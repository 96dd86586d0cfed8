"""Texts that are kept to learn from: nobody's name, handle or other personal data stays in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replyassist.privacy.vault import scrub

_NAME_PART = re.compile(r"[\w'’-]{2,}")
_HANDLE = re.compile(r"(?<!\w)@[\w.]+")


def nameless(text: str, *, names: Sequence[str], stand_in: str) -> str:
    """The text without personal data and handles, and with ``stand_in`` once for every run of somebody's names.

    ``names`` are those known from elsewhere, such as the author's: each part of them counts. Other personal data
    leaves its placeholder, such as "[EMAIL]".
    """
    parts = {part for name in names for part in _NAME_PART.findall(name)}
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[NAME]", text)
    hidden = scrub(text, names=[name for name in names if name])
    return _HANDLE.sub("", re.sub(r"\[NAME\](?: \[NAME\])*", lambda _: stand_in, hidden))
