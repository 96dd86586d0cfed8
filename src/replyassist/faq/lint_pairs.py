"""Lint rules that compare templates with each other."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from replyassist.core.embedding import Encoder

from .lint_findings import LintFinding, error, warning
from .template import ReplyTemplate, TemplateVisibility

NEAR = 0.95  # cosine from which two texts count as the same; paraphrases of one question mostly stay below
CELLS = 8_000_000  # similarities computed at a time: 32 MB
_SHOWN = 6
_PUNCTUATION = re.compile(r"[\s?!.,;:…\"“”()\[\]¿¡/-]+")


def duplicate_ids(templates: Sequence[ReplyTemplate]) -> Iterator[LintFinding]:
    """An id stands for one template."""
    for template_id, number in Counter(template.id for template in templates).items():
        if number > 1:
            yield error("duplicate_id", template_id, f"{number} templates have this id")


def similar_questions(templates: Sequence[ReplyTemplate], encoder: Encoder | None) -> Iterator[LintFinding]:
    """The same question in two templates that may meet leaves open which one answers."""
    texts: dict[str, str] = {}
    owners: dict[str, list[int]] = defaultdict(list)
    for index, template in enumerate(templates):
        for question in template.questions:
            key = normalised(question)
            texts.setdefault(key, question)
            if owners[key][-1:] == [index]:
                yield warning("repeated_question", template.id, f"the question '{question}' is there twice")
            else:
                owners[key].append(index)
    for key, indexes in owners.items():
        rivals = _rivals(indexes, templates)
        if rivals:
            explanation = f"the question '{texts[key]}' is in {_named(rivals)}"
            yield error("duplicate_question", rivals, explanation)
    if encoder is not None:
        yield from _near_questions(templates, texts, owners, encoder)


def similar_replies(templates: Sequence[ReplyTemplate], encoder: Encoder | None) -> Iterator[LintFinding]:
    """Two templates with nearly the same reply are probably one."""
    texts: dict[str, str] = {}
    owners: dict[str, list[int]] = defaultdict(list)
    for index, template in enumerate(templates):
        if template.slots <= template.facts.keys():
            key = normalised(template.rendered_reply)
            texts.setdefault(key, template.rendered_reply)
            owners[key].append(index)
    for indexes in owners.values():
        rivals = _rivals(indexes, templates)
        if rivals:
            yield warning("duplicate_reply", rivals, f"the same reply is in {_named(rivals)}")
    if encoder is None:
        return
    keys = list(texts)
    for left, right, cosine in near_texts(list(texts.values()), encoder):
        pair = _first_pair(owners[keys[left]], owners[keys[right]], templates)
        if pair:
            yield warning("similar_reply", pair, f"the replies of {_named(pair)} are nearly the same ({cosine:.2f})")


def normalised(text: str) -> str:
    """The text without what does not matter: case, punctuation, the shape of letters."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "").replace("'", "")
    return _PUNCTUATION.sub(" ", plain).strip() or plain


def _near_questions(
    templates: Sequence[ReplyTemplate], texts: dict[str, str], owners: dict[str, list[int]], encoder: Encoder
) -> Iterator[LintFinding]:
    told: set[tuple[str, ...]] = set()
    keys, questions = list(texts), list(texts.values())
    for left, right, cosine in near_texts(questions, encoder):
        pair = _first_pair(owners[keys[left]], owners[keys[right]], templates)
        if pair and pair not in told:
            told.add(pair)
            explanation = (
                f"'{questions[left]}' and '{questions[right]}' in {_named(pair)} "
                f"are nearly the same question ({cosine:.2f})"
            )
            yield warning("similar_question", pair, explanation)


def near_texts(texts: Sequence[str], encoder: Encoder, *, cells: int = CELLS) -> Iterator[tuple[int, int, float]]:
    """Positions of two texts whose cosine is at least NEAR, and the cosine; ``cells`` similarities at a time."""
    if len(texts) < 2:
        return
    vectors = encoder.encode(texts)
    rows = max(1, cells // len(texts))
    for start in range(0, len(texts), rows):
        similarities = vectors[start : start + rows] @ vectors[start:].T
        lefts, rights = np.nonzero(similarities >= NEAR)
        for left, right in zip(lefts.tolist(), rights.tolist(), strict=True):
            if left < right:
                yield start + left, start + right, float(similarities[left, right])


def _rivals(indexes: list[int], templates: Sequence[ReplyTemplate]) -> tuple[str, ...]:
    """Ids of those templates that can meet another one of them."""
    found = []
    for index in indexes:
        template = templates[index]
        if any(other != index and _can_meet(template, templates[other]) for other in indexes):
            found.append(template.id)
    return tuple(dict.fromkeys(found)) if len(set(found)) > 1 else ()


def _first_pair(lefts: list[int], rights: list[int], templates: Sequence[ReplyTemplate]) -> tuple[str, ...]:
    for left in lefts:
        for right in rights:
            one, other = templates[left], templates[right]
            if one.id != other.id and _can_meet(one, other):
                return tuple(sorted((one.id, other.id)))
    return ()


def _can_meet(one: ReplyTemplate, other: ReplyTemplate) -> bool:
    """Whether there is a channel, a visibility and a day on which both may be used."""
    channels = not one.channels or not other.channels or set(one.channels) & set(other.channels)
    visibilities = TemplateVisibility.ANY in (one.visibility, other.visibility) or one.visibility == other.visibility
    begins = [day for day in (one.valid_from, other.valid_from) if day]
    ends = [day for day in (one.valid_until, other.valid_until) if day]
    days = not begins or not ends or max(begins) <= min(ends)
    return bool(channels and visibilities and days)


def _named(template_ids: tuple[str, ...]) -> str:
    shown = ", ".join(f"'{template_id}'" for template_id in template_ids[:_SHOWN])
    more = len(template_ids) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
