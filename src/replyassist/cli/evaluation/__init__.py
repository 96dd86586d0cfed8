"""``replyassist eval …``: draft quality on labelled cases."""

from __future__ import annotations

import typer

from .agreement import agreement
from .calibrate import calibrate
from .compare import compare
from .gate import gate
from .judge import judge
from .run import run
from .runs import list_runs

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Evaluation."""


app.command("run")(run)
app.command("list")(list_runs)
app.command("compare")(compare)
app.command("gate")(gate)
app.command("judge")(judge)
app.command("agreement")(agreement)
app.command("calibrate")(calibrate)
