"""Digests: how a text, a document or a decision is bound to exactly what it was."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def text_digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def document_digest(document: Any) -> str:
    """SHA-256 of a JSON-able value in one canonical form (sorted keys, no spaces), 64 hex digits."""
    return text_digest(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str))
