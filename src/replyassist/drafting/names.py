"""What somebody is called in a greeting."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\[NAME_\d{1,4}\]")


def first_name(name: str | None) -> str | None:
    """The first name to greet somebody by, or None when the name does not look like one.

    A display name is a stranger's text: only letters, up to 30, with hyphen or apostrophe, or a typed placeholder
    for a name, are taken.
    """
    parts = (name or "").split()
    if not parts:
        return None
    if _PLACEHOLDER.fullmatch(parts[0]):
        return parts[0]
    first = parts[0].strip(".,!")
    letters = first.replace("-", "").replace("'", "").replace("’", "")
    return first if 1 < len(first) <= 30 and letters.isalpha() else None
