"""``replyassist messages import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from .common import console, output, parts, print_json
from .intake import a_worker, read_messages, shown_problems, take_all, wait_until_queued
from .summary import summarise, summary_table

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Messages in."""


@app.command("import")
def import_messages(
    file: Annotated[Path, typer.Argument(help="JSON Lines: one message a line, in the API's format.")],
    brand: Annotated[str | None, typer.Option(help="The brand of lines that name none.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until all of them are in the queue.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Take messages in, as the API would; the same file again changes nothing.

    Exit status: 0 when every line went in, 1 when some were refused and the others went in, 2 when none did.
    """
    intake = read_messages(file, brand=brand)
    with parts() as built:
        if wait:
            with a_worker(built):
                ids = take_all(built, intake.messages)
                wait_until_queued(built, ids)
            with built.database.reading() as session:
                summary = summarise(session, ids)
        else:
            ids = take_all(built, intake.messages)
            console.print(f"{len(ids)} messages are on disk; 'replyassist worker' drafts them.")
            summary = {"messages": len(ids), "queued": None}
    for line in shown_problems(intake.problems):
        console.print(f"refused: {escape(line)}", soft_wrap=True)
    if json:
        print_json(summary | ({"refused": intake.problems} if intake.problems else {}))
    elif wait:
        output.print(summary_table(summary))
    if intake.problems:
        raise typer.Exit(1)
