"""Keeps one index per brand and rebuilds it when the brand's templates changed, without a restart."""

from __future__ import annotations

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
from replyassist.faq.service import active_templates

from .index import TemplateIndex, TemplateMatch

NO_SCORE = -1.0


@dataclass(frozen=True)
class Retrieved:
    """What retrieval found. ``abstained``: no template reaches the threshold; times in milliseconds.

    ``second``: a template that answers another question of the same message.
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
    """Find the templates closest to a text; abstain when the best is below ``threshold`` (cosine)."""
    started = time.perf_counter()
    vector = encoder.encode([text])[0]
    encoded = time.perf_counter()
    matches = index.search(vector, limit=limit, channel=channel, visibility=visibility, day=day)
    searched = time.perf_counter()
    best = matches[0].score if matches else NO_SCORE
    return Retrieved(
        matches=matches,
        abstained=best < threshold,
        threshold=threshold,
        encode_ms=(encoded - started) * 1000,
        search_ms=(searched - encoded) * 1000,
    )


class IndexRegistry:
    """One index per brand, built from cached embeddings at its first use and after each change of the templates."""

    def __init__(self, settings: Settings, make_encoder: Callable[[], Encoder]) -> None:
        self._settings = settings
        self._make_encoder = make_encoder
        self._lock = threading.Lock()
        self._building: dict[str, threading.Lock] = {}
        self._indexes: dict[str, tuple[int, TemplateIndex]] = {}
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
                self._cached = CachedEncoder(encoder, self._settings.home / "embeddings")
            return self._cached

    def index_for(self, database: Database, brand_id: str) -> TemplateIndex:
        """The brand's index, current as of this call; no transaction is open while templates are encoded."""
        with database.reading() as session:
            revision = get_brand(session, brand_id).faq_revision
        known = self._indexes.get(brand_id)
        if known is not None and known[0] >= revision:
            return known[1]
        with self._lock:
            lock = self._building.setdefault(brand_id, threading.Lock())
        with lock:
            known = self._indexes.get(brand_id)
            if known is not None and known[0] >= revision:
                return known[1]
            with database.reading() as session:
                revision = get_brand(session, brand_id).faq_revision
                templates = active_templates(session, brand_id)
            index = TemplateIndex(templates, self.template_encoder)
            self._indexes[brand_id] = (revision, index)
            return index

    def threshold_for(self, session: Session, brand_id: str) -> float:
        """The brand's own abstention threshold, else the setting's."""
        own = get_brand(session, brand_id).abstain_threshold
        return self._settings.abstain_threshold if own is None else own
