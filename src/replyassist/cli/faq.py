"""`replyassist faq`: lint, import, export, list and propose reply templates, and what they were taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from replyassist.brands.service import get_brand, list_brands, voice_of
from replyassist.brands.voice import VoiceRules
from replyassist.core.embedding import Encoder
from replyassist.core.errors import InvalidInput
from replyassist.faq import service
from replyassist.faq.files import FileFormat, LoadedTemplates, load_templates, write_templates
from replyassist.faq.folding import with_examples
from replyassist.faq.learned import active_examples
from replyassist.faq.lint import LintFinding, Severity, has_errors, lint
from replyassist.faq.lint_findings import warning
from replyassist.faq.problems import InvalidTemplates
from replyassist.faq.repair.defects import DAMAGED, PLACEHOLDER
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confusion import thefts

from . import common
from .faq_import import (
    BrandOption,
    JsonOption,
    MapOption,
    bundled_voice,
    change_line,
    import_command,
    left_out_line,
    parse_map,
    report_reading,
)
from .faq_learned import gaps_command, learned_command
from .faq_propose import propose_command

app = typer.Typer(
    name="faq",
    help="Reply templates: lint, import, export, list, propose, and what they were taught.",
    no_args_is_help=True,
)

__all__ = ["app", "parse_map"]

COLUMNS = ("brand", "id", "title", "questions", "route", "visibility", "valid", "version")
LINT_RULES = ("duplicate_id", "missing_slot", "contradicting_validity", PLACEHOLDER, DAMAGED)
"""Problems of a file that are findings of lint."""


@app.command("lint")
def lint_command(
    *,
    path: Annotated[Path | None, typer.Argument(help="YAML folder, .yaml, .csv or .jsonl")] = None,
    brand: Annotated[str, typer.Option("--brand", help="This brand's stored templates, or its voice for PATH.")] = "",
    column_map: MapOption = None,
    exact: Annotated[bool, typer.Option("--exact", help="Compare texts by their words, without the model.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Report duplicates, dead links, missing slots, near-identical questions and more; exit 1 when there are errors."""
    findings: list[LintFinding] = []
    if path is not None:
        loaded = load_templates(path, column_map=parse_map(column_map))
        findings, templates = _findings_of_file(loaded), loaded.templates
        report_reading(loaded)
        voice = _stored_voice(brand) if brand else bundled_voice(_brand_of_folder(path))
    elif brand:
        with common.database().reading() as session:
            voice = voice_of(get_brand(session, brand))
            templates = service.active_templates(session, brand)
    else:
        raise InvalidInput("name a PATH or a --brand")
    encoder = None if exact else common.encoder()
    findings += lint(templates, voice=voice, encoder=encoder, today=common.clock().now().date())
    if encoder is not None:
        findings += _thefts(templates, encoder)
    _print_findings(findings, checked=len(templates), as_json=as_json)
    if has_errors(findings):
        raise typer.Exit(1)


def _thefts(templates: Sequence[ReplyTemplate], encoder: Encoder) -> list[LintFinding]:
    return [
        warning(
            "stolen_questions",
            (theft.robbed, theft.thief),
            f"{len(theft.questions)} of the {theft.of} questions of '{theft.robbed}' would go to '{theft.thief}', "
            f"such as '{theft.questions[0]}'",
        )
        for theft in thefts(templates, encoder)
    ]


@app.command("export")
def export_command(
    *,
    path: Annotated[Path, typer.Argument(help="A folder for YAML files, or a .csv or .jsonl file")],
    brand: BrandOption,
    file_format: Annotated[
        FileFormat | None, typer.Option("--format", help="Default: that of the suffix, else YAML.")
    ] = None,
    with_learned: Annotated[
        bool, typer.Option("--with-learned", help="What decisions taught becomes questions of the templates.")
    ] = False,
) -> None:
    """Write the templates of a brand to files that `faq import` reads."""
    with common.database().reading() as session:
        get_brand(session, brand)
        templates = service.active_templates(session, brand)
        if with_learned:
            templates = with_examples(templates, active_examples(session, brand))
    chosen = write_templates(templates, path, file_format=file_format)
    common.console.print(f"Wrote {len(templates)} templates as {chosen} to {escape(str(path))}", soft_wrap=True)


@app.command("list")
def list_command(
    *,
    brand: Annotated[str, typer.Option("--brand", help="Only this brand.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the stored templates."""
    with common.database().reading() as session:
        brands = [get_brand(session, brand).id] if brand else [found.id for found in list_brands(session)]
        found = [(owner, template) for owner in brands for template in service.active_templates(session, owner)]
    if as_json:
        common.print_json(
            [{"brand": owner, "version": item.version, **item.model_dump(mode="json")} for owner, item in found]
        )
        return
    table = Table(*(Column(name, overflow="fold") for name in COLUMNS))
    for owner, template in found:
        table.add_row(*common.cells(*_cells(owner, template)))
    common.output.print(table)


app.command("import")(import_command)
app.command("learned")(learned_command)
app.command("gaps")(gaps_command)
app.command("propose")(propose_command)


def _findings_of_file(loaded: LoadedTemplates) -> list[LintFinding]:
    """What the door says of a file; raise InvalidTemplates for problems that lint has no name for."""
    if any(problem.rule not in LINT_RULES for problem in loaded.problems):
        raise InvalidTemplates(loaded.problems)
    refused = [LintFinding(problem.rule, Severity.ERROR, (), str(problem)) for problem in loaded.problems]
    mended = [warning("mended", change.template_id, change_line(change)) for change in loaded.changes]
    return refused + mended + [warning("left_out", (), left_out_line(item)) for item in loaded.left_out]


def _print_findings(findings: list[LintFinding], *, checked: int, as_json: bool) -> None:
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if as_json:
        document: dict[str, Any] = {"templates": checked, "errors": errors, "warnings": len(findings) - errors}
        common.print_json(document | {"findings": [asdict(finding) for finding in findings]})
        return
    for finding in findings:
        colour = "red" if finding.severity is Severity.ERROR else "yellow"
        ids = ", ".join(finding.template_ids)
        line = f"{ids}: {finding.explanation}" if ids else finding.explanation
        text = f"[{colour}]{finding.severity}[/] {escape(f'[{finding.rule}]')} {escape(line)}"
        common.output.print(text, soft_wrap=True)
    common.output.print(f"{checked} templates: {errors} errors, {len(findings) - errors} warnings")


def _cells(owner: str, template: ReplyTemplate) -> list[str]:
    days = [str(day) if day else "" for day in (template.valid_from, template.valid_until)]
    return [
        owner,
        template.id,
        template.title,
        str(len(template.questions)),
        template.route,
        template.visibility,
        " to ".join(days) if any(days) else "always",
        template.version[:8],
    ]


def _stored_voice(brand: str) -> VoiceRules:
    with common.database().reading() as session:
        return voice_of(get_brand(session, brand))


def _brand_of_folder(path: Path) -> str:
    """``faq/<brand>`` or a file in it names the brand by its folder."""
    folder = path if path.is_dir() else path.parent
    return folder.resolve().name
