"""Finds the folders that travel with the program: prompts, sample templates, example messages."""

from __future__ import annotations

from pathlib import Path

from .errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parents[1]


def resource_folder(name: str) -> Path:
    """The folder ``prompts``, ``faq`` or ``examples``: inside an installed wheel, else in the source tree."""
    for candidate in (_PACKAGE / "bundled" / name, _PACKAGE.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise ConfigurationError(f"the folder '{name}' is missing from this installation; install replyassist again")
