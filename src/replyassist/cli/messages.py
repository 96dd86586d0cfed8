"""``replyassist messages import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import console, output, parts, print_json
from .intake import a_worker, read_messages, take_all, wait_until_queued
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
    """Take messages in, as the API would; the same file again changes nothing."""
    messages = read_messages(file, brand=brand)
    with parts() as built:
        if not wait:
            ids = take_all(built, messages)
            console.print(f"{len(ids)} messages are on disk; 'replyassist worker' drafts them.")
            if json:
                print_json({"messages": len(messages), "queued": None})
            return
        with a_worker(built):
            ids = take_all(built, messages)
            wait_until_queued(built, ids)
        with built.database.reading() as session:
            summary = summarise(session, ids)
    if json:
        print_json(summary)
    else:
        output.print(summary_table(summary))
