"""What a changed template would do: the same messages looked up with and without the change, and nothing drafted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from replyassist.core.words import read
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.faq.trial_results import TemplateMovement, TrialOutcome
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import retrieve

MOST_KEPT = 200  # movements; beyond, a person reads counts
LEARNT_ANEW_UP_TO = 20_000  # texts of the brand; more take minutes, and then what was learnt stays as it is


@dataclass(frozen=True)
class TriedMessage:
    """A message that came in; ``decided`` is the template whose reply a person approved, None where nobody did.

    Of a labelled case (``case_id``) it is the template that is right, None where none is, and there is no message and
    no item (0).
    """

    message_id: int
    review_item_id: int
    text: str
    channel: str
    visibility: str
    decided: str | None
    case_id: str = ""


@dataclass(frozen=True)
class Sides:
    """The brand's index without and with the change."""

    before: TemplateIndex
    after: TemplateIndex


def sides_of(
    live: TemplateIndex,
    template_id: str,
    proposed: ReplyTemplate | None,
    *,
    without_examples: frozenset[int],
) -> Sides:
    """Both as they would be once learnt from, and without what the tried messages themselves taught.

    A message that is an example of a template finds it whatever the template says. Questions that a model wrote count
    on both sides, as if they were written for the changed template too.
    """
    examples: list[LearnedExample] = [
        each for each in live.examples if each.is_generated or each.id not in without_examples
    ]
    others = [template for template in live.templates if template.id != template_id]
    changed = sorted([*others, *([proposed] if proposed else [])], key=lambda template: template.id)
    before = live.changed(live.templates, examples)
    after = before.changed(changed, [each for each in examples if proposed or each.template_id != template_id])
    if len(after) > LEARNT_ANEW_UP_TO:
        return Sides(before, after)
    return Sides(before.renewed(), after.renewed())


def try_change(
    messages: Sequence[TriedMessage],
    template_id: str,
    sides: Sides,
    *,
    threshold: float,
    day: date,
    progress: Callable[[int], None] | None = None,
) -> TrialOutcome:
    """Look every message up on both sides; ``progress`` is told how many are done.

    ``threshold`` is how sure (0 to 1) a template must be. A message counts as finding a template that reaches it.
    """
    found = []
    for number, message in enumerate(messages, start=1):
        found.append(_looked_up(message, sides, threshold=threshold, day=day))
        if progress is not None:
            progress(number)
    moved = [movement for movement in found if movement.before != movement.after]
    moved.sort(key=lambda movement: (not movement.is_worse, not movement.is_better, -movement.message_id))
    decided = [movement for movement in found if movement.is_decided]
    return TrialOutcome(
        messages=len(found),
        found_before=sum(movement.before == template_id for movement in found),
        found_after=sum(movement.after == template_id for movement in found),
        decided=len(decided),
        right_before=sum(movement.before == movement.decided for movement in decided),
        right_after=sum(movement.after == movement.decided for movement in decided),
        moved=len(moved),
        movements=tuple(moved[:MOST_KEPT]),
    )


def _looked_up(message: TriedMessage, sides: Sides, *, threshold: float, day: date) -> TemplateMovement:
    encoder = sides.before.encoder
    told = read(encoder, [message.text])[0]
    before, after = (
        retrieve(
            message.text,
            index,
            encoder,
            threshold=threshold,
            limit=1,
            channel=message.channel,
            visibility=message.visibility,
            day=day,
            told=told,
        )
        for index in (sides.before, sides.after)
    )
    return TemplateMovement(
        message_id=message.message_id,
        review_item_id=message.review_item_id,
        case_id=message.case_id,
        before=before.best.template_id if before.best else None,
        after=after.best.template_id if after.best else None,
        sureness_before=before.matches[0].probability if before.matches else 0.0,
        sureness_after=after.matches[0].probability if after.matches else 0.0,
        decided=message.decided,
        is_labelled=bool(message.case_id),
    )
