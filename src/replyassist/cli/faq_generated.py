"""`replyassist faq generated`: questions that the language model wrote for templates; see, remove or make them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from replyassist.brands.service import get_brand
from replyassist.core.database import Database
from replyassist.core.errors import ConfigurationError
from replyassist.faq import generated, service
from replyassist.faq.generated_endpoints import question_out
from replyassist.faq.learned_endpoints import LARGEST_ID
from replyassist.faq.models import GeneratedQuestionRow
from replyassist.faq.repository.generated import active_questions

from . import common
from .faq_import import BrandOption, JsonOption

OPERATOR = "the command line"  # who is said to have removed it
COLUMNS = ("id", "template", "question", "model", "made")
app = typer.Typer(name="generated", help="Questions that the language model wrote for templates.", no_args_is_help=True)


@app.command("list")
def list_command(*, brand: BrandOption, as_json: JsonOption = False) -> None:
    """Show those that count, by template."""
    with common.database().reading() as session:
        get_brand(session, brand)
        found = sorted(active_questions(session, brand), key=lambda row: (row.template_id, row.id or 0))
    if as_json:
        common.print_json([_document(row) for row in found])
        return
    rows = ((row.id, row.template_id, row.text, row.model, row.created_at.date()) for row in found)
    common.output.print(common.table_of(COLUMNS, rows))


@app.command("remove")
def remove_command(
    *,
    question_id: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The question, by its id.")],
    brand: BrandOption,
) -> None:
    """Let a question count no more; its wording does not come back."""
    with common.database().writing() as session:
        row = generated.remove(session, brand, question_id, by=OPERATOR, now=common.clock().now())
        text = row.text
    common.console.print(f"Removed: {escape(text)}", soft_wrap=True)


@app.command("make")
def make_command(
    *,
    brand: BrandOption,
    template: Annotated[str, typer.Option("--template", help="Only this template, by its id.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also where the model has answered already.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Have the language model write them now, some ten seconds a template, and keep those that fit."""
    with common.parts() as parts:
        maker = parts.proposer.question_maker
        if maker is None:
            raise ConfigurationError("there is no language model: REPLYASSIST_LLM_DISABLED is set")
        wanted = _wanted(parts.database, brand, template, again=again)
        with common.progress() as bar:
            task = bar.add_task("Templates", total=len(wanted))
            kept = 0
            for template_id in wanted:
                kept += maker.make(brand, template_id)
                bar.advance(task)
    common.console.print(f"Asked for {len(wanted)} templates, {kept} questions kept", soft_wrap=True)
    if as_json:
        common.print_json({"brand": brand, "templates": len(wanted), "kept": kept})


def _wanted(database: Database, brand: str, template: str, *, again: bool) -> list[str]:
    with database.reading() as session:
        get_brand(session, brand)
        named = (
            [service.get_template(session, brand, template)] if template else service.active_templates(session, brand)
        )
        return [each.id for each in named if again or not generated.is_finished(session, brand, each.id, each.version)]


def _document(row: GeneratedQuestionRow) -> dict[str, object]:
    return {"template_id": row.template_id, **question_out(row).model_dump(mode="json")}
