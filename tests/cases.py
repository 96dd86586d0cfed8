"""Inputs that are kept outside of the repository, shared by several checks of the product."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def cases_folder(name: str) -> Path:
    """A folder of the shared cases: ``REPLYASSIST_CASES``, else ``shared/cases`` beside the repository."""
    return _there(_root() / name)


def data_file(name: str) -> Path:
    """A file of the public data sets that lie beside the cases."""
    return _there(_root().parent / "data" / name)


def _root() -> Path:
    return Path(os.environ.get("REPLYASSIST_CASES") or REPOSITORY.parent / "shared" / "cases")


def _there(path: Path) -> Path:
    if not path.exists():
        pytest.fail(f"{path} is missing; REPLYASSIST_CASES says where the cases are", pytrace=False)
    return path
