"""``replyassist bench …``: the benchmarks stand in the repository, not in the wheel, and are found in a checkout."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from replyassist.core.errors import ConfigurationError

PACKAGE = "replyassist_bench"
FOLDER = Path(__file__).resolve().parents[3] / "eval" / "bench"


class Benchmarks(TyperGroup):
    """The commands of ``eval/bench``, imported once one is asked for."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """The context of a call; raise ConfigurationError outside a checkout."""
        self.commands = benchmarks().commands
        return super().make_context(*args, **kwargs)


app = typer.Typer(cls=Benchmarks, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Benchmarks."""


def benchmarks() -> TyperGroup:
    """The group that the checkout defines; raise ConfigurationError where there is none, or a package is missing."""
    if FOLDER.is_dir() and str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    try:
        return get_group(import_module(f"{PACKAGE}.commands").app)
    except ModuleNotFoundError as error:
        if error.name != PACKAGE:
            raise ConfigurationError(f"the benchmarks need {error.name}: run make setup in the checkout") from error
        raise ConfigurationError(
            "the benchmarks are in the repository, not in the installed package: "
            "in a checkout run make setup, then .venv/bin/replyassist bench"
        ) from None
