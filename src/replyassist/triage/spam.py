"""Advertisements that need no answer."""

from __future__ import annotations

import re

_SPAM = re.compile(
    r"\bdm (?:us |me )?(?:to|for) promot\w*|\bpromote it on\b"
    r"|\b(?:crypto|bitcoin|forex|binary options)\b.{0,60}\b(?:profits?|invest\w*|trad(?:e|er|ing)|returns?|earn\w*)\b"
    r"|\b(?:trading signals?|investment (?:coach|mentor))\b|\bmessage (?:her|him|me) on whats ?app\b|\bwhats ?app me\b"
    r"|\bturned\b.{0,20}\d.{0,10}\binto\b.{0,15}\d|\bfollow (?:me|us) back\b|\bcheap followers\b|\bonlyfans\b"
    r"|\bclick the link in my bio\b|\bearn\b.{0,20}\d.{0,10}\b(?:a day|per day|a week)\b|\bearn\b.{0,20}\bfrom home\b",
    re.IGNORECASE | re.DOTALL,
)


def is_spam(text: str) -> bool:
    """Whether the text looks like an advertisement."""
    return _SPAM.search(text) is not None
