"""A brand's templates, ready to be searched: ranked by all their texts, with how sure each match is."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import date

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from replyassist.core.embedding import CachedEncoder, Encoder, Vectors
from replyassist.core.words import WordVectors
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate

from .confidence import Calibration, Signals, signals_of
from .contents import Contents
from .fits import Fit, fit_for
from .parts import parts_of
from .ranking import Ranker, Ranking
from .store.base import BaseFolder
from .store.products import keep_numpy_in_the_calling_thread
from .trained import TrainedRanking
from .training import train, untrained

PLACES_KEPT = 100  # channels, visibilities and days for which it is known which templates may be used


class TemplateMatch(BaseModel, frozen=True):
    """A template that may answer.

    ``probability`` (0 to 1) is how sure it is that the template answers the message, ``answerable`` that any of the
    brand's does; ``score`` is the cosine of the message and ``matched_text``, the template's nearest text, -1 to 1.
    Proposals of before there were probabilities have 0.
    """

    template_id: str
    version: str
    title: str
    score: float
    probability: float = 0.0
    answerable: float = 0.0
    matched_text: str
    matched_field: str
    reply: str


class TemplateIndex:
    """Search over title, questions and reply of every template, and over what was learned for it.

    It never changes; ``changed`` and ``renewed`` make another one that shares what stayed.
    """

    def __init__(
        self,
        templates: Sequence[ReplyTemplate],
        encoder: Encoder,
        *,
        examples: Sequence[LearnedExample] = (),
        calibration: Calibration | None = None,
        fit: Fit | None = None,
        folder: BaseFolder | None = None,
    ) -> None:
        """Encode and learn everything anew, but for what ``folder`` has on disk, of many texts.

        From there it starts at once, and learns when it is ``renewed``. ``fit`` is that of the encoder, where none is
        given the one that travels along; ``calibration`` is taken instead of its own.
        """
        keep_numpy_in_the_calling_thread()
        fit = fit or fit_for(encoder.model_digest)
        self.calibration = calibration or fit.calibration
        self._weights = fit.ranking
        self._encoder = encoder
        contents = Contents.of(templates, examples, encoder, folder=folder)
        self.is_trained = contents.store.base is None
        learn = train if self.is_trained else untrained
        self._take(contents, learn(contents, encoder, weights=self._weights))
        self.is_whole = True

    def changed(
        self,
        templates: Sequence[ReplyTemplate],
        examples: Sequence[LearnedExample] = (),
        *,
        calibration: Calibration | None = None,
        encode: bool = True,
    ) -> TemplateIndex:
        """An index of exactly these templates and examples; only texts that are new are encoded.

        What was learnt remains as it is until ``renewed``, where it is of any of these templates. Without ``encode``,
        new texts are left out until a later ``changed``; everything else, also a new reply of a template, counts at
        once.
        """
        change = self._contents.change(templates, examples)
        if not encode:
            change = change.without_new_texts()
        contents = self._contents.changed(change, self._encoder.encode)
        learnt = self._moved(contents)
        if learnt is None or not learnt.knows_any:
            learnt = untrained(contents, self._encoder, weights=self._weights)
        other = copy(self)
        other._take(contents, learnt)
        other.calibration = calibration or self.calibration
        other.is_trained = False
        other.is_whole = not change.is_partial
        return other

    def new_texts(self, templates: Sequence[ReplyTemplate], examples: Sequence[LearnedExample] = ()) -> int:
        """How many texts ``changed`` would have to encode."""
        return len(self._contents.change(templates, examples).new_texts)

    def renewed(self) -> TemplateIndex:
        """The same texts, learnt from anew; laid out anew where many were added or removed.

        Takes seconds, for a million texts minutes; meanwhile this index serves.
        """
        contents = self._contents.compacted() if self._contents.is_worn else self._contents
        other = copy(self)
        other._take(contents, train(contents, self._encoder, weights=self._weights))
        other.is_trained = True
        return other

    def as_sure_as(self, calibration: Calibration) -> TemplateIndex:
        """The same with another calibration."""
        other = copy(self)
        other.calibration = calibration
        return other

    @property
    def wants_renewal(self) -> bool:
        """Whether ``renewed`` would make it better."""
        return not self.is_trained or self._contents.is_worn

    def _take(self, contents: Contents, learnt: TrainedRanking | None) -> None:
        self._contents = contents
        self._allowed: dict[tuple[str, str, date], NDArray[np.bool_]] = {}
        self.templates = tuple(known.template for known in contents.known)
        self._ranker = None
        if learnt is not None:
            self._ranker = Ranker(contents.store, contents.membership(), weights=self._weights, learnt=learnt)

    def _moved(self, contents: Contents) -> TrainedRanking | None:
        """What was learnt, for other contents; None when there was nothing to learn from."""
        if self._ranker is None:
            return None
        learnt = self._ranker.learnt
        classes = {template.id: int(place) for template, place in zip(self.templates, learnt.place, strict=True)}
        place = [classes.get(known.template.id, -1) for known in contents.known]
        return learnt.moved(np.array(place, dtype=np.int64))

    @property
    def encoder(self) -> Encoder:
        """What messages have to be encoded with to be searched here: the encoder of the texts, but nothing is kept."""
        return self._encoder.behind if isinstance(self._encoder, CachedEncoder) else self._encoder

    @property
    def examples(self) -> tuple[LearnedExample, ...]:
        """What decisions taught its templates, as far as they are known here."""
        return tuple(example for known in self._contents.known for example in known.examples)

    def __len__(self) -> int:
        return sum(len(known.texts.said) for known in self._contents.known)

    def search(
        self,
        vector: Vectors,
        *,
        limit: int,
        channel: str,
        visibility: str,
        day: date,
        text: str = "",
        words: WordVectors | None = None,
    ) -> tuple[TemplateMatch, ...]:
        """The best templates for a unit vector of shape (dimension,), the likeliest first, at most ``limit``.

        ``text`` is the message itself, whose spelling counts beside its meaning, and ``words`` what the encoder made of
        each piece (``core.words.read``); sureness was fitted with both. Templates that are not valid on this
        day, channel or visibility are left out.
        """
        allowed = self.allowed(channel=channel, visibility=visibility, day=day)
        if self._ranker is None or not allowed.any():
            return ()
        ranking = self._ranker.rank(vector, text=text, words=words, allowed=allowed)
        chosen = _best(ranking, allowed=allowed, limit=limit)
        learnt = self._ranker.learnt
        signals = _signals(learnt, ranking, vector, text=text, allowed=allowed, chosen=chosen)
        answerable = float(self.calibration.answerable.probabilities(signals.answerable[None], shift=signals.shift)[0])
        sureness = answerable * np.minimum.accumulate(self.calibration.right.probabilities(signals.right))
        return tuple(
            self._match(ranking, int(number), float(probability), answerable)
            for number, probability in zip(chosen, sureness, strict=True)
        )

    def nearest(self, vector: Vectors, *, count: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Cosines of the nearest texts of all templates and the slots of their vectors, the nearest first."""
        return self._contents.store.search(vector, count=count)

    def first_signals(
        self, vector: Vectors, *, text: str, words: WordVectors | None = None, channel: str, visibility: str, day: date
    ) -> tuple[str, Signals] | None:
        """The first template's id and the message's signals, for fitting; None without a template."""
        allowed = self.allowed(channel=channel, visibility=visibility, day=day)
        if self._ranker is None or not allowed.any():
            return None
        ranking = self._ranker.rank(vector, text=text, words=words, allowed=allowed)
        chosen = _best(ranking, allowed=allowed, limit=1)
        signals = _signals(self._ranker.learnt, ranking, vector, text=text, allowed=allowed, chosen=chosen)
        return self.templates[int(chosen[0])].id, signals

    def features(
        self, vector: Vectors, *, text: str, words: WordVectors | None = None, allowed: NDArray[np.bool_] | None = None
    ) -> Vectors:
        """What the ranking weighs, shape (templates, 6) in the order of ``fits.FEATURES``, for fitting the weights."""
        assert self._ranker is not None
        return self._ranker.rank(vector, text=text, words=words, allowed=allowed).features

    def allowed(self, *, channel: str, visibility: str, day: date) -> NDArray[np.bool_]:
        """Which templates may be used here and now, shape (templates,)."""
        where = (channel, visibility, day)
        known = self._allowed.get(where)
        if known is None:
            fits = [template.fits(channel=channel, visibility=visibility, day=day) for template in self.templates]
            known = np.array(fits, dtype=np.bool_)
            known.flags.writeable = False
            if len(self._allowed) >= PLACES_KEPT:  # of days long gone, or channels that somebody made up
                self._allowed.clear()
            self._allowed[where] = known
        return known

    def template(self, template_id: str) -> ReplyTemplate | None:
        """The template with this id."""
        return next((template for template in self.templates if template.id == template_id), None)

    def _match(self, ranking: Ranking, number: int, probability: float, answerable: float) -> TemplateMatch:
        text, field = self._contents.known[number].at(int(ranking.entry[number]))
        template = self.templates[number]
        return TemplateMatch(
            template_id=template.id,
            version=template.version,
            title=template.title,
            score=round(min(1.0, max(-1.0, float(ranking.cosine[number]))), 4),
            probability=round(probability, 4),
            answerable=round(answerable, 4),
            matched_text=text,
            matched_field=field,
            reply=template.rendered_reply,
        )


def _best(ranking: Ranking, *, allowed: NDArray[np.bool_], limit: int) -> NDArray[np.int64]:
    """Numbers of the allowed templates with the highest totals, the best first; of equals the one that stands first."""
    order = np.argsort(-ranking.total, kind="stable")
    return order[allowed[order]][:limit]


def _signals(
    learnt: TrainedRanking,
    ranking: Ranking,
    vector: Vectors,
    *,
    text: str,
    allowed: NDArray[np.bool_],
    chosen: NDArray[np.int64],
) -> Signals:
    return signals_of(
        ranking,
        allowed=allowed,
        chosen=chosen,
        usual=learnt.usual,
        elsewhere=learnt.nearest_elsewhere(vector),
        parts=len(parts_of(text)),
    )
