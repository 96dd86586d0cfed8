"""A message may ask two things: its parts are looked up beside the whole."""

from __future__ import annotations

from collections.abc import Sequence

from .index import TemplateMatch

SURE_OF_SECOND = 0.8
"""On eval/cases/dev.jsonl and eval/brands/dev together 10 of 15 second questions are found from here on, and five that
are none; at .7 it is 13 and 14."""


def second_question(first: TemplateMatch, parts: Sequence[Sequence[TemplateMatch]]) -> TemplateMatch | None:
    """Another template that one part of the message asks for as surely as a different part asks for the first."""
    firsts = [matches[0] for matches in parts if matches]
    if all(match.template_id != first.template_id for match in firsts):
        return None
    others = [
        match for match in firsts if match.template_id != first.template_id and match.probability >= SURE_OF_SECOND
    ]
    return max(others, key=lambda match: match.probability, default=None)
