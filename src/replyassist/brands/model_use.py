"""What a brand may ask of the language model: so many calls at once, and so much a day; what they cost is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Self, Unpack

from sqlmodel import Session

from replyassist.core.database import Database
from replyassist.core.errors import BudgetUsedUp, InvalidInput, LanguageModelError, LanguageModelTimeout
from replyassist.core.llm import CallOptions, ChatMessage, ChatModel, Generation
from replyassist.core.settings import Settings
from replyassist.core.telemetry import MODEL_COST

from .models import Brand
from .repository import note_spent, spent_on, spent_since
from .service import get_brand

MICRO: Final = 1_000_000
DEADLINE_SECONDS: Final = 30.0  # for a place, where the call has none of its own


@dataclass(frozen=True)
class ModelLimits:
    """``concurrency``: calls at once; ``daily_micro_usd``: what a day may cost. None: no limit."""

    concurrency: int | None = None
    daily_micro_usd: int | None = None

    @classmethod
    def general(cls, settings: Settings) -> Self:
        """Those of brands without their own."""
        return cls(settings.llm_brand_concurrency or None, round(settings.llm_brand_daily_usd * MICRO) or None)

    def of(self, brand: Brand) -> ModelLimits:
        """The brand's own, and these where it has none."""
        return ModelLimits(
            self.concurrency if brand.llm_concurrency is None else brand.llm_concurrency,
            self.daily_micro_usd if brand.llm_daily_micro_usd is None else brand.llm_daily_micro_usd,
        )


class Places:
    """How many calls at once each brand makes in this process; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[tuple[str, int], threading.BoundedSemaphore] = {}

    def of(self, brand_id: str, most: int) -> threading.BoundedSemaphore:
        """The brand's places."""
        with self._lock:
            return self._places.setdefault((brand_id, most), threading.BoundedSemaphore(most))


@dataclass
class BrandModel:
    """A chat model as one brand uses it for one draft; ``micro_usd`` is what its calls have cost.

    ``generate`` raises BudgetUsedUp where the day's budget is used up, and LanguageModelTimeout where the brand
    has no place in time: the draft is then made without the model, and says so.
    """

    inner: ChatModel
    brand_id: str
    limits: ModelLimits
    database: Database
    places: Places
    today: Callable[[], date]
    micro_usd: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        """The model's."""
        return self.inner.name

    @property
    def profile(self) -> str:
        """The model's."""
        return self.inner.profile

    def generate(self, messages: Sequence[ChatMessage], **options: Unpack[CallOptions]) -> Generation:
        """As the model does, within the brand's limits."""
        most, seconds = self.limits.concurrency, options.get("deadline_seconds") or DEADLINE_SECONDS
        place = None if most is None else self.places.of(self.brand_id, max(1, most))
        if place is not None and not place.acquire(timeout=seconds):
            raise LanguageModelTimeout(f"the brand's {most} places at the language model were taken for {seconds:g} s")
        try:
            self._require_budget()
            made = self.inner.generate(messages, **options)
        except LanguageModelError as error:
            self._note(error.micro_usd)
            raise
        finally:
            if place is not None:
                place.release()
        self._note(made.micro_usd)
        return made

    def _require_budget(self) -> None:
        most = self.limits.daily_micro_usd
        if most is None:
            return
        with self.database.reading() as session:
            spent = spent_on(session, self.brand_id, self.today())
        if spent >= most:
            raise BudgetUsedUp(f"the brand's budget for the language model is used up today (${most / MICRO:.2f})")

    def _note(self, micro_usd: int) -> None:
        with self._lock:
            self.micro_usd += micro_usd
        if micro_usd:
            MODEL_COST.labels(brand=self.brand_id).inc(micro_usd / MICRO)
            with self.database.writing() as session:
                note_spent(session, self.brand_id, self.today(), micro_usd)


def budget_used(session: Session, general: ModelLimits, *, now: datetime) -> dict[str, float]:
    """What part of the money for its own present day each brand has used that has a limit and made calls; 1 and more
    where nothing is left."""
    found = spent_since(session, now.date() - timedelta(days=1))  # one of the days that it is somewhere now
    return {
        brand.id: spending.micro_usd / most if most else 1.0
        for brand, spending in found
        if spending.day == brand.day(now) and (most := general.of(brand).daily_micro_usd) is not None
    }


def brands_without_money(session: Session, general: ModelLimits, *, now: datetime) -> set[str]:
    """Those that have used up what their own present day may cost."""
    return {brand_id for brand_id, used in budget_used(session, general, now=now).items() if used >= 1}


def set_model_limits(session: Session, brand_id: str, limits: ModelLimits) -> Brand:
    """Set a brand's own limits, None: those of the settings; raise NotFound, and InvalidInput."""
    if limits.concurrency is not None and limits.concurrency < 1:
        raise InvalidInput("is at least 1", field="concurrency")
    if limits.daily_micro_usd is not None and not 0 <= limits.daily_micro_usd < 2**53:
        raise InvalidInput("is an amount of dollars", field="daily_usd")
    brand = get_brand(session, brand_id)
    brand.llm_concurrency, brand.llm_daily_micro_usd = limits.concurrency, limits.daily_micro_usd
    session.add(brand)
    session.flush()
    return brand
