"""`replyassist faq`: lint, import, export, list and propose reply templates, and what they were taught."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from replyassist.brands.repository import list_brands
from replyassist.brands.service import get_brand
from replyassist.faq import service
from replyassist.faq.files import FileFormat, write_templates
from replyassist.faq.folding import with_examples
from replyassist.faq.repository.learned import active_examples
from replyassist.faq.template import ReplyTemplate

from . import common
from .faq_generated import app as generated_app
from .faq_import import BrandOption, JsonOption, import_command, parse_map
from .faq_learned import gaps_command, learned_command
from .faq_lint import lint_command
from .faq_propose import propose_command

app = typer.Typer(
    name="faq",
    help="Reply templates: lint, import, export, list, propose, and what they were taught.",
    no_args_is_help=True,
)

__all__ = ["app", "parse_map"]

COLUMNS = ("brand", "id", "title", "questions", "route", "visibility", "valid", "version")


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
    common.output.print(common.table_of(COLUMNS, (_cells(owner, template) for owner, template in found)))


app.add_typer(generated_app, name="generated")
app.command("lint")(lint_command)
app.command("import")(import_command)
app.command("learned")(learned_command)
app.command("gaps")(gaps_command)
app.command("propose")(propose_command)


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
