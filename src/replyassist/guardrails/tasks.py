"""Tasks that no brand asks of a reply: code, verse, talk of prompts and modes, orders to a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.text import normalise
from replyassist.triage.suspicion import DISTRUST_FROM, plain_orders

LINES_OF_VERSE, LONGEST_VERSE = 4, 60  # lines in a row that are each at most so many characters long

_TASKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (what, re.compile(pattern))
    for what, pattern in (
        (
            "the answer to somebody's order",
            r"(?<!\w)(?:as (?:you )?(?:requested|instructed|commanded|ordered to)|per your (?:request|instructions?)"
            r"|(?:i|we) (?:will |shall |now |hereby )*(?:comply|obey)|access granted|request (?:granted|executed)"
            r"|(?:understood|confirmed|acknowledged|certainly|sure)[,.!:] (?:i|we)(?:'ll| will| shall| am|'m)? "
            r"(?:now )?(?:ignor\w+|comply\w*|bypass\w*|disregard\w*|reveal\w*))",
        ),
        (
            "a task for a machine",
            r"(?<!\w)here(?:'s| is| are) (?:the|your|a|an|my|some|all)? ?(?:[\w-]+ ){0,3}?(?:poem|verse|story|script"
            r"|translation|essay|song|lyrics|haiku|joke|function|(?:system )?prompt|(?:hidden|secret) instructions"
            r"|summary|passwords?|api keys?|tokens?|credentials|customer list|database|output)(?!\w)",
        ),
        (
            "code",
            r"```|(?<!\w)(?:def \w+\(|function \w*\(|console\.log|import \w+ (?:as|from)|select \* from|drop table"
            r"|print\(|#!/|rm -rf|<script|</?\w+>|[a-z]{1,30}(?:_[a-z]{1,30}){1,5}\()",
        ),
        (
            "talk of a machine's modes",
            r"(?<!\w)(?:developer|dan|god|admin|debug|jailbreak|unrestricted|unfiltered) mode(?!\w)"
            r"|(?<!\w)(?:jailbroken|jailbreak|content policy)(?!\w)"
            r"|(?<!\w)(?:previous|prior) instructions|(?<!\w)i am now(?! (?:able|looking|checking|sending|writing))"
            r"|(?<!\w)my (?:\w+ )?(?:instructions|directives|programming|guidelines|restrictions)(?!\w)"
            r"|(?<!\w)(?:i|we) (?:was|were|am|are|have been) (?:instructed|programmed|prompted)",
        ),
        ("a sum", r"(?<!\d)\d{1,9} ?[+*x×/] ?\d{1,9} ?= ?\d"),
        ("verse", r"(?<!\w)roses are red(?!\w)"),
    )
)


def foreign_tasks(text: str, context: CheckContext) -> Iterator[tuple[tuple[int, int], str]]:
    """Places that do such a task and that the template does not hold, each with what it is."""
    plain = normalise(text)
    template = normalise(context.template_text).text
    for what, pattern in _TASKS:
        for match in pattern.finditer(plain.text):
            if match[0].strip() not in template:
                yield plain.span(*match.span()), what
    if _is_verse(text) and not _is_verse(context.template_text):
        yield (0, len(text)), "verse"
    yield from _orders(text, context)


def _is_verse(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    short = [line for line in lines if len(line) <= LONGEST_VERSE and not line.startswith(("-", "•", "*"))]
    return len(short) >= LINES_OF_VERSE and len(short) == len(lines)


def _orders(text: str, context: CheckContext) -> Iterator[tuple[tuple[int, int], str]]:
    """A reply that itself reads like an order to a machine; a template may, for a brand that makes machines."""
    signs = [sign for sign in plain_orders(text) if sign.weight >= DISTRUST_FROM]
    if not signs:
        return
    ours = {sign.kind for trusted in context.trusted_texts for sign in plain_orders(trusted)}
    for sign in signs:
        start = text.find(sign.excerpt)
        if sign.kind not in ours and start >= 0:
            yield (start, start + len(sign.excerpt)), "an order to a machine"
