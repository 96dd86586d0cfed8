"""What the doctor says of encoders: which is in use, and what each one costs on this machine."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import DEFAULT, KNOWN, MINILM, KnownEncoder, missing, model_named, source_of
from replyassist.core.errors import ConfigurationError
from replyassist.core.settings import Settings
from replyassist.retrieval.fits import calibrated_brands, fit_for, load_calibration

TEXTS = (
    "do you ship to Norway??",
    "how much is a new battery?",
    "my order has not arrived and nobody answers",
    "can i return the shoes if i wore them once",
    "what time do you open on sundays?",
    "is the decaf also sold in 1 kg bags?",
    "love this!! where can I buy it in Lisbon",
)
"""As long as messages are. Each is encoded alone, after the first once more, which loads the model."""


def encoder_in_use(settings: Settings, *, default: KnownEncoder = DEFAULT) -> str:
    """The encoder that serves, and its cost; raise ConfigurationError where the default is not installed."""
    model = model_named(settings.encoder_model, default=default)
    if not settings.encoder_model and model != default.name:
        raise ConfigurationError(
            f"{missing(default)}. Until then {cost_of(model, settings)}; "
            f"REPLYASSIST_ENCODER_MODEL={MINILM.name} keeps it for good"
        )
    return cost_of(model, settings)


def other_encoders(settings: Settings) -> str:
    """Those that a setting could change to, and their cost."""
    used = model_named(settings.encoder_model)
    lines = [
        cost_of(name, settings)
        if known.is_installed
        else f"{known.title} ({name}): not installed; 'replyassist encoder install {name}' fetches it"
        for name, known in KNOWN.items()
        if name != used
    ]
    return "\n".join(lines)


def cost_of(model: str, settings: Settings) -> str:
    """One line: milliseconds a text, megabytes, the length of a vector, and which calibrations say how sure it is.

    Raise ConfigurationError when it cannot be loaded, or the weights are not those of its short name.
    """
    known = KNOWN.get(model)
    if known is not None:
        known.require_genuine()
    encoder = SentenceTransformerEncoder(model)
    dimension = encoder.dimension
    said = [
        f"{_milliseconds(encoder):.0f} ms a text now",
        *_megabytes(Path(source_of(model))),
        f"{dimension} numbers a vector",
        _calibration(settings.home, encoder.model_digest),
    ]
    return f"{f'{known.title} ({model})' if known else model}: {', '.join(said)}"


def _milliseconds(encoder: SentenceTransformerEncoder) -> float:
    encoder.encode(TEXTS[:1])
    times = []
    for text in TEXTS:
        started = time.perf_counter()
        encoder.encode([text])
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def _megabytes(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [f"{sum(path.stat().st_size for path in folder.rglob('*') if path.is_file()) / 1e6:.0f} MB"]


def _calibration(home: Path, encoder: str) -> str:
    brands = calibrated_brands(home, encoder=encoder)
    used = {brand: load_calibration(home, brand_id=brand, encoder=encoder) for brand in brands}
    shipped = fit_for(encoder).calibration
    fitted = [
        f"{brand} (on {own.right.cases} messages with a template)" for brand, own in used.items() if own != shipped
    ]
    said = "its calibration is the shipped one"
    if shipped.encoder != encoder:
        said = "how sure it is was fitted with another encoder: run 'replyassist eval calibrate'"
    return f"{said}, but for {', '.join(fitted)}" if fitted else said
