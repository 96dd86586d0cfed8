"""What was fitted on labelled data and travels with the program: how texts are weighed, and how sure to be."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, model_validator

from replyassist.core.digests import document_digest
from replyassist.core.errors import InvalidInput

from .confidence import ANSWERABLE_SIGNALS, RIGHT_SIGNALS, WRONG_LENGTH, Calibration

FEATURES = ("question", "title", "whole", "classifier", "words", "words_back")
CALIBRATIONS = "calibrations"  # the folder of what was fitted on brands' own cases, below the home folder
logger = logging.getLogger(__name__)
PATH = Path(str(files("replyassist.retrieval"))) / "fits.json"


class Fit(BaseModel, frozen=True, extra="forbid"):
    """For one encoder, by ``scripts/fit_retrieval.py``; ``ranking`` weighs ``FEATURES`` in their order.

    Raise ValidationError for a calibration that was fitted on other scores.
    """

    encoder: str
    name: str
    ranking: Annotated[tuple[float, ...], Field(min_length=len(FEATURES), max_length=len(FEATURES))]
    calibration: Calibration

    @property
    def scores(self) -> str:
        """What ``Calibration.scores`` is of one that was fitted with this ranking."""
        return scores_digest(self.ranking)

    @model_validator(mode="after")
    def _is_of_its_ranking(self) -> Self:
        if (self.calibration.encoder, self.calibration.scores) != (self.encoder, self.scores):
            raise ValueError("the calibration is of another encoder or ranking")
        return self


def scores_digest(ranking: Sequence[float]) -> str:
    """Names what a calibration is fitted on: the weights of the ranking, its features, and the signals of both heads.

    Sureness that was fitted on other scores would say something, and mean nothing.
    """
    return document_digest([ranking, FEATURES, ANSWERABLE_SIGNALS, RIGHT_SIGNALS])


@cache
def shipped_fits() -> tuple[Fit, ...]:
    """All of them; the first is the default encoder's."""
    return tuple(TypeAdapter(list[Fit]).validate_json(PATH.read_text(encoding="utf-8")))


def fit_for(encoder: str) -> Fit:
    """The fit of the encoder with this digest; of one that none was made for, the default encoder's."""
    fits = shipped_fits()
    return next((fit for fit in fits if fit.encoder == encoder), fits[0])


def calibration_file(home: Path, *, brand_id: str, encoder: str) -> Path:
    """Where a home folder keeps what was fitted on this brand's cases with this encoder."""
    return home / CALIBRATIONS / encoder[:16] / f"{brand_id}.json"


def calibrated_brands(home: Path, *, encoder: str) -> list[str]:
    """The brands for which something is kept with this encoder, by id."""
    anybodys = calibration_file(home, brand_id="*", encoder=encoder)
    return sorted(path.stem for path in anybodys.parent.glob(anybodys.name))


def load_calibration(home: Path, *, brand_id: str, encoder: str) -> Calibration:
    """The one kept for this brand and encoder, when it was fitted on these scores; else the shipped one.

    One of other scores or signals is told in the log. Raise InvalidInput for a file that is no calibration.
    """
    path, fit = calibration_file(home, brand_id=brand_id, encoder=encoder), fit_for(encoder)
    if not path.is_file():
        return fit.calibration
    try:
        kept = Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        if not isinstance(error, ValidationError) or not _is_of_another_version(error):
            raise InvalidInput("this is no calibration; make it anew with eval calibrate", file=str(path)) from error
    else:
        if (kept.encoder, kept.scores) == (encoder, fit.scores):
            return kept
    logger.warning(
        "%s was fitted on other scores than this version's and is not used, the shipped calibration is; "
        "run eval calibrate again",
        path,
    )
    return fit.calibration


def _is_of_another_version(error: ValidationError) -> bool:
    """Whether only fields are missing or unknown, or a head of other signals, in something that names its encoder."""
    wrong = [(found["loc"], found["type"]) for found in error.errors()]
    kinds = {kind for _, kind in wrong}
    return (("encoder",), "missing") not in wrong and kinds <= {"missing", "extra_forbidden", WRONG_LENGTH}


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(calibration.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
