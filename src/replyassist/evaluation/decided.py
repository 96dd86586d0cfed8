"""A real decided item as a labelled case, with nobody's personal data in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from replyassist.core.errors import Conflict
from replyassist.evaluation.dataset import Case, Expected
from replyassist.inbox.readable import readable
from replyassist.inbox.threads import StoredMessage
from replyassist.privacy.nameless import nameless
from replyassist.review.models import REPLIED, ReviewItem
from replyassist.triage import Route

STAND_IN = "Sam"
"""Who the author is called in a case: the reply still greets somebody."""
MOST_PASSAGES = 5
_FIGURE = re.compile(r"\S*\d\S*(?: [^\s.!?;,:]+){0,4}")
_EDGE = " .,!?;:()\"'“”‘’"


@dataclass(frozen=True)
class Labelled:
    """What a person may still change before it is kept."""

    template_id: str | None
    must_include: tuple[str, ...]
    must_not_include: tuple[str, ...] = ()


def case_of_item(item: ReviewItem, stored: StoredMessage) -> Case:
    """The case: the message and the approved reply without personal data, the template that was used as the right one.

    ``must_include`` are the passages around a figure that the reply shares with its template. Raise Conflict for an
    item that was not answered, and for a message without words.
    """
    if item.status not in REPLIED or not item.final_text:
        raise Conflict("only an item whose reply was approved says what a good answer is")
    name, handle = stored.author.name or "", stored.author.handle or ""

    def hidden(text: str) -> str:
        return nameless(readable(text), name=name, handle=handle, stand_in=STAND_IN).strip()

    text = hidden(stored.text)
    if not text:
        raise Conflict("the message has no words to ask again")
    reply = hidden(item.final_text)
    template = next((match for match in item.proposal.templates if match.template_id == item.template_id), None)
    return Case(
        id=f"item-{item.id}",
        brand=item.brand_id,
        channel=item.channel,
        visibility="private" if stored.conversation.visibility == "private" else "public",
        text=text,
        author_name=STAND_IN if name else None,
        parent_text=hidden(stored.conversation.parent_text) if stored.conversation.parent_text else None,
        answered_text=hidden(stored.message.answered_text) if stored.message.answered_text else None,
        tags=["decided"],
        expected=Expected(
            template_id=item.template_id,
            route=Route.DRAFT,
            reply=reply,
            must_include=list(passages(reply, template.reply)) if template else [],
        ),
    )


def passages(reply: str, template: str) -> Sequence[str]:
    """The passages around a figure that both texts have, word for word; at most five."""
    known = " ".join(template.split()).casefold()
    found = (_common(match[0].strip(_EDGE), known) for match in _FIGURE.finditer(" ".join(reply.split())))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_PASSAGES]


def labelled_as(case: Case, label: Labelled) -> Case:
    """The case with what a person said of it; raise ValidationError (pydantic) for what is no label."""
    expected = case.expected.model_dump() | {
        "template_id": label.template_id,
        "must_include": list(label.must_include),
        "must_not_include": list(label.must_not_include),
    }
    return case.model_copy(update={"expected": Expected.model_validate(expected)})


def _common(passage: str, known: str) -> str:
    """The longest beginning of the passage, in whole words, that the other text has; empty where there is none."""
    words = passage.split()
    for size in range(len(words), 0, -1):
        beginning = " ".join(words[:size])
        if beginning.casefold() in known:
            return beginning
    return ""
