"""Phrases that a brand bans, and promises that it never makes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise
from replyassist.guardrails.voice.matching import find_phrases
from replyassist.guardrails.voice.standing import standing

_NEGATION = re.compile(r"(?:(?<!\w)(?:not|never|no|cannot|without|unable to|neither|nor)|n'?t)(?:[ -][\w']+){0,3}[ -]$")


def banned_phrases(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report every phrase on the brand's list, however it is bent or disguised."""
    phrases = tuple(context.voice.banned_phrases)
    for start, end in find_phrases(text, phrases, language=context.language):
        yield report(
            text,
            (start, end),
            rule="voice.banned_phrase",
            severity=standing(context.voice.severities.banned_phrases),
            explanation=f'{context.voice.name} never writes "{text[start:end]}". Please say it another way.',
        )


def never_promises(text: str, context: CheckContext) -> Iterable[Finding]:
    """Report promises that the brand never makes, unless the template makes them; negated ones are warnings."""
    phrases = tuple(context.voice.never_promise)
    spans = find_phrases(text, phrases, language=context.language)
    if not spans:
        return
    template = context.template_text
    granted = {
        normalise(template[start:end]).text for start, end in find_phrases(template, phrases, language=context.language)
    }
    for start, end in spans:
        said = normalise(text[start:end]).text
        if any(said.startswith(phrase) or phrase.startswith(said) for phrase in granted):
            continue
        negated = _NEGATION.search(normalise(text[max(0, start - 60) : start]).text)
        yield report(
            text,
            (start, end),
            rule="voice.never_promise",
            severity=Severity.WARN if negated else standing(context.voice.severities.never_promise),
            explanation=f'"{text[start:end]}" is something that {context.voice.name} never promises, '
            "and the template does not say it.",
        )
