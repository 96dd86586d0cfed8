"""`replyassist faq`: lint, import, export and list reply templates, and what they were taught."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import track
from rich.table import Column, Table
from sqlmodel import Session

from replyassist.brands.service import BRAND_ID, ensure_brand, get_brand, list_brands, voice_of
from replyassist.brands.voice import VoiceRules, load_voice
from replyassist.core.embedding import Encoder
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.resources import resource_folder
from replyassist.faq import service
from replyassist.faq.files import FileFormat, LoadedTemplates, load_templates, read_templates, write_templates
from replyassist.faq.folding import with_examples
from replyassist.faq.learned import active_examples
from replyassist.faq.lint import LintFinding, Severity, has_errors, lint
from replyassist.faq.lint_findings import warning
from replyassist.faq.problems import InvalidTemplates
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.confusion import thefts

from . import common
from .faq_learned import gaps_command, learned_command

app = typer.Typer(
    name="faq", help="Reply templates: lint, import, export, list, and what they were taught.", no_args_is_help=True
)

COLUMNS = ("brand", "id", "title", "questions", "route", "visibility", "valid", "version")
MANY = 200  # templates from which a progress bar is shown
LINT_RULES = ("duplicate_id", "missing_slot", "contradicting_validity")  # problems of a file that are findings of lint

BrandOption = Annotated[str, typer.Option("--brand", help="The brand, by its id.")]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="Which foreign column holds a field: id=intent,reply=reply_template"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


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
        _report_ignored(loaded)
        voice = _stored_voice(brand) if brand else _voice_file(_brand_of_folder(path))
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


@app.command("import")
def import_command(
    *,
    path: Annotated[Path, typer.Argument(help="YAML folder, .yaml, .csv or .jsonl")],
    brand: BrandOption,
    column_map: MapOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take templates out of use that are not in PATH.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Store the templates of a brand; the same files again change nothing. A new brand is created."""
    if not BRAND_ID.match(brand):
        raise InvalidInput("a brand id is 1 to 60 lower-case letters, digits, '-' or '_'", field="brand")
    loaded = read_templates(path, column_map=parse_map(column_map))
    _report_ignored(loaded)
    database = common.database()
    with database.reading() if dry_run else database.writing() as session:
        is_new = _is_new(session, brand)
        templates = _with_progress(loaded.templates)
        if dry_run:
            result = service.preview_import(session, brand, templates, replace=replace)
        else:
            if is_new:
                _create_brand(session, brand)
            now = common.clock().now()
            result = service.import_templates(session, brand, templates, now=now, replace=replace)
        revision = None if is_new and dry_run else service.faq_revision(session, brand)
    counts = ", ".join(f"{number} {name}" for name, number in result.counts.items())
    common.console.print(f"{'Would import' if dry_run else 'Imported'} into {brand}: {counts}", soft_wrap=True)
    if as_json:
        document = {"brand": brand, "brand_created": is_new and not dry_run, "dry_run": dry_run}
        document |= {"templates": len(loaded.templates), **result.counts, "faq_revision": revision}
        common.print_json(document | {"ignored_columns": list(loaded.ignored_columns)})


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


app.command("learned")(learned_command)
app.command("gaps")(gaps_command)


def parse_map(pairs: Iterable[str] | None) -> dict[str, str]:
    """``["id=intent,reply=answer"]`` as a mapping from our fields to foreign columns; raise InvalidInput."""
    column_map: dict[str, str] = {}
    for pair in (part for text in pairs or () for part in text.split(",")):
        field, mark, column = (piece.strip() for piece in pair.partition("="))
        if not (field and mark and column):
            raise InvalidInput(f"'{pair}' is not FIELD=COLUMN", field="map")
        column_map[field] = column
    return column_map


def _findings_of_file(loaded: LoadedTemplates) -> list[LintFinding]:
    """Problems that lint has a name for; raise InvalidTemplates when there are others."""
    if any(problem.rule not in LINT_RULES for problem in loaded.problems):
        raise InvalidTemplates(loaded.problems)
    return [LintFinding(problem.rule, Severity.ERROR, (), str(problem)) for problem in loaded.problems]


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


def _report_ignored(loaded: LoadedTemplates) -> None:
    if loaded.ignored_columns:
        names = escape(", ".join(loaded.ignored_columns))
        common.console.print(f"Ignored columns: {names} (--map FIELD=COLUMN uses one)", soft_wrap=True)


def _with_progress(templates: list[ReplyTemplate]) -> Iterator[ReplyTemplate] | list[ReplyTemplate]:
    if len(templates) <= MANY:
        return templates
    return iter(track(templates, description="Comparing templates", console=common.console, transient=True))


def _is_new(session: Session, brand: str) -> bool:
    try:
        get_brand(session, brand)
    except NotFound:
        return True
    return False


def _create_brand(session: Session, brand: str) -> None:
    voice = _voice_file(brand)
    ensure_brand(session, brand, now=common.clock().now(), voice=voice)
    kind = "the voice rules that travel with replyassist" if voice else "a neutral voice"
    common.console.print(f"Created the brand '{brand}' with {kind}", soft_wrap=True)


def _stored_voice(brand: str) -> VoiceRules:
    with common.database().reading() as session:
        return voice_of(get_brand(session, brand))


def _voice_file(brand: str) -> VoiceRules | None:
    """The voice rules that travel with the program for this brand, if there are any."""
    path = resource_folder("prompts") / "voice" / f"{brand}.yaml"
    return load_voice(path) if BRAND_ID.match(brand) and path.is_file() else None


def _brand_of_folder(path: Path) -> str:
    """``faq/<brand>`` or a file in it names the brand by its folder."""
    folder = path if path.is_dir() else path.parent
    return folder.resolve().name
