"""`replyassist faq import`: what goes in, what was mended on the way, and what stays out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import track
from sqlmodel import Session

from replyassist.brands.service import BRAND_ID, ensure_brand, get_brand
from replyassist.brands.voice import VoiceRules, load_voice
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.core.resources import resource_folder
from replyassist.faq import service
from replyassist.faq.files import LoadedTemplates, load_templates
from replyassist.faq.problems import InvalidTemplates, MendedText, SkippedRecord
from replyassist.faq.service import ImportResult
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.known import texts_of
from replyassist.retrieval.renewal import ENCODED_AT_ONCE

from . import common

MANY = 200  # templates from which a progress bar is shown
MOST_LINES = 50  # of one kind; --json has them all
SHOWN_TEXT = 100  # characters of a text in a line

BrandOption = Annotated[str, typer.Option("--brand", help="The brand, by its id.")]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="Which foreign column holds a field: id=intent,reply=reply_template"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def import_command(
    *,
    path: Annotated[Path, typer.Argument(help="YAML folder, .yaml, .csv, .tsv or .jsonl")],
    brand: BrandOption,
    column_map: MapOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take templates out of use that are not in PATH.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing; say what would happen.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Store the templates of a brand; the same files again change nothing. A new brand is created.

    Exit status: 0 when every template went in, 1 when some were refused and the others went in, 2 when none did.
    """
    if not BRAND_ID.match(brand):
        raise InvalidInput("a brand id is 1 to 60 lower-case letters, digits, '-' or '_'", field="brand")
    loaded = load_templates(path, column_map=parse_map(column_map))
    if not loaded.is_usable:
        raise InvalidTemplates(loaded.problems)
    report_reading(loaded)
    is_whole = not loaded.problems
    if replace and not is_whole:
        common.console.print("Nothing is taken out of use: some templates of the file were refused.", soft_wrap=True)
    database = common.database()
    with database.reading() if dry_run else database.writing() as session:
        is_new = is_new_brand(session, brand)
        templates = _with_progress(loaded.templates)
        if dry_run:
            result = service.preview_import(session, brand, templates, replace=replace and is_whole)
        else:
            if is_new:
                create_brand(session, brand)
            now = common.clock().now()
            result = service.import_templates(session, brand, templates, now=now, replace=replace and is_whole)
        revision = None if is_new and dry_run else service.faq_revision(session, brand)
    _report(loaded, result, brand=brand, dry_run=dry_run)
    if not dry_run:
        _say_when_it_is_encoded(loaded.templates, result)
    if as_json:
        document = {"brand": brand, "brand_created": is_new and not dry_run, "dry_run": dry_run}
        document |= {"templates": len(loaded.templates), **result.counts, "faq_revision": revision}
        common.print_json(document | _said(loaded, result))
    if loaded.problems:
        raise typer.Exit(1)


def parse_map(pairs: Iterable[str] | None) -> dict[str, str]:
    """``["id=intent,reply=answer"]`` as a mapping from our fields to foreign columns; raise InvalidInput.

    One column may be mapped to several fields.
    """
    column_map: dict[str, str] = {}
    for pair in (part for text in pairs or () for part in text.split(",")):
        field, mark, column = (piece.strip() for piece in pair.partition("="))
        if not (field and mark and column):
            raise InvalidInput(f"'{pair}' is not FIELD=COLUMN", field="map")
        column_map[field] = column
    return column_map


def report_reading(loaded: LoadedTemplates) -> None:
    """Say how the file was read, and which columns nobody reads."""
    for note in loaded.notes:
        common.console.print(escape(note), soft_wrap=True)
    if loaded.ignored_columns:
        names = escape(", ".join(loaded.ignored_columns))
        common.console.print(f"Ignored columns: {names} (--map FIELD=COLUMN uses one)", soft_wrap=True)


def change_line(change: MendedText) -> str:
    """One line: what was mended, before and after."""
    after = repr(_short(change.after)) if change.after else "left out"
    return f"{change.place}, field '{change.field}': {', '.join(change.done)}: {_short(change.before)!r} -> {after}"


def left_out_line(item: SkippedRecord) -> str:
    """One line: which record was left out, and why."""
    return f"{item.place}: {item.name or 'a record'}: {item.reason}"


def bundled_voice(brand: str) -> VoiceRules | None:
    """The voice rules that travel with the program for this brand, if there are any."""
    path = resource_folder("prompts") / "voice" / f"{brand}.yaml"
    return load_voice(path) if BRAND_ID.match(brand) and path.is_file() else None


def _report(loaded: LoadedTemplates, result: ImportResult, *, brand: str, dry_run: bool) -> None:
    _lines("mended", [f"{change.template_id}: {change_line(change)}" for change in loaded.changes])
    _lines("left out", [left_out_line(item) for item in loaded.left_out])
    _lines("refused", [str(problem) for problem in loaded.problems])
    if dry_run:
        for name, ids in _ids(result).items():
            _lines(name, ids)
    counts = ", ".join(f"{number} {name}" for name, number in result.counts.items())
    rest = {"refused": loaded.problems, "left out": loaded.left_out}
    counts += "".join(f", {len(items)} {name}" for name, items in rest.items() if items)
    common.console.print(f"{'Would import' if dry_run else 'Imported'} into {brand}: {counts}", soft_wrap=True)


def _say_when_it_is_encoded(templates: Iterable[ReplyTemplate], result: ImportResult) -> None:
    new = {*result.added, *result.changed}
    texts = sum(len(texts_of(template).said) for template in templates if template.id in new)
    if texts > ENCODED_AT_ONCE:
        common.console.print(
            f"A server that has searched this brand encodes the {texts} new texts in the background; else the first "
            "search waits for that, a minute or two for a thousand texts.",
            soft_wrap=True,
        )


def _said(loaded: LoadedTemplates, result: ImportResult) -> dict[str, object]:
    """The parts of the JSON document that say what happened to each template."""
    return {
        "ignored_columns": list(loaded.ignored_columns),
        "notes": list(loaded.notes),
        "ids": _ids(result),
        "mended": [asdict(change) for change in loaded.changes],
        "left_out": [asdict(item) for item in loaded.left_out],
        "refused": [asdict(problem) for problem in loaded.problems],
    }


def _ids(result: ImportResult) -> dict[str, list[str]]:
    return {name: list(getattr(result, name)) for name in result.counts}


def _lines(name: str, lines: list[str]) -> None:
    for line in lines[:MOST_LINES]:
        common.console.print(f"{name}: {escape(' '.join(line.split()))}", soft_wrap=True)
    if len(lines) > MOST_LINES:
        common.console.print(f"{name}: and {len(lines) - MOST_LINES} more; --json has them all", soft_wrap=True)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else f"{text[: SHOWN_TEXT - 1]}…"


def _with_progress(templates: list[ReplyTemplate]) -> Iterator[ReplyTemplate] | list[ReplyTemplate]:
    if len(templates) <= MANY:
        return templates
    return iter(track(templates, description="Comparing templates", console=common.console, transient=True))


def is_new_brand(session: Session, brand: str) -> bool:
    """Whether there is no such brand yet."""
    try:
        get_brand(session, brand)
    except NotFound:
        return True
    return False


def create_brand(session: Session, brand: str) -> None:
    """Make the brand with the voice that travels with the program for it, else a neutral one, and say so."""
    voice = bundled_voice(brand)
    ensure_brand(session, brand, now=common.clock().now(), voice=voice)
    kind = "the voice rules that travel with replyassist" if voice else "a neutral voice"
    common.console.print(f"Created the brand '{brand}' with {kind}", soft_wrap=True)
