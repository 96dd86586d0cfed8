"""A message may bury its question among other words, or ask two: its parts are looked up beside the whole."""

from __future__ import annotations

from collections.abc import Sequence

from .index import TemplateMatch

Matches = Sequence[TemplateMatch]
PART_SHARE = 0.5  # what a part's sureness counts beside the whole's; .3 to .9 were tried on eval/cases/dev.jsonl
SURE_OF_SECOND = 0.9  # there: 10 of 14 second questions found, and three that were none


def with_parts(whole: Matches, parts: Sequence[Matches], *, limit: int) -> tuple[TemplateMatch, ...]:
    """The matches of the whole message and of its parts as one list, each template once, the likeliest first.

    A template that answers a part is as likely as the mean of what part and whole say, where that is more than the
    whole says.
    """
    best = {match.template_id: match for match in whole}
    said = {match.template_id: match.probability for match in whole}
    for match in (match for matches in parts for match in matches):
        share = (1 - PART_SHARE) * said.get(match.template_id, 0.0) + PART_SHARE * match.probability
        known = best.get(match.template_id)
        if known is None or share > known.probability:
            best[match.template_id] = match.model_copy(update={"probability": round(share, 4)})
    return tuple(sorted(best.values(), key=lambda match: -match.probability)[:limit])


def second_question(first: TemplateMatch, parts: Sequence[Matches]) -> TemplateMatch | None:
    """Another template that one part of the message asks for as surely as a different part asks for the first."""
    firsts = [matches[0] for matches in parts if matches]
    if all(match.template_id != first.template_id for match in firsts):
        return None
    others = [
        match for match in firsts if match.template_id != first.template_id and match.probability >= SURE_OF_SECOND
    ]
    return max(others, key=lambda match: match.probability, default=None)
