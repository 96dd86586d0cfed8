"""Finds templates for a text, and keeps one index per brand that follows the brand's templates without a restart."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.database import Database
from replyassist.core.embedding import CachedEncoder, Encoder
from replyassist.core.encoders import model_named
from replyassist.core.settings import Settings
from replyassist.core.words import Reading, read
from replyassist.faq.generated import generated_examples
from replyassist.faq.repository.learned import active_examples
from replyassist.faq.service import templates_by_version
from replyassist.triage.asking import Question

from .confidence import Band, Calibration, band_of
from .encoders import TemplateEncoders
from .fits import load_calibration
from .index import TemplateIndex, TemplateMatch
from .questions import MatchedQuestion, as_asked, asked_in, units_of
from .renewal import BrandIndex, WantedContents
from .store.base import BaseFolder

EMBEDDINGS = "embeddings"  # the folder of what encoders made of templates' texts, below the home folder
_SEARCHING = threading.Semaphore(max(1, (os.cpu_count() or 1) // 2))
"""More searches at once than half of the cores only take the interpreter from each other and from the encoder: with 32
callers on two cores each took 1.6 ms instead of 1, and the pass of the encoder beside them half as long again."""


@dataclass(frozen=True)
class Retrieved:
    """What retrieval found. ``abstained``: no template reaches the threshold; times in milliseconds.

    ``asked``: each question of a message that asks several, with the template that answers it by itself. ``read``: ids
    of the templates that were read together with the message (``reranking``).
    """

    matches: tuple[TemplateMatch, ...]
    abstained: bool
    threshold: float
    encode_ms: float
    search_ms: float
    asked: tuple[MatchedQuestion, ...] = ()
    read: frozenset[str] = frozenset()

    @property
    def band(self) -> Band:
        """What the sureness of the first template means to people."""
        probability = self.matches[0].probability if self.matches else 0.0
        return band_of(probability, threshold=self.threshold, abstained=self.abstained)

    @property
    def best(self) -> TemplateMatch | None:
        """The template to draft from, or None when none answers."""
        return self.matches[0] if self.matches and not self.abstained else None


def retrieve(
    text: str,
    index: TemplateIndex,
    encoder: Encoder,
    *,
    threshold: float,
    limit: int,
    channel: str,
    visibility: str,
    day: date,
    told: Reading | None = None,
    questions: Sequence[Question] = (),
) -> Retrieved:
    """Find the templates that may answer a text, the likeliest first.

    It abstains when the first answers with less than this probability (``threshold``, 0 to 1), and on a text without a
    letter or a digit. Each of the ``questions`` of the text, and what else it tells, is encoded in one batch and looked
    up by itself; a question that a template surely answers is answered, whatever the whole looks like. ``told``: what
    the encoder makes of the whole, where that is known already.
    """
    started = time.perf_counter()
    units = units_of(text, questions)
    texts = [text, *(each for unit in units for each in unit.texts)]
    readings = [told, *read(encoder, texts[1:])] if told else read(encoder, texts)
    encoded = time.perf_counter()
    with _SEARCHING:
        whole, *of_texts = (
            index.search(
                reading.vector,
                text=said,
                words=reading.words,
                limit=limit,
                channel=channel,
                visibility=visibility,
                day=day,
            )
            for reading, said in zip(readings, texts, strict=True)
        )
    following = iter(of_texts)
    of_units = [[next(following) for _ in unit.texts] for unit in units]
    asked = asked_in(units, of_units, threshold=threshold, whole=whole)
    whole = as_asked(whole, asked, threshold=threshold)
    abstained = not whole or whole[0].probability < threshold or not any(map(str.isalnum, text))
    searched = time.perf_counter()
    return Retrieved(
        matches=whole,
        abstained=abstained,
        threshold=threshold,
        encode_ms=(encoded - started) * 1000,
        search_ms=(searched - encoded) * 1000,
        asked=asked,
    )


MOST_BRANDS = 256
"""Indices in memory, of about 2 MB each with 23 templates of six questions."""


class IndexRegistry:
    """One index per brand, made from cached embeddings at its first use and kept current with the database.

    Of more than ``most_brands`` those go that were not used for the longest time, and are made again when asked for.
    """

    def __init__(
        self, settings: Settings, make_encoder: Callable[[str], Encoder], *, most_brands: int = MOST_BRANDS
    ) -> None:
        """``make_encoder`` makes one of a name, as of ``core.encoders.model_named``."""
        self._most_brands = most_brands
        self._settings = settings
        self._lock = threading.Lock()
        self._brands: OrderedDict[str, BrandIndex] = OrderedDict()
        self._encoders = TemplateEncoders(settings.home / EMBEDDINGS, model_named(settings.encoder_model), make_encoder)

    @property
    def encoder(self) -> Encoder:
        """The encoder that is set, not cached; to search an index, take ``index.encoder``: it may be the one before."""
        return self.template_encoder.behind

    @property
    def template_encoder(self) -> CachedEncoder:
        """The encoder that is set, for templates: cached on disk by model digest and text digest."""
        return self._encoders.present

    def index_for(self, database: Database, brand_id: str) -> TemplateIndex:
        """The brand's index, current as of this call; no transaction is open while templates are encoded.

        Templates that were deleted or changed since count at once; of more than 60 new texts the vectors follow. After
        the encoder was changed, the index is of the one before until all vectors of the new one are there.
        """
        with database.reading() as session:
            revision = get_brand(session, brand_id).faq_revision
        return self._brand(brand_id).current(revision, lambda before: self._wanted(database, brand_id, before))

    def wait(self, brand_id: str, *, seconds: float) -> bool:
        """Wait until nothing is done for this brand in the background; whether that is so."""
        return self._brand(brand_id).wait(seconds)

    def close(self) -> None:
        """Begin nothing more in the background."""
        with self._lock:
            for brand in self._brands.values():
                brand.close()

    def _brand(self, brand_id: str) -> BrandIndex:
        def begun(wanted: WantedContents) -> TemplateIndex:
            return self._built(brand_id, wanted, self._encoders.to_begin_with(wanted.texts()))

        def replaced(wanted: WantedContents) -> TemplateIndex:
            return self._built(brand_id, wanted, self.template_encoder)

        def is_current(index: TemplateIndex) -> bool:
            return index.encoder.model_digest == self.template_encoder.model_digest

        with self._lock:
            found = self._brands.setdefault(brand_id, BrandIndex(begun, replace=replaced, is_current=is_current))
            self._brands.move_to_end(brand_id)
            while len(self._brands) > self._most_brands:
                self._brands.popitem(last=False)[1].close()
            return found

    def _wanted(self, database: Database, brand_id: str, before: WantedContents) -> WantedContents:
        with database.reading() as session:
            return WantedContents(
                revision=get_brand(session, brand_id).faq_revision,
                templates=templates_by_version(session, brand_id, known=before.templates),
                examples=(*active_examples(session, brand_id), *generated_examples(session, brand_id)),
                calibration_for=partial(self._calibration_for, brand_id),
            )

    def _built(self, brand_id: str, wanted: WantedContents, encoder: CachedEncoder) -> TemplateIndex:
        return TemplateIndex(
            [template for _, template in wanted.templates.values()],
            encoder,
            examples=wanted.examples,
            calibration=self._calibration_for(brand_id, encoder.model_digest),
            folder=BaseFolder(self._settings.home, brand_id=brand_id, encoder=encoder.model_digest),
        )

    def calibration(self, brand_id: str) -> Calibration:
        """What ``eval calibrate`` kept for this brand and the encoder that is set, else the shipped one.

        Raise InvalidInput for a broken file.
        """
        return self._calibration_for(brand_id, self.encoder.model_digest)

    def _calibration_for(self, brand_id: str, encoder: str) -> Calibration:
        return load_calibration(self._settings.home, brand_id=brand_id, encoder=encoder)

    def threshold_for(self, session: Session, brand_id: str) -> float:
        """How sure to be before drafting, 0 to 1: the brand's own number, else the setting's."""
        own = get_brand(session, brand_id).abstain_threshold
        return self._settings.abstain_threshold if own is None else own
