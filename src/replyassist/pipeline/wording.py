"""From what a small model wrote to an answer that stands: its proven sentences, and the plan's own for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.guardrails.proof import is_bounding, proven, says, sentences_of
from replyassist.pipeline.planning import Plan, in_a_row

SURELY_NEEDED = 0.4
"""Probability from which a sentence of the plan is said even where the model left it out."""


@dataclass(frozen=True)
class Answer:
    """The text, and whether any of it is the model's own wording."""

    text: str
    is_worded: bool


def worded(written: str, plan: Plan, *, message: str) -> Answer:
    """The model's sentences that the plan proves; a sentence of the plan stands for itself where none says it.

    What the plan merely allows may go, unless it limits or denies something. The order is the template's: a small
    model puts what follows before what it follows from.
    """
    said: list[tuple[str, tuple[int, ...]]] = []
    for sentence in sentences_of(written):
        found = proven(sentence, plan.kept, message=message)
        if found is not None and all(found.text != text for text, _ in said):
            said.append((found.text, found.sources))
    text = in_a_row([sentence for sentence, _ in said])
    touched = {place for _, places in said for place in places}
    chances = [each.probability for each in plan.sentences if each.is_kept]
    missing = [
        place
        for place, sentence in enumerate(plan.kept)
        if not (place in touched and says(text, sentence))
        and (chances[place] >= SURELY_NEEDED or is_bounding(sentence))
    ]
    kept = [(min(places), sentence) for sentence, places in said if not set(places) <= set(missing)]
    if not kept:
        return Answer(plan.answer, is_worded=False)
    parts = sorted([*kept, *((place, plan.kept[place]) for place in missing)], key=lambda part: part[0])
    return Answer(in_a_row([sentence for _, sentence in parts]), is_worded=True)
