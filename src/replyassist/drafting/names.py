"""What somebody is called in a greeting."""

from __future__ import annotations

import re

from replyassist.core.word_lists import words_of

_PLACEHOLDER = re.compile(r"\[NAME_\d{1,4}\]")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof"})
# First words of display names that are no first names: of shops, pages, jokes and attacks.
_NOBODY = words_of(
    """
    a all an and anonymous admin assistant guest help hey hi i ignore info it its just me my new no nobody none not
    note null official only our please shop someone support system team that the these this to unknown user we you
    your
    """
)


def first_name(name: str | None) -> str | None:
    """The first name to greet somebody by, or None when the name does not look like one.

    A display name is a stranger's text: only letters, up to 30, with hyphen or apostrophe, or a typed placeholder
    for a name, are taken. Somebody with a title keeps it: "Mrs Power".
    """
    parts = (name or "").split()
    if not parts:
        return None
    if _PLACEHOLDER.fullmatch(parts[0]):
        return parts[0]
    first = parts[0].strip(".,!")
    if first.lower() in _TITLES:
        last = parts[1].strip(".,!") if len(parts) == 2 else ""
        return f"{first} {last}" if _is_name(last) else None
    return first if _is_name(first) else None


def _is_name(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace("’", "")
    return 1 < len(word) <= 30 and letters.isalpha() and word.lower() not in _NOBODY
