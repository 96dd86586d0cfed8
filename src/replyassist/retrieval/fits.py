"""What was fitted on labelled data and travels with the program: how texts are weighed, and how sure to be."""

from __future__ import annotations

import json
import logging
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from replyassist.core.errors import InvalidInput

from .confidence import Calibration

FEATURES = ("question", "title", "whole", "classifier", "words", "words_back")
logger = logging.getLogger(__name__)
PATH = Path(str(files("replyassist.retrieval"))) / "fits.json"


class Fit(BaseModel):
    """For one encoder, by ``scripts/fit_retrieval.py``; ``ranking`` weighs ``FEATURES`` in their order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str
    name: str
    ranking: Annotated[tuple[float, ...], Field(min_length=len(FEATURES), max_length=len(FEATURES))]
    calibration: Calibration


@cache
def shipped_fits() -> tuple[Fit, ...]:
    """All of them; the first is the default encoder's."""
    return tuple(TypeAdapter(list[Fit]).validate_json(PATH.read_text(encoding="utf-8")))


def fit_for(encoder: str) -> Fit:
    """The fit of the encoder with this digest; of one that none was made for, the default encoder's."""
    fits = shipped_fits()
    return next((fit for fit in fits if fit.encoder == encoder), fits[0])


def calibration_file(home: Path, *, encoder: str) -> Path:
    """Where a home folder keeps what was fitted with this encoder."""
    return home / f"calibration-{encoder[:16]}.json"


def load_calibration(home: Path, *, encoder: str) -> Calibration:
    """The one kept in this home folder for this encoder, when it is of these signals; else the one that travels along.

    Raise InvalidInput for a file that is no calibration.
    """
    path = calibration_file(home, encoder=encoder)
    if not path.is_file():
        return fit_for(encoder).calibration
    try:
        return Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        if isinstance(error, ValidationError) and _is_of_another_version(error):
            logger.warning("%s was fitted by another version and is not used; run eval calibrate again", path)
            return fit_for(encoder).calibration
        raise InvalidInput("this is no calibration; make it anew with eval calibrate", file=str(path)) from error


def _is_of_another_version(error: ValidationError) -> bool:
    """Whether only fields are missing or unknown, in something that names its encoder."""
    wrong = [(found["loc"], found["type"]) for found in error.errors()]
    return (("encoder",), "missing") not in wrong and {kind for _, kind in wrong} <= {"missing", "extra_forbidden"}


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(calibration.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
