"""Finds templates for a text, and keeps one index per brand that follows the brand's templates without a restart."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.database import Database
from replyassist.core.embedding import CachedEncoder, Encoder
from replyassist.core.settings import Settings
from replyassist.core.words import read
from replyassist.faq.learned import active_examples
from replyassist.faq.service import templates_by_version

from .confidence import Calibration, load_calibration
from .index import TemplateIndex, TemplateMatch
from .parts import parts_of
from .questions import second_question, with_parts
from .renewal import BrandIndex, Wanted
from .store.base import BaseFolder

CALIBRATION = "calibration.json"
EMBEDDINGS = "embeddings"  # the folder of what encoders made of templates' texts, below the home folder
FIRST_OF_A_PART = 3
_SEARCHING = threading.Semaphore(max(1, (os.cpu_count() or 1) // 2))
"""More searches at once than half of the cores only take the interpreter from each other and from the encoder: with 32
callers on two cores each took 1.6 ms instead of 1, and the pass of the encoder beside them half as long again."""


@dataclass(frozen=True)
class Retrieved:
    """What retrieval found. ``abstained``: no template reaches the threshold; times in milliseconds.

    ``second``: a template that answers another question of the same message, with its sureness for that part alone.
    """

    matches: tuple[TemplateMatch, ...]
    abstained: bool
    threshold: float
    encode_ms: float
    search_ms: float
    second: TemplateMatch | None = None

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
) -> Retrieved:
    """Find the templates that may answer a text, the likeliest first.

    It abstains when the first answers with less than this probability (``threshold``, 0 to 1). The parts of a message
    that has several are encoded in the same batch and looked up too.
    """
    started = time.perf_counter()
    parts = parts_of(text)
    texts = [text, *parts]
    readings = read(encoder, texts)
    encoded = time.perf_counter()
    wide = limit if not parts else max(limit, FIRST_OF_A_PART)
    with _SEARCHING:
        whole, *of_parts = (
            index.search(
                reading.vector,
                text=said,
                words=reading.words,
                limit=wide,
                channel=channel,
                visibility=visibility,
                day=day,
            )
            for reading, said in zip(readings, texts, strict=True)
        )
    matches = with_parts(whole, [found[:FIRST_OF_A_PART] for found in of_parts], limit=limit) if parts else whole
    abstained = not matches or matches[0].probability < threshold
    second = None if abstained else second_question(matches[0], of_parts)
    searched = time.perf_counter()
    return Retrieved(
        matches=matches,
        abstained=abstained,
        threshold=threshold,
        encode_ms=(encoded - started) * 1000,
        search_ms=(searched - encoded) * 1000,
        second=second,
    )


class IndexRegistry:
    """One index per brand, made from cached embeddings at its first use and kept current with the database."""

    def __init__(self, settings: Settings, make_encoder: Callable[[], Encoder]) -> None:
        self._settings = settings
        self._make_encoder = make_encoder
        self._lock = threading.Lock()
        self._brands: dict[str, BrandIndex] = {}
        self._encoder: Encoder | None = None
        self._cached: CachedEncoder | None = None

    @property
    def encoder(self) -> Encoder:
        """The encoder for messages, not cached."""
        with self._lock:
            if self._encoder is None:
                self._encoder = self._make_encoder()
            return self._encoder

    @property
    def template_encoder(self) -> CachedEncoder:
        """The encoder for templates, cached on disk by model digest and text digest."""
        encoder = self.encoder
        with self._lock:
            if self._cached is None:
                self._cached = CachedEncoder(encoder, self._settings.home / EMBEDDINGS)
            return self._cached

    def index_for(self, database: Database, brand_id: str) -> TemplateIndex:
        """The brand's index, current as of this call; no transaction is open while templates are encoded.

        Templates that were deleted or changed since count at once; of more than 300 new texts the vectors follow.
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
        with self._lock:
            return self._brands.setdefault(brand_id, BrandIndex(lambda wanted: self._built(brand_id, wanted)))

    def _wanted(self, database: Database, brand_id: str, before: Wanted) -> Wanted:
        calibration = self.calibration()
        with database.reading() as session:
            return Wanted(
                revision=get_brand(session, brand_id).faq_revision,
                templates=templates_by_version(session, brand_id, known=before.templates),
                examples=tuple(active_examples(session, brand_id)),
                calibration=calibration,
            )

    def _built(self, brand_id: str, wanted: Wanted) -> TemplateIndex:
        encoder = self.template_encoder
        return TemplateIndex(
            [template for _, template in wanted.templates.values()],
            encoder,
            examples=wanted.examples,
            calibration=wanted.calibration,
            folder=BaseFolder(self._settings.home, brand_id=brand_id, encoder=encoder.model_digest),
        )

    def calibration(self) -> Calibration:
        """What ``eval calibrate`` kept for this encoder, else the default; raise InvalidInput for a broken file."""
        return load_calibration(self._settings.home / CALIBRATION, encoder=self.encoder.model_digest)

    def threshold_for(self, session: Session, brand_id: str) -> float:
        """How sure to be before drafting, 0 to 1: the brand's own number, else the setting's."""
        own = get_brand(session, brand_id).abstain_threshold
        return self._settings.abstain_threshold if own is None else own
