"""The report of a run in the page: figures, cases from the worst on, one case, and all of it as files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from replyassist.core.errors import NotFound
from replyassist.core.http import SignedInDep
from replyassist.core.security import Permission
from replyassist.core.tables import spreadsheet
from replyassist.evaluation.record import CaseResult, EvaluationRun
from replyassist.evaluation.report import Page, render
from replyassist.evaluation.report.cards import FAILURE_WORDS, SUPPORT_WORDS, CaseCard
from replyassist.evaluation.report.plots import HEIGHT, WIDTH

from ..visits import VisitDep
from .shared import EVALUATION, EvaluationRoute, HomeDep, Name, address, attachment, report_for, run_for, summary_for

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

CASES_SHOWN = 25
NONE = "(none)"
COLUMNS = (
    "case", "brand", "text", "expected", "found", "route", "verdict", "failures", "draft", "findings", "seconds",
    "error",
)  # fmt: skip
Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class Filters:
    """Which cases are shown; an empty one shows all."""

    brand: str = ""
    expected: str = ""
    found: str = ""
    verdict: str = ""
    failure: str = ""
    words: str = ""

    def fits(self, card: CaseCard) -> bool:
        """Whether a case is shown."""
        result = card.result
        wanted = (
            (self.brand, result.case.brand),
            (self.expected, expected_of(result)),
            (self.found, found_of(result)),
            (self.verdict, verdict_of(result)),
        )
        if any(filtered and filtered != value for filtered, value in wanted):
            return False
        if self.failure and self.failure not in card.failures:
            return False
        draft = card.proposal.draft if card.proposal else ""
        words = self.words.casefold().strip()
        return not words or any(words in text.casefold() for text in (result.case.id, result.case.text, draft))

    @property
    def query(self) -> dict[str, str]:
        """As parameters of an address."""
        return {name: value for name, value in self.__dict__.items() if value}


def _filters(
    brand: Word = "", expected: Word = "", found: Word = "", verdict: Word = "", failure: Word = "", words: Word = ""
) -> Filters:
    return Filters(brand, expected, found, verdict, failure, words)


FiltersDep = Annotated[Filters, Depends(_filters)]


@router.get("/runs/{run_id}")
def show_report(
    visit: VisitDep,
    home: HomeDep,
    run_id: Name,
    filters: FiltersDep,
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Figures with their intervals, and the cases, the worst first."""
    visit.principal.require(Permission.EVALUATE)
    run, report = report_for(home, visit.principal, run_id)
    cards = [card for card in report.cards if filters.fits(card)]
    return visit.page(
        "evaluation/report.html",
        run=run,
        report=report,
        filters=filters,
        choices=_choices(report),
        cards=cards[start : start + CASES_SHOWN],
        found=len(cards),
        start=start,
        shown=CASES_SHOWN,
        later=start + CASES_SHOWN if start + CASES_SHOWN < len(cards) else None,
        size=(WIDTH, HEIGHT),
        failure_words=FAILURE_WORDS,
        expected_of=expected_of,
        found_of=found_of,
        nothing=NONE,
        address=address,
    )


@router.get("/runs/{run_id}/case")
def show_case(
    visit: VisitDep,
    home: HomeDep,
    run_id: Name,
    filters: FiltersDep,
    case: Annotated[str, Query(alias="id", min_length=1, max_length=200)],
) -> Response:
    """One case with all that is known of it, and the way to its neighbours in the filtered list."""
    visit.principal.require(Permission.EVALUATE)
    run, report = report_for(home, visit.principal, run_id)
    card = next((each for each in report.cards if each.result.case.id == case), None)
    if card is None:
        raise NotFound("there is no such case in this run")
    order = [each.result.case.id for each in report.cards if filters.fits(each) or each is card]
    place = order.index(case)
    return visit.page(
        "evaluation/case.html",
        run=run,
        card=card,
        filters=filters,
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        place=place + 1,
        found=len(order),
        failure_words=FAILURE_WORDS,
        support_words=SUPPORT_WORDS,
        address=address,
    )


@router.get("/runs/{run_id}/export/{file_format}")
def export_run(
    principal: SignedInDep,
    home: HomeDep,
    run_id: Name,
    file_format: Annotated[str, Path(pattern="^(json|html|csv)$")],
) -> Response:
    """The record as the command line keeps it, the report as one HTML file, or the cases for a spreadsheet."""
    principal.require(Permission.EVALUATE)
    summary_for(home, principal, run_id)
    run = run_for(home, principal, run_id)
    if file_format == "json":
        return attachment(run.model_dump_json(indent=1), name=f"{run_id}.json", media_type="application/json")
    if file_format == "html":
        return attachment(render(run), name=f"{run_id}.html", media_type="text/html")
    return attachment(_table(run, report_for(home, principal, run_id)[1]), name=f"{run_id}.csv", media_type="text/csv")


def expected_of(result: CaseResult) -> str:
    """The first right template, or that there is none."""
    return result.case.expected.template_id or NONE


def found_of(result: CaseResult) -> str:
    """What was found: the template that the draft is from, else the first of those that were not declined."""
    made = result.proposal
    if made is None:
        return NONE
    first = made.templates[0].template_id if made.templates and not made.abstained else None
    return made.template_id or first or NONE


def verdict_of(result: CaseResult) -> str:
    """The verdict of the draft; ``no_draft`` where there is none."""
    made = result.proposal
    return made.verdict.value if made is not None and made.verdict is not None else "no_draft"


def _choices(report: Page) -> dict[str, Any]:
    results = [card.result for card in report.cards]
    return {
        "brand": report.brands,
        "expected": _names(expected_of(result) for result in results),
        "found": _names(found_of(result) for result in results),
        "verdict": _names(verdict_of(result) for result in results),
        "failure": report.failures,
    }


def _names(found: Iterable[str]) -> list[str]:
    return sorted(set(found), key=lambda name: (name == NONE, name))


def _table(_run: EvaluationRun, report: Page) -> str:
    return spreadsheet(COLUMNS, [_row(card) for card in report.cards])


def _row(card: CaseCard) -> list[object]:
    result, made = card.result, card.proposal
    return [
        result.case.id,
        result.case.brand,
        result.case.text,
        expected_of(result),
        found_of(result),
        made.route.value if made else "",
        verdict_of(result),
        "; ".join(FAILURE_WORDS.get(name, name) for name in card.failures),
        made.draft if made else "",
        "; ".join(finding.explanation for finding in made.findings) if made else "",
        result.seconds,
        result.error or "",
    ]
