"""Takes a message's words out of all that it taught and proposed, and keeps later runs from reading it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.core.errors import NotFound
from replyassist.faq import learned, proposals
from replyassist.faq.learned import normalised
from replyassist.faq.proposals import FoundProposal, message_key
from replyassist.faq.service import active_templates
from replyassist.inbox.models import Message
from replyassist.review.corrections import repository as corrections

from .repository import gone_messages, with_parts


@dataclass(frozen=True)
class ErasureResult:
    """How many learned examples and proposals lost words, how many corrections of what a message is were deleted,
    these words, and the templates in use that may hold them.

    Caches are the caller's to clear of ``texts``, and ``templates`` a person's to change.
    """

    learned: int
    proposed: int
    corrected: int
    texts: tuple[str, ...]
    templates: tuple[str, ...]


def erase(
    session: Session, brand_id: str, message_id: int, *, whole_author: bool = False, by: str, now: datetime
) -> ErasureResult:
    """Erase what a message of the brand, with its parts, taught and proposed; it does neither any more.

    What was said of a message that it is a part of goes too.
    ``whole_author``: with every other message of its author. Raise NotFound.
    """
    message = session.get(Message, message_id)
    if message is None or message.brand_id != brand_id:
        raise NotFound(f"the brand '{brand_id}' has no message {message_id}")
    wholes = with_parts(session, message, whole_author=whole_author)
    taught: list[str] = []
    proposed: list[proposals.ErasedWords] = []
    for each in filter(None, wholes):
        taught += learned.erase_message(session, brand_id, each, by=by, now=now)
        proposed += proposals.erase_message(session, brand_id, each)
    corrected = corrections.erase(session, brand_id, {each for pair in wholes.items() for each in pair if each})
    texts = tuple(dict.fromkeys([*taught, *(text for words in proposed for text in words.texts)]))
    made = {words.accepted_as for words in proposed}
    return ErasureResult(len(taught), len(proposed), corrected, texts, _holding(session, brand_id, texts, made))


def standing(session: Session, brand_id: str, found: Sequence[FoundProposal]) -> list[FoundProposal]:
    """The proposals of a run without those that hold words of a message that is gone by now."""
    gone = {message_key(message_id) for message_id in gone_messages(session, brand_id)}
    return [proposal for proposal in found if gone.isdisjoint(past.key for past in proposal.texts.told)]


def _holding(session: Session, brand_id: str, texts: Sequence[str], made: set[str | None]) -> tuple[str, ...]:
    """Templates in use that were made of the words, whatever was changed in them since, or that have them."""
    words = {normalised(text) for text in texts} - {""}
    return tuple(
        template.id
        for template in active_templates(session, brand_id)
        if template.id in made
        or words & {normalised(own) for own in (template.title, *template.questions, template.reply)}
    )
