"""Everyday messages in many languages, for the tests of language detection and of triage."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("messages_by_language")
DEV, TEST, LATER = "dev", "test", "later"


@lru_cache(maxsize=4)
def messages(half: str) -> tuple[tuple[str, str], ...]:
    """Each message of this half after its language."""
    return tuple(
        (path.stem, text)
        for path in sorted(FOLDER.glob("*.yaml"))
        for text in yaml.safe_load(path.read_text("utf-8")).get(half, "").splitlines()
    )
