"""What kind of reply is drafted: the reply itself, or the two halves of one that is partly private."""

from __future__ import annotations

from enum import StrEnum


class Variant(StrEnum):
    """Which reply a draft is."""

    REPLY = "reply"  # the reply in the conversation where the message stands
    PUBLIC = "public"  # the public half: answers in general, and moves what is personal to a private message
    PRIVATE = "private"  # the private follow-up to a public message
