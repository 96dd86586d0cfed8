"""Two templates as one, for a message that asks two things."""

from __future__ import annotations

from .template import ReplyTemplate

_STOPS = (".", "!", "?", "…")


def joined(first: ReplyTemplate, second: ReplyTemplate, *, longest: int) -> ReplyTemplate | None:
    """Both replies in one, under the first template's id; None where that is longer than ``longest`` characters.

    A reply that ends in a link comes last; where both do, a dash stands after the first link, which no stop may touch.
    """
    parts = [first, second] if first.rendered_reply.endswith(_STOPS) else [second, first]
    between = " " if parts[0].rendered_reply.endswith(_STOPS) else " – "
    reply = between.join(part.rendered_reply for part in parts)
    if len(reply) > longest or "{{" in reply:
        return None
    return first.model_copy(
        update={
            "title": " / ".join(part.title for part in parts if part.title),
            "questions": [*first.questions, *second.questions],
            "reply": reply,
            "facts": {**second.facts, **first.facts},
            "links": list(dict.fromkeys([*first.links, *second.links])),
        }
    )
