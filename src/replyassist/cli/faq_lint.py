"""``replyassist faq lint``: what is wrong with templates, and what they would catch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from replyassist.brands.service import get_brand, voice_of
from replyassist.brands.voice import VoiceRules
from replyassist.core.encoders import CHECKS
from replyassist.core.errors import InvalidInput
from replyassist.evaluation.coverage.actions import actions_of
from replyassist.evaluation.coverage.figures import SECONDS, BrandCoverage, coverage_of
from replyassist.evaluation.report.coverage import place_of, write_coverage
from replyassist.faq import service
from replyassist.faq.files import LoadedTemplates, load_templates
from replyassist.faq.folding import with_examples
from replyassist.faq.lint import LintFinding, LintSeverity, has_errors, lint
from replyassist.faq.lint_findings import warning
from replyassist.faq.problems import InvalidTemplates
from replyassist.faq.repair.defects import DAMAGED, PLACEHOLDER
from replyassist.faq.repository.learned import active_examples
from replyassist.faq.template import ReplyTemplate

from . import common
from .faq_import import JsonOption, MapOption, bundled_voice, change_line, left_out_line, parse_map, report_reading

LINT_RULES = ("duplicate_id", "missing_slot", "contradicting_validity", PLACEHOLDER, DAMAGED)
"""Problems of a file that are findings of lint."""


@dataclass(frozen=True)
class _Checked:
    """What is linted: ``taught`` are the templates with what decisions taught as further questions."""

    brand: str
    templates: Sequence[ReplyTemplate]
    taught: Sequence[ReplyTemplate]
    voice: VoiceRules | None
    findings: Sequence[LintFinding] = ()


def lint_command(
    *,
    path: Annotated[Path | None, typer.Argument(help="YAML folder, .yaml, .csv or .jsonl")] = None,
    brand: Annotated[str, typer.Option("--brand", help="This brand's stored templates, or its voice for PATH.")] = "",
    column_map: MapOption = None,
    exact: Annotated[bool, typer.Option("--exact", help="Compare texts by their words, without the model.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            help="Write what the templates would catch, which take whose messages and what more questions would gain "
            "as one HTML page: a file, or a folder for coverage.html.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=36_000, help="Most time for trying the questions.")
    ] = SECONDS,
    as_json: JsonOption = False,
) -> None:
    """Report duplicates, dead links, missing slots, near-identical questions and more; exit 1 when there are errors.

    Unless --exact, the questions are also tried out, for at most --seconds beyond the first round.
    """
    if report is not None:
        if exact:
            raise InvalidInput("--report needs the model; leave out --exact")
        place_of(report)
    checked = _checked(path, brand, column_map)
    encoder, now = None if exact else common.encoder(), common.clock().now()
    findings = [*checked.findings]
    alike = None if exact else common.encoder(model=CHECKS.name)
    findings += lint(checked.templates, voice=checked.voice, encoder=alike, today=now.date())
    coverage = None
    if encoder is not None:
        with common.progress() as bar:
            task = bar.add_task("trying the questions", total=None)
            coverage = coverage_of(
                checked.taught,
                encoder,
                day=now.date(),
                seconds=seconds,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )
        findings += _stolen(coverage)
    if report is not None and coverage is not None:
        written = write_coverage(coverage, report, brand=checked.brand, made_at=now)
        common.console.print(f"Wrote {escape(str(written))}", soft_wrap=True)
    _print_findings(findings, checked=len(checked.templates), coverage=coverage, as_json=as_json)
    if has_errors(findings):
        raise typer.Exit(1)


def _checked(path: Path | None, brand: str, column_map: list[str] | None) -> _Checked:
    if path is not None:
        loaded = load_templates(path, column_map=parse_map(column_map))
        findings = _findings_of_file(loaded)
        report_reading(loaded)
        named = brand or _brand_of_folder(path)
        voice = _stored_voice(brand) if brand else bundled_voice(named)
        return _Checked(named, loaded.templates, loaded.templates, voice, findings)
    if not brand:
        raise InvalidInput("name a PATH or a --brand")
    with common.database().reading() as session:
        voice = voice_of(get_brand(session, brand))
        templates = service.active_templates(session, brand)
        return _Checked(brand, templates, with_examples(templates, active_examples(session, brand)), voice)


def _stolen(coverage: BrandCoverage) -> list[LintFinding]:
    return [
        warning(
            "stolen_questions",
            (theft.robbed, theft.thief),
            f"{len(theft.questions)} of {theft.of} tried questions of '{theft.robbed}' would go to '{theft.thief}', "
            f"such as '{theft.questions[0]}'",
        )
        for theft in coverage.thefts
        if theft.is_sure
    ]


def _findings_of_file(loaded: LoadedTemplates) -> list[LintFinding]:
    """What the door says of a file; raise InvalidTemplates for problems that lint has no name for."""
    if any(problem.rule not in LINT_RULES for problem in loaded.problems):
        raise InvalidTemplates(loaded.problems)
    refused = [LintFinding(problem.rule, LintSeverity.ERROR, (), str(problem)) for problem in loaded.problems]
    mended = [warning("mended", change.template_id, change_line(change)) for change in loaded.changes]
    return refused + mended + [warning("left_out", (), left_out_line(item)) for item in loaded.left_out]


def _print_findings(
    findings: list[LintFinding], *, checked: int, coverage: BrandCoverage | None, as_json: bool
) -> None:
    errors = sum(finding.severity is LintSeverity.ERROR for finding in findings)
    if as_json:
        document: dict[str, Any] = {"templates": checked, "errors": errors, "warnings": len(findings) - errors}
        document["findings"] = [asdict(finding) for finding in findings]
        document["coverage"] = None
        if coverage is not None:
            actions = [asdict(action) for action in actions_of(coverage)]
            document["coverage"] = asdict(coverage) | {"actions": actions}
        common.print_json(document)
        return
    for finding in findings:
        colour = "red" if finding.severity is LintSeverity.ERROR else "yellow"
        ids = ", ".join(finding.template_ids)
        line = f"{ids}: {finding.explanation}" if ids else finding.explanation
        text = f"[{colour}]{finding.severity}[/] {escape(f'[{finding.rule}]')} {escape(line)}"
        common.output.print(text, soft_wrap=True)
    common.output.print(f"{checked} templates: {errors} errors, {len(findings) - errors} warnings")


def _stored_voice(brand: str) -> VoiceRules:
    with common.database().reading() as session:
        return voice_of(get_brand(session, brand))


def _brand_of_folder(path: Path) -> str:
    """``faq/<brand>`` or a file in it names the brand by its folder."""
    folder = path if path.is_dir() else path.parent
    return folder.resolve().name
