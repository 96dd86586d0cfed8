"""Several templates as one, for a message that asks several things."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .template import ReplyTemplate

_STOPS = (".", "!", "?", "…")


def joined(templates: Sequence[ReplyTemplate], *, longest: int) -> ReplyTemplate | None:
    """All replies in one, under the first template's id; None where that is longer than ``longest`` characters.

    ``templates`` are two at least. Replies that end in a link come last; after such a link a dash stands, for no stop
    may touch it.
    """
    first = templates[0]
    parts = sorted(templates, key=lambda part: not part.rendered_reply.endswith(_STOPS))
    reply = parts[0].rendered_reply
    for before, part in pairwise(parts):
        between = " " if before.rendered_reply.endswith(_STOPS) else " – "
        reply += between + part.rendered_reply
    if len(reply) > longest or "{{" in reply:
        return None
    return first.model_copy(
        update={
            "title": " / ".join(part.title for part in parts if part.title),
            "questions": [question for template in templates for question in template.questions],
            "reply": reply,
            "facts": {name: fact for template in reversed(templates) for name, fact in template.facts.items()},
            "links": list(dict.fromkeys(link for part in templates for link in part.links)),
        }
    )
