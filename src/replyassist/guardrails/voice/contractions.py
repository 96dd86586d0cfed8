"""Short forms: a brand that talks wants "don't", one that is formal writes "do not"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding
from replyassist.guardrails.voice.standing import standing

_STIFF = 3  # long forms in a reply without a single short one: read as stiff; one or two are mere emphasis
_SUBJECT = r"(?:I|[Yy]ou|[Ww]e|[Tt]hey|[Hh]e|[Ss]he|[Ii]t|[Tt]his|[Tt]hat|[Tt]here|[Tt]hese|[Tt]hose|the|your|our|my)"
# A short form before its subject ("don't you") cannot be written out in place; "'s" and "'d" have two readings each.
_SHORT = re.compile(
    rf"(?<![\w'’])(?:(?P<verb>(?!ain)[A-Za-z]+)(?<=n)['’][Tt](?![\w'’])(?!\s+{_SUBJECT}\b)"
    r"|(?P<subject>[Ww]e|[Yy]ou|[Tt]hey|I|[Hh]e|[Ss]he|[Ii]t)['’](?P<ending>re|ve|ll|m)(?![\w'’])"
    r"|(?P<let>[Ll]et)['’]s(?![\w'’]))"
)
_ANY_SHORT = re.compile(r"(?<!\w)[A-Za-z]+(?:n['’]t|['’](?:re|ve|ll|m|d|s))(?![\w'’])")
_LONG = re.compile(
    r"(?<![\w'’])(?:(?P<verb>[Dd]o|[Dd]oes|[Dd]id|[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Hh]as|[Hh]ave|[Hh]ad|[Cc]ould|[Ww]ould"
    r"|[Ss]hould)\s(?P<not>not)|(?P<cannot>[Cc]an ?not)|(?P<wont>[Ww]ill not)"
    r"|(?P<subject>[Ww]e|[Yy]ou|[Tt]hey)\s(?P<be>are|will)(?!\s+not\b)|(?P<i>I)\s(?P<am>am|will)(?!\s+not\b))"
    r"(?=\s+[a-z])"
)
_IRREGULAR = {"can": "cannot", "won": "will not", "shan": "shall not"}
_FULL = {"re": "are", "ve": "have", "ll": "will", "m": "am"}
_CUT = {"are": "'re", "will": "'ll", "am": "'m"}


@dataclass(frozen=True, slots=True)
class Respelling:
    """A stretch of text with its other form."""

    start: int
    end: int
    other: str


def contractions(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report short forms where the brand avoids them, and a reply of long forms alone where it wants short ones."""
    for one in respellings(text, context):
        yield report(
            text,
            (one.start, one.end),
            rule="voice.contractions",
            severity=standing(context.voice.severities.contractions),
            explanation=f'{context.voice.name} writes "{one.other}" rather than "{text[one.start : one.end]}".',
        )


def respellings(text: str, context: CheckContext) -> list[Respelling]:
    """What to write otherwise; English alone has rules here."""
    wanted = context.voice.contractions
    if context.language != "en" or wanted == "any":
        return []
    if wanted == "avoid":
        return list(_expanded(text))
    found = list(_contracted(text))
    return found if len(found) >= _STIFF and not _ANY_SHORT.search(text) else []


def _expanded(text: str) -> Iterator[Respelling]:
    for match in _SHORT.finditer(text):
        if match["verb"]:
            stem = match["verb"][:-1] if match["verb"].lower() not in _IRREGULAR else match["verb"]
            full = _IRREGULAR.get(stem.lower(), f"{stem} not")
            other = full if stem[0].islower() else full[0].upper() + full[1:]
        elif match["let"]:
            other = f"{match['let']} us"
        else:
            other = f"{match['subject']} {_FULL[match['ending']]}"
        yield Respelling(*match.span(), other)


def _contracted(text: str) -> Iterator[Respelling]:
    for match in _LONG.finditer(text):
        if match["verb"]:
            other = f"{match['verb']}n't"
        elif match["cannot"] or match["wont"]:
            first = (match["cannot"] or match["wont"])[0]
            other = first + ("an't" if match["cannot"] else "on't")
        else:
            subject, verb = match["subject"] or match["i"], match["be"] or match["am"]
            other = subject + _CUT[verb]
        yield Respelling(*match.span(), other)
