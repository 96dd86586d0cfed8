"""`replyassist faq learned` and `faq gaps`: what decisions taught templates, and what no template answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Column, Table
from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.encoders import CHECKS
from replyassist.core.errors import InvalidInput
from replyassist.core.forgetting import forget
from replyassist.faq import learned
from replyassist.faq.learned_endpoints import LARGEST_ID, example_out
from replyassist.faq.repository.learned import examples_of_brand
from replyassist.learning.erasing import ErasureResult, erase
from replyassist.learning.gaps import gaps, unanswered
from replyassist.retrieval.service import EMBEDDINGS

from . import common

OPERATOR = "the command line"  # who is said to have undone it
SHOWN = 5  # items of a gap in the table
COLUMNS = ("id", "template", "text", "counts", "item", "by", "learned", "withdrawn")


def learned_command(
    *,
    brand: Annotated[str, typer.Option("--brand", help="The brand, by its id.")],
    withdraw: Annotated[
        int | None, typer.Option("--withdraw", min=1, max=LARGEST_ID, help="Let this example count no more.")
    ] = None,
    restore: Annotated[
        int | None, typer.Option("--restore", min=1, max=LARGEST_ID, help="Let this example count again.")
    ] = None,
    erase_message: Annotated[
        int | None,
        typer.Option(
            "--erase-message",
            min=1,
            max=LARGEST_ID,
            help="Take out for good the words of all that this message taught and proposed; it does neither any more.",
        ),
    ] = None,
    whole_author: Annotated[
        bool, typer.Option("--whole-author", help="With --erase-message: of every message of its author.")
    ] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=LARGEST_ID, help="How many of the newest are shown.")
    ] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show what decisions taught, the newest first, also what was withdrawn; or undo, restore, erase."""
    if sum(act is not None for act in (withdraw, restore, erase_message)) > 1:
        raise InvalidInput("one of --withdraw, --restore and --erase-message at a time")
    if whole_author and erase_message is None:
        raise InvalidInput("it says of which message's author: add --erase-message", field="whole-author")
    database = common.database()
    with database.writing() as session:
        get_brand(session, brand)
        erased = _act(
            session, brand, withdraw=withdraw, restore=restore, erase_message=erase_message, whole_author=whole_author
        )
        found = [example_out(row) for row in examples_of_brand(session, brand, limit=limit)]
    if erased is not None:
        forget(common.settings().home / EMBEDDINGS, erased.texts)
        _say(erased)
    if as_json:
        common.print_json([example.model_dump(mode="json") for example in found])
        return
    table = Table(*(Column(name, overflow="fold") for name in COLUMNS))
    for row in found:
        counts = "against" if row.counts_against else "for"
        times = [str(at.date()) if at else "" for at in (row.learned_at, row.withdrawn_at)]
        table.add_row(*common.cells(row.id, row.template_id, row.text, counts, row.review_id, row.actor, *times))
    common.output.print(table)


def gaps_command(
    *,
    brand: Annotated[str, typer.Option("--brand", help="The brand, by its id.")],
    fewest: Annotated[int, typer.Option("--fewest", min=1, help="Messages that make a gap.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show what people ask and no template answers: groups of messages, the largest first."""
    with common.database().reading() as session:
        get_brand(session, brand)
        messages = unanswered(session, brand)
    found = gaps(messages, common.encoder(model=CHECKS.name, for_templates=False), fewest=fewest)
    if as_json:
        common.print_json({"messages": len(messages), "gaps": [asdict(gap) for gap in found]})
        return
    table = Table(*(Column(name, overflow="fold") for name in ("messages", "such as", "items", "last")))
    for gap in found:
        items = ", ".join(map(str, gap.item_ids[:SHOWN])) + (" …" if gap.size > SHOWN else "")
        table.add_row(*common.cells(gap.size, gap.example, items, gap.last.date()))
    common.output.print(table)


def _act(
    session: Session,
    brand: str,
    *,
    withdraw: int | None,
    restore: int | None,
    erase_message: int | None,
    whole_author: bool,
) -> ErasureResult | None:
    """Do what was asked; returns what was erased, None where nothing was to be."""
    now = common.clock().now()
    if withdraw is not None:
        learned.withdraw(session, brand, withdraw, by=OPERATOR, now=now)
    if restore is not None:
        learned.restore(session, brand, restore)
    if erase_message is not None:
        return erase(session, brand, erase_message, whole_author=whole_author, by=OPERATOR, now=now)
    return None


def _say(erased: ErasureResult) -> None:
    done = (
        f"Erased the words from {erased.learned} learned examples and {erased.proposed} proposals, "
        f"and {erased.corrected} corrections of what a message is"
    )
    common.console.print(done, markup=False)
    for template_id in erased.templates:
        still = f"The template '{template_id}' is in use and may hold them: look at it, and change or delete it"
        common.console.print(still, markup=False, soft_wrap=True)
