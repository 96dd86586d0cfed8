"""A template's answer as a whole reply: greeting, sympathy and closing of the brand, and what a variant adds."""

from __future__ import annotations

from replyassist.drafting.personalise import Manner, is_closed, join, personalise, thank
from replyassist.drafting.variants import Variant
from replyassist.pipeline.assignment import PRIVATE, PUBLIC, Assignment
from replyassist.pipeline.instructions import LengthOrTone
from replyassist.pipeline.judging import judge
from replyassist.proposal import BY_TEMPLATE, Candidate

VISIBILITY = {Variant.PUBLIC: PUBLIC, Variant.PRIVATE: PRIVATE}
"""Who sees a variant that is not the plain reply, which is seen by those who see the message."""


def by_template(assignment: Assignment, variant: Variant) -> Candidate | None:
    """The template's reply under the brand's greeting; None where it would be in another language than asked."""
    if assignment.is_translation:
        return None
    voice, template = assignment.context.voice, assignment.template
    visibility = VISIBILITY.get(variant, assignment.message.visibility)
    to, checks = assignment.message_as(visibility), assignment.checks(visibility=visibility)
    if template is None:
        text = thank(voice=voice, to=to)
        return judge(text, BY_TEMPLATE, assignment=assignment, checks=checks) if text else None
    return judge(_whole_reply(assignment, variant), BY_TEMPLATE, assignment=assignment, checks=checks)


def _whole_reply(assignment: Assignment, variant: Variant) -> str:
    """The answer with the brand's greeting, sympathy where the message is a complaint, and a closing.

    It is one of the variants, in the manner that a person wishes.
    """
    voice, answer = assignment.context.voice, assignment.answer
    if variant is Variant.PRIVATE:
        answer = join(voice.handover.private[0], answer)
    elif variant is Variant.PUBLIC:  # nothing may follow a link
        handover = voice.handover.public[0]
        answer = join(answer, handover) if is_closed(answer) else join(handover, answer)
    to = assignment.message_as(VISIBILITY.get(variant, assignment.message.visibility))
    said_before = (*assignment.message.earlier_replies, *assignment.context.last_replies)
    changes = assignment.wish.changes
    manner = Manner(
        has_sympathy=LengthOrTone.SORRIER in changes or not changes & {LengthOrTone.SHORTER, LengthOrTone.NOT_SORRY},
        has_closing=LengthOrTone.WARMER in changes or LengthOrTone.SHORTER not in changes,
        is_warm=bool(changes & {LengthOrTone.WARMER, LengthOrTone.SORRIER}),
    )
    return personalise(answer, voice=voice, mood=assignment.opening_mood, to=to, said_before=said_before, manner=manner)
