"""Slack's text: ``&``, ``<`` and ``>`` are escaped, and what stands between angles is a mention or a link
(docs.slack.dev/messaging/formatting-message-text)."""

from __future__ import annotations

import re

_ANGLES = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_LEADING_MENTIONS = re.compile(r"^(?:\s*<@[A-Z0-9]+(?:\|[^<>]*)?>[:,]?)+\s*")


def escaped(text: str) -> str:
    """Text as it is sent: no word of it becomes a mention or a link of Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """Text as people see it; ids stand for names that are not told."""
    shown = _ANGLES.sub(_shown, text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def without_leading_mention(text: str, user: str) -> str:
    """The raw text behind mentions at its beginning, where one of them is the user's."""
    found = _LEADING_MENTIONS.match(text)
    return text[found.end() :] if found and user and f"<@{user}" in found.group() else text


def _shown(found: re.Match[str]) -> str:
    what, label = found.group(1), found.group(2)
    if what.startswith(("@", "#", "!")):
        mark = "#" if what.startswith("#") else "@"
        return mark + (label or what[1:]).lstrip("@#")
    return f"{label} ({what})" if label and label not in what else what.removeprefix("mailto:")
