"""``replyassist eval calibrate``: makes "how sure" mean what it says on labelled cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from replyassist.app import Parts
from replyassist.core.errors import InvalidInput
from replyassist.core.words import read
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.report.calibration import write_calibration
from replyassist.evaluation.sureness import Sureness
from replyassist.retrieval.confidence import Calibration, Signals
from replyassist.retrieval.fits import calibration_file, fit_for, save_calibration
from replyassist.retrieval.fitting import FEWEST_CASES, FOLDS, case_weights, fit_calibration, held_out_probabilities
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import IndexRegistry

from .. import common
from .cases import ColumnMaps, read_cases
from .contexts import TemplateSource
from .printing import print_figures

HELD_OUT = "After the fit, on cases that it did not see"


@dataclass(frozen=True)
class _Evidence:
    """One row for each case that has a template to be found at all; ``stated`` is what is said before fitting."""

    signals: list[Signals]
    right: NDArray[np.bool_]
    in_scope: NDArray[np.bool_]
    stated: NDArray[np.float64]


def calibrate(
    cases: Annotated[Path, typer.Option("--cases", help="A JSONL or CSV file of labelled cases, or a folder of them.")],
    faq: Annotated[
        Path | None, typer.Option("--faq", help="Templates for every case: YAML folder, CSV or JSONL.")
    ] = None,
    column_map: Annotated[
        list[str] | None,
        typer.Option("--map", help="Foreign columns of --faq and --cases: reply=answer,text=message"),
    ] = None,
    brand: Annotated[str, typer.Option("--brand", help="The brand of cases that name none.")] = "",
    split: Annotated[str, typer.Option("--split", help="Only cases of this split, such as dev.")] = "",
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The day it is; templates may expire.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Draw it before and on held-out cases, into this folder.")
    ] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Fit how sure retrieval says it is; kept in the home folder and used from the next start on."""
    maps = ColumnMaps.of(column_map, with_faq=faq is not None)
    source = TemplateSource(faq, maps.faq)
    dataset = read_cases(cases, brand=brand, split=split, column_map=maps.cases)
    with common.parts() as built:
        evidence = _evidence(dataset, built, source=source, day=(day or common.clock().now()).date())
        digest = built.registry.encoder.model_digest
    weights = case_weights(evidence.in_scope)
    fitted = fit_calibration(
        evidence.signals,
        right=evidence.right,
        in_scope=evidence.in_scope,
        weights=weights,
        before=fit_for(digest).calibration,
        encoder=digest,
    )
    path = calibration_file(common.settings().home, encoder=digest)
    before = Sureness(evidence.stated, evidence.right, evidence.in_scope)
    held_out = _held_out(evidence, weights, before=fit_for(digest).calibration)
    save_calibration(fitted, path)
    common.console.print(
        f"Kept in {path}, for every brand of this home folder; running processes read it when they start. "
        "Delete the file to go back to what is shipped.",
        markup=False,
        soft_wrap=True,
    )
    if held_out is not None and held_out.calibration_error > before.calibration_error:
        common.console.print(
            "On cases that it did not see it is less true than before: look at the labels, or go back."
        )
    if report is not None:
        shown = {"Before": before} | ({HELD_OUT: held_out} if held_out else {})
        threshold = common.settings().abstain_threshold
        page = write_calibration(shown, report, threshold=threshold, encoder=digest, made_at=common.clock().now())
        common.console.print(f"The report is {page}", markup=False, soft_wrap=True)
    figures = {
        "cases": len(evidence.right),
        "right_first": round(float(evidence.right.mean()), 4),
        "ece_before": round(before.calibration_error, 4),
        "ece_held_out": round(held_out.calibration_error, 4) if held_out else None,
        "encoder": digest,
    }
    if json:
        common.print_json(figures)
    else:
        print_figures(figures)


def _held_out(evidence: _Evidence, weights: NDArray[np.float64], *, before: Calibration) -> Sureness | None:
    """What cases get from a fit that did not see them; None with too few cases to leave any out."""
    if len(evidence.right) * (FOLDS - 1) < FEWEST_CASES * FOLDS:
        return None
    stated = held_out_probabilities(
        evidence.signals, right=evidence.right, in_scope=evidence.in_scope, weights=weights, before=before
    )
    return Sureness(stated, evidence.right, evidence.in_scope)


def _present(registry: IndexRegistry) -> Calibration:
    """What is used now; of a broken file, which is about to be made anew, the default."""
    try:
        return registry.calibration()
    except InvalidInput:
        return fit_for(registry.encoder.model_digest).calibration


def _evidence(dataset: Dataset, built: Parts, *, source: TemplateSource, day: date) -> _Evidence:
    registry = built.registry
    calibration = _present(registry)
    indexes: dict[str, TemplateIndex] = {}
    rows: list[tuple[Signals, bool, bool]] = []
    readings = read(registry.encoder, [case.text for case in dataset.cases])
    for case, reading in zip(dataset.cases, readings, strict=True):
        key = case.brand if source.path is None else ""
        if key not in indexes:
            indexes[key] = TemplateIndex(source.templates_of(case.brand, built.database), registry.template_encoder)
        where: dict[str, Any] = {"channel": case.channel, "visibility": case.visibility, "day": day}
        first = indexes[key].first_signals(reading.vector, text=case.text, words=reading.words, **where)
        if first is not None:
            rows.append((first[1], first[0] in case.right_templates, case.is_in_scope))
    if not rows:
        raise InvalidInput("no case has a template that may be used where and when it was written", field="cases")
    signals = [row[0] for row in rows]
    right, in_scope = (np.array([row[place] for row in rows], dtype=bool) for place in (1, 2))
    return _Evidence(signals, right, in_scope, calibration.probabilities(signals))
