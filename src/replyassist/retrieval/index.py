"""A FAISS index over one brand's templates: each template once, scored by its best example."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import faiss
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.template import ReplyTemplate


class TemplateMatch(BaseModel):
    """A template that may answer. ``score`` is the cosine of the message and ``matched_text``, -1 to 1."""

    model_config = ConfigDict(frozen=True)

    template_id: str
    version: str
    title: str
    score: float
    matched_text: str
    matched_field: str
    reply: str


@dataclass(frozen=True)
class _Entry:
    """One searchable text of a template."""

    template: int
    field: str
    text: str


class TemplateIndex:
    """Exact inner-product search over title, questions and reply of every template; immutable once built."""

    def __init__(self, templates: Sequence[ReplyTemplate], encoder: Encoder) -> None:
        self.templates = tuple(templates)
        self._entries = [
            entry for number, template in enumerate(self.templates) for entry in _entries(number, template)
        ]
        vectors = encoder.encode([entry.text for entry in self._entries])
        self._index = faiss.IndexFlatIP(vectors.shape[1] if self._entries else encoder.dimension)
        if self._entries:
            self._index.add(vectors)
        self._owner = np.array([entry.template for entry in self._entries], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._entries)

    def search(
        self, vector: Vectors, *, limit: int, channel: str, visibility: str, day: date
    ) -> tuple[TemplateMatch, ...]:
        """The best templates for a unit vector of shape (dimension,), best first, at most ``limit``.

        Templates that are not valid on this day, channel or visibility are left out.
        """
        if not self._entries:
            return ()
        allowed = np.array(
            [template.fits(channel=channel, visibility=visibility, day=day) for template in self.templates]
        )
        scores, order = self._index.search(vector.reshape(1, -1), len(self._entries))
        return tuple(
            self._match(int(entry), float(score))
            for entry, score in _best_of_each(order[0], scores[0], owner=self._owner, allowed=allowed, limit=limit)
        )

    def template(self, template_id: str) -> ReplyTemplate | None:
        """The template with this id."""
        return next((template for template in self.templates if template.id == template_id), None)

    def _match(self, entry_number: int, score: float) -> TemplateMatch:
        entry = self._entries[entry_number]
        template = self.templates[entry.template]
        return TemplateMatch(
            template_id=template.id,
            version=template.version,
            title=template.title,
            score=round(min(1.0, max(-1.0, score)), 4),
            matched_text=entry.text,
            matched_field=entry.field,
            reply=template.rendered_reply,
        )


def _entries(number: int, template: ReplyTemplate) -> list[_Entry]:
    named = template.title or readable(template.id)
    title = [_Entry(number, "title", named)] if named else []
    questions = [_Entry(number, "question", question) for question in template.questions]
    return [*title, *questions, _Entry(number, "reply", template.rendered_reply)]


def readable(template_id: str) -> str:
    """The words of an id such as ``cancel_order``: a title for templates without one; empty when it has no words."""
    words = " ".join(re.findall(r"[^\W\d_]+", template_id))
    return words if len(words) > 3 else ""


def _best_of_each(
    order: NDArray[np.int64],
    scores: NDArray[np.float32],
    *,
    owner: NDArray[np.int64],
    allowed: NDArray[np.bool_],
    limit: int,
) -> list[tuple[int, float]]:
    """The first hit of each allowed template in score order, at most ``limit``: (entry, score)."""
    owners = owner[order]
    kept = np.flatnonzero(allowed[owners])
    _, first = np.unique(owners[kept], return_index=True)
    picked = kept[np.sort(first)[:limit]]
    return [(int(order[place]), float(scores[place])) for place in picked]
