"""Inputs that failed for people outside, kept beside the tests; ``REPLYASSIST_CASES`` names another folder of them."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).with_name("case_files")


def cases_folder(name: str) -> Path:
    """A file or folder of the cases; raise FileNotFoundError."""
    path = Path(os.environ.get("REPLYASSIST_CASES") or HERE) / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; REPLYASSIST_CASES says where the cases are")
    return path
