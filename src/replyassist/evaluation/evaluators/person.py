"""Whether a draft speaks to this person: by name, in their language, and not in the template's bare words."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.core.language import UNKNOWN, detect_language
from replyassist.drafting.names import first_name
from replyassist.evaluation.evaluators.outcome import CaseOutcome, Value
from replyassist.guardrails.personal import PERSONAL_ENOUGH
from replyassist.guardrails.text import normalise, sentence_spans


@dataclass(frozen=True)
class Personalisation:
    """The author's name, and what they wrote."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``personalisation`` (0 to 1, the candidate's own measure), ``greets_by_name`` and ``personalised``.

        ``greets_by_name``: the first or last sentence has the author's first name, where there is a usable one.
        ``personalised``: it does, and the measure reaches ``PERSONAL_ENOUGH``, which takes a detail of the message.
        """
        if not outcome.draft:
            return {}
        measured = outcome.chosen.personalisation if outcome.chosen else 0.0
        values: dict[str, Value] = {"personalisation": measured}
        name = first_name(outcome.case.author_name)
        if name:
            values["greets_by_name"] = _addresses(outcome.draft, name)
        return values | {"personalised": measured >= PERSONAL_ENOUGH and values.get("greets_by_name", True)}


@dataclass(frozen=True)
class Language:
    """The draft is in the message's language."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``language`` (ISO 639-1 of the draft, ``und`` for one that cannot be told) and ``language_kept``.

        It is kept unless draft and message are surely in different languages.
        """
        if not outcome.draft:
            return {}
        language = detect_language(outcome.draft)
        known = {language, detect_language(outcome.case.text)} - {UNKNOWN}
        return {"language": language, "language_kept": len(known) < 2}


def _addresses(draft: str, name: str) -> bool:
    spans = sentence_spans(draft)
    ends = {spans[0], spans[-1]} if spans else set()
    words = {word for start, end in ends for word in _words(draft[start:end])}
    return normalise(name).text in words


def _words(text: str) -> list[str]:
    cleaned = "".join(
        character if character.isalpha() or character in "-'" else " " for character in normalise(text).text
    )
    return [word.strip("-'") for word in cleaned.split()]
