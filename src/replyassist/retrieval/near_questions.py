"""Questions that another template of the brand answers already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from replyassist.core.words import read
from replyassist.faq.lint_findings import LintFinding, warning
from replyassist.faq.lint_pairs import NEAR, normalised

from .entries import QUESTION
from .index import TemplateIndex

ANYWHERE = "default"  # the channel: templates for certain channels only are left out


def near_questions(
    index: TemplateIndex, template_id: str, questions: Sequence[str], *, visibility: str, day: date
) -> list[LintFinding]:
    """A finding for each question that nearly stands in another template, as lint says it."""
    found = []
    for question, reading in zip(questions, read(index.encoder, questions) if questions else (), strict=True):
        matches = index.search(
            reading.vector,
            limit=2,
            channel=ANYWHERE,
            visibility=visibility,
            day=day,
            text=question,
            words=reading.words,
        )
        rival = next((match for match in matches if match.template_id != template_id), None)
        if rival is None or rival.matched_field != QUESTION or rival.score < NEAR:
            continue
        if normalised(rival.matched_text) != normalised(question):  # that is said letter by letter
            explanation = f"'{question}' and '{rival.matched_text}' in '{rival.template_id}' are nearly the same"
            found.append(warning("similar_question", (template_id, rival.template_id), explanation))
    return found
