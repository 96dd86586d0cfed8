"""``replyassist eval calibrate``: makes "how sure" mean what it says on labelled cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from replyassist.app import Parts
from replyassist.core.errors import InvalidInput
from replyassist.core.words import read
from replyassist.evaluation.contexts import TemplateSource, unknown_templates
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.report.calibration import write_calibration
from replyassist.evaluation.sureness import Sureness
from replyassist.retrieval.confidence import Calibration, Signals
from replyassist.retrieval.fits import calibration_file, fit_for, save_calibration
from replyassist.retrieval.fitting import FEWEST_CASES, FOLDS, case_weights, fit_calibration, held_out_probabilities
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.service import IndexRegistry

from .. import common
from .cases import (
    BrandOption,
    CasesOption,
    ColumnMaps,
    DayOption,
    FaqOption,
    MapOption,
    SplitOption,
    read_cases,
    tell,
    warn,
)
from .printing import print_figures

BEFORE, HELD_OUT = "before", "after the fit, on cases that it did not see"


@dataclass(frozen=True)
class _Evidence:
    """One row for each case of a brand that has a template to be found at all; ``stated`` is what is said before."""

    signals: list[Signals]
    right: NDArray[np.bool_]
    in_scope: NDArray[np.bool_]
    stated: NDArray[np.float64]

    @property
    def before(self) -> Sureness:
        return Sureness(self.stated, self.right, self.in_scope)

    def fitted(self, shipped: Calibration, *, encoder: str) -> Calibration:
        """From the shipped one on; raise InvalidInput with too few cases."""
        weights = case_weights(self.in_scope)
        return fit_calibration(
            self.signals, right=self.right, in_scope=self.in_scope, weights=weights, before=shipped, encoder=encoder
        )

    def held_out(self, shipped: Calibration) -> Sureness | None:
        """What cases get from a fit that did not see them; None with too few cases to leave any out."""
        if len(self.right) * (FOLDS - 1) < FEWEST_CASES * FOLDS:
            return None
        weights = case_weights(self.in_scope)
        stated = held_out_probabilities(
            self.signals, right=self.right, in_scope=self.in_scope, weights=weights, before=shipped
        )
        return Sureness(stated, self.right, self.in_scope)


def calibrate(
    cases: CasesOption,
    faq: FaqOption = None,
    column_map: MapOption = None,
    brand: BrandOption = "",
    split: SplitOption = "",
    day: DayOption = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Draw it before and on held-out cases, into this folder.")
    ] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Fit how sure retrieval says it is, brand by brand; kept in the home folder and used from the next start on."""
    maps = ColumnMaps.of(column_map, with_faq=faq is not None)
    source = TemplateSource(faq, maps.faq)
    dataset = read_cases(cases, brand=brand, split=split, column_map=maps.cases)
    with common.parts() as built:
        evidence = _evidence(dataset, built, source=source, day=(day or common.clock().now()).date())
        encoder = built.registry.encoder.model_digest
    shipped = fit_for(encoder).calibration
    fitted = _fitted(evidence, shipped, encoder=encoder)
    figures: dict[str, dict[str, Any]] = {}
    shown: dict[str, Sureness] = {}
    for name, own in fitted.items():
        before, held_out = evidence[name].before, evidence[name].held_out(shipped)
        _keep(own, name, encoder=encoder)
        if held_out is not None and held_out.calibration_error > before.calibration_error:
            common.console.print(
                f"{name}: on cases that it did not see it is less true than before: look at the labels, or go back.",
                markup=False,
            )
        figures[name] = _figures(before, held_out)
        shown |= {f"{name}, {BEFORE}": before} | ({f"{name}, {HELD_OUT}": held_out} if held_out else {})
    if report is not None:
        threshold = common.settings().abstain_threshold
        page = write_calibration(shown, report, threshold=threshold, encoder=encoder, made_at=common.clock().now())
        common.console.print(f"The report is {page}", markup=False, soft_wrap=True)
    if json:
        common.print_json({"encoder": encoder, "brands": figures})
    else:
        for name, found in figures.items():
            print_figures({"brand": name} | found)


def _fitted(evidence: dict[str, _Evidence], shipped: Calibration, *, encoder: str) -> dict[str, Calibration]:
    """Of each brand with enough cases, the others being told; raise InvalidInput when there is none."""
    found, refused = {}, []
    for brand, each in evidence.items():
        try:
            found[brand] = each.fitted(shipped, encoder=encoder)
        except InvalidInput as error:
            refused.append(f"{brand}, {len(each.right)} cases, stays as it is: {error}")
    if not found:
        raise InvalidInput("; ".join(refused), field="cases")
    for line in refused:
        common.console.print(line, markup=False, soft_wrap=True)
    return found


def _keep(fitted: Calibration, brand: str, *, encoder: str) -> None:
    path = calibration_file(common.settings().home, brand_id=brand, encoder=encoder)
    save_calibration(fitted, path)
    common.console.print(
        f"Kept in {path}, for the brand {brand}; running processes read it when they start. "
        "Delete the file to go back to what is shipped.",
        markup=False,
        soft_wrap=True,
    )


def _figures(before: Sureness, held_out: Sureness | None) -> dict[str, Any]:
    return {
        "cases": len(before.right),
        "right_first": round(float(before.right.mean()), 4),
        "ece_before": round(before.calibration_error, 4),
        "ece_held_out": round(held_out.calibration_error, 4) if held_out else None,
    }


def _present(registry: IndexRegistry, brand: str) -> Calibration:
    """What is used now; of a broken file, which is about to be made anew, the shipped one."""
    try:
        return registry.calibration(brand)
    except InvalidInput:
        return fit_for(registry.encoder.model_digest).calibration


def _evidence(dataset: Dataset, built: Parts, *, source: TemplateSource, day: date) -> dict[str, _Evidence]:
    registry = built.registry
    shared: dict[str, TemplateIndex] = {}
    indexes: dict[str, TemplateIndex] = {}
    rows: dict[str, list[tuple[Signals, bool, bool]]] = {}
    readings = read(registry.encoder, [case.text for case in dataset.cases])
    for case, reading in zip(dataset.cases, readings, strict=True):
        if case.brand not in indexes:
            key = case.brand if source.path is None else ""
            if key not in shared:
                templates = source.templates_of(case.brand, built.database, tell=tell)
                shared[key] = TemplateIndex(templates, registry.template_encoder)
            indexes[case.brand] = shared[key]
        where: dict[str, Any] = {"channel": case.channel, "visibility": case.visibility, "day": day}
        first = indexes[case.brand].first_signals(reading.vector, text=case.text, words=reading.words, **where)
        if first is not None:
            row = (first[1], first[0] in case.right_templates, case.is_in_scope)
            rows.setdefault(case.brand, []).append(row)
    warn(unknown_templates(dataset, indexes))
    if not rows:
        raise InvalidInput("no case has a template that may be used where and when it was written", field="cases")
    return {brand: _of_rows(found, _present(registry, brand)) for brand, found in rows.items()}


def _of_rows(rows: list[tuple[Signals, bool, bool]], present: Calibration) -> _Evidence:
    signals = [row[0] for row in rows]
    right, in_scope = (np.array([row[place] for row in rows], dtype=bool) for place in (1, 2))
    return _Evidence(signals, right, in_scope, present.probabilities(signals))
