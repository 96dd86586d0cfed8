"""Renders the report: one file, no network, everything that people or models wrote escaped."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment

from replyassist.core.pages import page_environment, write_page
from replyassist.evaluation.record import RETRIEVAL, SEND_READY, EvaluationRun
from replyassist.evaluation.report.cards import FAILURE_WORDS, SUPPORT_WORDS, CaseCard, card_of
from replyassist.evaluation.report.plots import (
    HEIGHT,
    WIDTH,
    CountBar,
    Histogram,
    IntervalRow,
    bars,
    histogram,
    shares_by,
)
from replyassist.evaluation.report.sureness import PICTURE, SurenessView, views_of
from replyassist.evaluation.scores import summarise
from replyassist.evaluation.statistics import Interval, proportion_interval
from replyassist.guardrails import Severity

REPORT = "index.html"
PACKAGE = "replyassist.evaluation.report"  # whose templates these are
HEADLINES = {
    "ready_right_rate": "Called ready, and right",
    "send_ready_rate": "Ready to send as they are",
    "grounded_rate": "Say nothing that the template does not",
    "right_template_rate": "From the right template",
    "fact_coverage": "Facts of the answer that are kept",
    "voice_pass_rate": "Keep the brand's voice",
    "personalised_rate": "Speak to this person",
    "language_kept_rate": "In the language of the message",
    "safe_rate": "Obey no attack",
    "blocked_rate": "Blocked by the checks",
    "fallback_rate": "Template used, for want of a good draft",
}
RETRIEVAL_FIGURES = {
    "hit_at_1": "Right template first",
    "hit_at_3": "Right template among three",
    "accuracy_with_abstention": "Right template, or rightly none",
    "route_accuracy": "Right route",
}

RETRIEVAL_ASSERTIONS = {
    RETRIEVAL_FIGURES["hit_at_1"]: "hit_at_1",
    RETRIEVAL_FIGURES["hit_at_3"]: "hit_at_3",
    RETRIEVAL_FIGURES["accuracy_with_abstention"]: "right_or_abstained",
    RETRIEVAL_FIGURES["route_accuracy"]: "route_right",
}


@dataclass(frozen=True)
class Page:
    """All that the template draws."""

    run: EvaluationRun
    figures: dict[str, Any]
    headlines: list[IntervalRow]
    retrieval: dict[str, float]
    retrieval_rows: list[IntervalRow]
    by_tag: list[IntervalRow]
    by_brand: list[IntervalRow]
    rules: list[CountBar]
    scores: Histogram | None
    sureness: list[SurenessView]
    seconds: Histogram | None
    cards: list[CaseCard]
    brands: list[str]
    tags: list[str]
    failures: list[tuple[str, int]]


def write_report(run: EvaluationRun, folder: Path) -> Path:
    """Write the run as one self-contained HTML file; its path. Raise InvalidInput when it cannot be written."""
    return write_page(render(run), folder / REPORT)


def render(run: EvaluationRun) -> str:
    """The page. A content security policy lets no script run but its own, whatever a case may hold."""
    environment = page_environment(PACKAGE)
    script = source_of(environment, "report.js")
    return environment.get_template("report.html").render(
        page=page_of(run),
        script=script,
        style=source_of(environment, "report.css"),
        script_digest=b64encode(sha256(script.encode()).digest()).decode(),
        support_words={support.value: words for support, words in SUPPORT_WORDS.items()},
        size=(WIDTH, HEIGHT),
        picture=PICTURE,
        words=FAILURE_WORDS,
    )


def source_of(environment: Environment, name: str) -> str:
    """The text of a stylesheet or script that goes into the page."""
    if environment.loader is None:
        raise LookupError(name)
    return environment.loader.get_source(environment, name)[0]


def page_of(run: EvaluationRun) -> Page:
    """All that is shown of a run, its cases the worst first."""
    figures = summarise(run)
    cards = sorted((card_of(result) for result in run.results), key=lambda card: (-card.badness, card.result.case.id))
    measure = SEND_READY if run.has_drafts else "right_or_abstained"
    failures = Counter(name for card in cards for name in card.failures)
    return Page(
        run=run,
        figures=figures,
        headlines=_headlines(figures),
        retrieval={words: figures[name] for name, words in RETRIEVAL_FIGURES.items() if figures.get(name) is not None},
        retrieval_rows=_retrieval_rows(run),
        by_tag=shares_by(run.results, measure, key=lambda result: result.case.tags),
        by_brand=shares_by(run.results, measure, key=lambda result: [result.case.brand]),
        rules=bars(_objecting_rules(run)),
        scores=_score_histogram(run),
        sureness=views_of(run),
        seconds=histogram({"seconds": [item.scores["seconds"] for item in run.results if "seconds" in item.scores]}),
        cards=cards,
        brands=sorted({card.result.case.brand for card in cards}),
        tags=sorted({tag for card in cards for tag in card.result.case.tags}),
        failures=failures.most_common(),
    )


def _headlines(figures: dict[str, Any]) -> list[IntervalRow]:
    return [IntervalRow(words, Interval(**figures[name])) for name, words in HEADLINES.items() if figures.get(name)]


def _retrieval_rows(run: EvaluationRun) -> list[IntervalRow]:
    """The shares of retrieval, each over the cases that it applies to."""
    if RETRIEVAL not in run.stages:
        return []
    found = []
    for words, assertion in RETRIEVAL_ASSERTIONS.items():
        passed = [item.assertions[assertion] for item in run.results if assertion in item.assertions]
        if passed:
            found.append(IntervalRow(words, proportion_interval(sum(passed), len(passed))))
    return found


def _objecting_rules(run: EvaluationRun) -> Counter[str]:
    """In how many drafts each rule found something that a person must mend."""
    return Counter(
        rule
        for result in run.results
        if result.proposal
        for rule in {item.rule for item in result.proposal.findings if item.severity is not Severity.INFO}
    )


def _score_histogram(run: EvaluationRun) -> Histogram | None:
    """Best scores of cases that a template answers, and of those that none does; the line is the threshold."""
    known = [result for result in run.results if "best_score" in result.scores]
    values = {
        words: [result.scores["best_score"] for result in known if result.case.is_in_scope is inside]
        for words, inside in (("a template answers", True), ("none answers", False))
    }
    thresholds = set(run.thresholds.values())
    mark = thresholds.pop() if len(thresholds) == 1 else None
    return histogram({name: series for name, series in values.items() if series}, mark=mark)
