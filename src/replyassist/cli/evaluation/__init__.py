"""``replyassist eval …``: draft quality on labelled cases."""

from __future__ import annotations

import typer

from .run import run

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Evaluation."""


app.command("run")(run)
