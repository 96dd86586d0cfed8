"""The labelled cases that a command names, with what a person should know of their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from replyassist.brands.service import BRAND_ID
from replyassist.core.errors import InvalidInput
from replyassist.evaluation.case_files import load_cases
from replyassist.evaluation.columns import CASE_FIELDS
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.voices import NO_BRAND
from replyassist.faq.template import ReplyTemplate

from .. import common
from ..faq import parse_map

OF_CASES = "cases."
MOST_NOTES = 20
CasesOption = Annotated[
    Path, typer.Option("--cases", help="A JSONL or CSV file of labelled cases, or a folder of them.")
]
FaqOption = Annotated[Path | None, typer.Option("--faq", help="Templates for every case: YAML folder, CSV or JSONL.")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", help="Foreign columns of --faq and --cases: reply=answer,text=message")
]
BrandOption = Annotated[str, typer.Option("--brand", help="The brand of cases that name none.")]
SplitOption = Annotated[str, typer.Option("--split", help="Only cases of this split, such as dev or test.")]
DayOption = Annotated[
    datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The day it is; templates may expire.")
]


@dataclass(frozen=True)
class ColumnMaps:
    """``--map`` as it is typed, split by the file that it is for."""

    faq: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Iterable[str] | None, *, with_faq: bool) -> ColumnMaps:
        """Fields that only cases have are of ``--cases``, and so is all that begins with ``cases.``.

        What both kinds of files have (``id``, ``reply``, ``route``, ``tags``, ``visibility``) is of ``--faq`` where
        one is named, else of ``--cases``. Raise InvalidInput.
        """
        faq: dict[str, str] = {}
        cases: dict[str, str] = {}
        for name, column in parse_map(options).items():
            plain = name.removeprefix(OF_CASES)
            is_of_both = name in CASE_FIELDS and name in ReplyTemplate.model_fields
            if name != plain or (name in CASE_FIELDS and not (is_of_both and with_faq)):
                cases[plain] = column
            else:
                faq[name] = column
        return cls(faq, cases)


def read_cases(
    path: Path, *, brand: str, split: str = "", limit: int | None = None, column_map: Mapping[str, str] | None = None
) -> Dataset:
    """The cases, of one split and at most so many; what is odd in their files is told on stderr.

    Cases that name no brand become cases of this one. Raise InvalidInput, also for what is no brand id.
    """
    dataset = load_cases(path, column_map=column_map or {})
    warn(dataset.notes)
    chosen = dataset.select(split=split, limit=limit)
    named = [case if case.brand else case.model_copy(update={"brand": brand or NO_BRAND}) for case in chosen.cases]
    for case in named:
        if not BRAND_ID.match(case.brand):
            place, detail = chosen.places[case.id], "a brand id is 1 to 60 lower-case letters, digits, '-' or '_'"
            raise InvalidInput(f"case '{case.id}': {detail}", file=place.file, line=place.line, field="brand")
    return chosen.of(named)


def tell(line: str) -> None:
    """Print a line on stderr."""
    common.console.print(line, markup=False, soft_wrap=True)


def warn(notes: Iterable[str]) -> None:
    """Print up to 20 of the notes on stderr."""
    lines = list(notes)
    for line in lines[:MOST_NOTES]:
        common.console.print(f"warning: {line}", markup=False, soft_wrap=True)
    if len(lines) > MOST_NOTES:
        common.console.print(f"warning: and {len(lines) - MOST_NOTES} more")
