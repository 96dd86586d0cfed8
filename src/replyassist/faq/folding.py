"""Folds what decisions taught into templates, for a lead who wants it reviewed and kept with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from .learned import normalised
from .repository.learned import LearnedExample
from .template import ReplyTemplate

MOST_QUESTIONS = 1000  # of a template, by its format


def with_examples(templates: Iterable[ReplyTemplate], examples: Sequence[LearnedExample]) -> list[ReplyTemplate]:
    """The templates with their learned examples as further questions, each text once; nothing that counts against."""
    taught: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        if not example.counts_against:
            taught[example.template_id].append(example.text)
    return [_folded(template, taught[template.id]) for template in templates]


def _folded(template: ReplyTemplate, taught: Sequence[str]) -> ReplyTemplate:
    if not taught:
        return template
    own = {normalised(question) for question in template.questions}
    fresh = {normalised(text): text for text in taught if normalised(text) not in own}
    questions = [*template.questions, *fresh.values()][: max(MOST_QUESTIONS, len(template.questions))]
    return template.model_copy(update={"questions": questions})
