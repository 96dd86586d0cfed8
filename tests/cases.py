"""Inputs that are kept outside of the repository, shared by several checks of the product."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def cases_folder(name: str) -> Path:
    """A folder of the shared cases: ``REPLYASSIST_CASES``, else ``shared/cases`` beside the repository."""
    root = Path(os.environ.get("REPLYASSIST_CASES") or REPOSITORY.parent / "shared" / "cases")
    if not (root / name).exists():
        pytest.fail(f"{root / name} is missing; REPLYASSIST_CASES says where the cases are", pytrace=False)
    return root / name
