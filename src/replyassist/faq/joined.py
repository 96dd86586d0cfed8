"""Two templates as one, for a message that asks two things."""

from __future__ import annotations

from .template import ReplyTemplate

_STOPS = (".", "!", "?", "…")


def joined(first: ReplyTemplate, second: ReplyTemplate, *, longest: int) -> ReplyTemplate | None:
    """Both replies in one, under the first template's id; None where they cannot stand in one paragraph.

    That is when they would be longer than ``longest`` characters together, or when both end in a link, which no
    sentence may follow.
    """
    parts = [first, second] if first.rendered_reply.endswith(_STOPS) else [second, first]
    reply = " ".join(part.rendered_reply for part in parts)
    if not parts[0].rendered_reply.endswith(_STOPS) or len(reply) > longest or "{{" in reply:
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
