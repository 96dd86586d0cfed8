"""Whether a draft speaks to this person: by name, in their language, and not in the template's bare words."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.core.language import detect_language
from replyassist.drafting.names import first_name
from replyassist.evaluation.evaluators.outcome import Outcome, Value
from replyassist.guardrails.text import compact, normalise, sentence_spans


@dataclass(frozen=True)
class Personalisation:
    """Names, and words beyond the template's."""

    def evaluate(self, outcome: Outcome) -> dict[str, Value]:
        """``personalisation`` (0 to 1, the candidate's own measure), ``greets_by_name`` and ``personalised``.

        ``personalised``: the author is addressed by first name in the first or last sentence where there is a usable
        name, and there is more than the template's bare reply.
        """
        if not outcome.draft:
            return {}
        values: dict[str, Value] = {}
        if outcome.chosen:
            values["personalisation"] = outcome.chosen.personalisation
        name = first_name(outcome.case.author_name)
        if name:
            values["greets_by_name"] = _addresses(outcome.draft, name)
        bare = outcome.template is not None and compact(outcome.draft) == compact(outcome.template.rendered_reply)
        return values | {"personalised": not bare and values.get("greets_by_name", True)}


@dataclass(frozen=True)
class Language:
    """The draft is in the message's language."""

    def evaluate(self, outcome: Outcome) -> dict[str, Value]:
        """``language`` (ISO 639-1 of the draft) as a label, and ``language_kept``; short texts count as English."""
        if not outcome.draft:
            return {}
        language = detect_language(outcome.draft)
        return {"language": language, "language_kept": language == detect_language(outcome.case.text)}


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
