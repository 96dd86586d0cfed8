"""A brand's templates, ready to be searched: ranked by all their texts, with how sure each match is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.template import ReplyTemplate

from .confidence import Calibration, default_calibration, signals_of
from .entries import entries_of
from .learnt import learn
from .ranking import Ranker, Ranking
from .store.membership import membership_of
from .store.vectors import VectorStore


class TemplateMatch(BaseModel):
    """A template that may answer.

    ``probability`` (0 to 1) is how sure it is that the template answers the message; ``score`` is the cosine of the
    message and ``matched_text``, the template's nearest text, -1 to 1. Proposals of before there were probabilities
    have 0.
    """

    model_config = ConfigDict(frozen=True)

    template_id: str
    version: str
    title: str
    score: float
    probability: float = 0.0
    matched_text: str
    matched_field: str
    reply: str


class TemplateIndex:
    """Search over title, questions and reply of every template; immutable once built."""

    def __init__(
        self, templates: Sequence[ReplyTemplate], encoder: Encoder, *, calibration: Calibration | None = None
    ) -> None:
        self.templates = tuple(templates)
        self.calibration = calibration or default_calibration()
        self._entries = [
            entry for number, template in enumerate(self.templates) for entry in entries_of(number, template)
        ]
        self._ranker = self._built(encoder) if self._entries else None

    def _built(self, encoder: Encoder) -> Ranker:
        texts = [entry.text for entry in self._entries]
        vectors = encoder.encode(texts)
        owner = np.array([entry.template for entry in self._entries], dtype=np.int64)
        questions = np.zeros(len(self.templates), dtype=np.int64)
        np.add.at(questions, owner[[entry.field == "question" for entry in self._entries]], 1)
        membership = membership_of(owner, np.zeros(len(owner), dtype=np.bool_), vectors, templates=len(self.templates))
        learnt = learn(texts, vectors, owner, questions=questions)
        return Ranker(VectorStore(vectors), membership, learnt=learnt)

    def __len__(self) -> int:
        return len(self._entries)

    def search(
        self, vector: Vectors, *, limit: int, channel: str, visibility: str, day: date, text: str = ""
    ) -> tuple[TemplateMatch, ...]:
        """The best templates for a unit vector of shape (dimension,), the likeliest first, at most ``limit``.

        ``text`` is the message itself, whose spelling counts beside its meaning. Templates that are not valid on this
        day, channel or visibility are left out.
        """
        if self._ranker is None:
            return ()
        allowed = self.allowed(channel=channel, visibility=visibility, day=day)
        ranking = self._ranker.rank(vector, text=text)
        chosen = _best(ranking, allowed=allowed, limit=limit)
        if not len(chosen):
            return ()
        signals = signals_of(ranking, allowed=allowed, chosen=chosen)
        sureness = np.minimum.accumulate(self.calibration.probabilities(signals))
        return tuple(
            self._match(ranking, int(number), float(probability))
            for number, probability in zip(chosen, sureness, strict=True)
        )

    def first_signals(
        self, vector: Vectors, *, text: str, channel: str, visibility: str, day: date
    ) -> tuple[str, NDArray[np.float64]] | None:
        """The first template's id and its signals (``confidence.SIGNALS``), for fitting; None without a template."""
        allowed = self.allowed(channel=channel, visibility=visibility, day=day)
        if self._ranker is None or not allowed.any():
            return None
        ranking = self._ranker.rank(vector, text=text)
        chosen = _best(ranking, allowed=allowed, limit=1)
        return self.templates[int(chosen[0])].id, signals_of(ranking, allowed=allowed, chosen=chosen)[0]

    def allowed(self, *, channel: str, visibility: str, day: date) -> NDArray[np.bool_]:
        """Which templates may be used here and now, shape (templates,)."""
        return np.array([template.fits(channel=channel, visibility=visibility, day=day) for template in self.templates])

    def template(self, template_id: str) -> ReplyTemplate | None:
        """The template with this id."""
        return next((template for template in self.templates if template.id == template_id), None)

    def _match(self, ranking: Ranking, number: int, probability: float) -> TemplateMatch:
        entry = self._entries[int(ranking.entry[number])]
        template = self.templates[number]
        return TemplateMatch(
            template_id=template.id,
            version=template.version,
            title=template.title,
            score=round(min(1.0, max(-1.0, float(ranking.cosine[number]))), 4),
            probability=round(probability, 4),
            matched_text=entry.text,
            matched_field=entry.field,
            reply=template.rendered_reply,
        )


def _best(ranking: Ranking, *, allowed: NDArray[np.bool_], limit: int) -> NDArray[np.int64]:
    """Numbers of the allowed templates with the highest totals, the best first; of equals the one that stands first."""
    order = np.argsort(-ranking.total, kind="stable")
    return order[allowed[order]][:limit]
