"""The words of a message that are read: in plain letters, without what a mail program put round them."""

from __future__ import annotations

from functools import lru_cache

from replyassist.core.plain_text import plain

from .mail import without_mail_parts


@lru_cache(maxsize=512)
def readable(text: str) -> str:
    """What triage, retrieval and drafting read of a message; empty where there is nothing to see.

    The message itself is kept and shown as it was written.
    """
    return without_mail_parts(plain(text).replace("\r\n", "\n")).strip()
