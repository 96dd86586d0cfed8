"""How long a reply is, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.brands.counting import count_bytes
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise
from replyassist.guardrails.voice.standing import standing
from replyassist.guardrails.voice.style import emoji_spans

_ENDING = re.compile(r"[\s.,!?…]+$")


def length(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report a reply that is too long or too short for the channel; one that the platform would refuse is blocked."""
    room = context.message.room(context.voice)
    size = room.count(text)
    if not room.fits(text):
        heavy = count_bytes(text.strip())
        too_many = f"{size} characters; on this channel {room.most} is the most"
        too_heavy = f"{heavy} bytes; this channel takes {room.bytes}"
        yield report(
            text,
            (room.beginning(text), len(text.rstrip())),
            rule="voice.too_long",
            severity=standing(context.voice.severities.too_long) if room.is_taken(text) else Severity.BLOCK,
            explanation=f"The reply has {too_many if size > room.most else too_heavy}.",
        )
    elif 0 < size < room.least:
        yield report(
            text,
            (0, len(text)),
            rule="voice.too_short",
            severity=standing(context.voice.severities.too_short),
            explanation=f"The reply has {size} characters; on this channel {room.least} is the least.",
        )


def sign_off(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report when the closing line is missing that every reply of the brand needs."""
    if lacks_sign_off(text, context):
        yield report(
            text,
            (len(text), len(text)),
            rule="voice.sign_off_missing",
            severity=standing(context.voice.severities.sign_off),
            explanation=f'Every reply of {context.voice.name} ends with "{context.voice.sign_off.text}".',
        )


def lacks_sign_off(text: str, context: CheckContext) -> bool:
    """Whether the brand needs a closing line that is not at the end; emoji and stops after it do not matter."""
    closing = context.voice.sign_off
    if not closing.required or not closing.text.strip() or not text.strip():
        return False
    return not _bare(text).endswith(_bare(closing.text))


def _bare(text: str) -> str:
    for start, stop in reversed(list(emoji_spans(text))):
        text = text[:start] + text[stop:]
    return " ".join(_ENDING.sub("", normalise(text).text).split())
