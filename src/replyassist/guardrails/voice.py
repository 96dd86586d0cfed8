"""Phrases that a brand bans, promises that it never makes, and the pronoun that it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise, phrase_pattern

_NEGATION = re.compile(r"(?:(?<!\w)(?:not|never|no|cannot|without|unable to|neither|nor)|n'?t)(?:[ -][\w']+){0,3}[ -]$")
_QUOTED_BEFORE = re.compile(r"[\"'“‘«]$")
_SINGULAR = re.compile(r"(?<![\w.'’&/-])[Ii](?:['’](?:m|ve|ll|d)(?!\w)|(?![\w'’./&-]))")
_PLURAL = re.compile(r"(?<!\w)we(?:'(?:re|ve|ll|d))?(?![\w'])")
_MACHINE = re.compile(
    r"(?<!\w)(?:as an? (?:ai|a\.i\.|artificial|large language|language|virtual|automated)(?!\w)"
    r"|(?:large )?language models?(?!\w)"
    r"|(?:i'?m|i am|we are|we're|this is) (?:just |only )?an? (?:ai|a\.i\.|bot|chat ?bot|robot|virtual assistant"
    r"|digital assistant|automated \w+)(?!\w)"
    r"|(?:ai|a\.i\.|virtual|automated)[ -](?:language )?(?:assistants?|models?|agents?|chat ?bots?)(?!\w)"
    r"|(?:my|our) (?:training data|knowledge cut-?off|programming)(?!\w)"
    r"|(?:i was|i have been|i've been) (?:trained|programmed)(?!\w)"
    r"|chat ?gpt|openai)"
)


def banned_phrases(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block every phrase on the brand's list, whatever its case, spacing or quotes."""
    pattern = phrase_pattern(tuple(context.voice.banned_phrases))
    plain = normalise(text)
    for match in pattern.finditer(plain.text) if pattern else ():
        span = plain.span(*match.span())
        yield report(
            text,
            span,
            rule="voice.banned_phrase",
            severity=Severity.BLOCK,
            explanation=f'{context.voice.name} never writes "{text[slice(*span)]}". Please say it another way.',
        )


def never_promises(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block promises that the brand never makes, unless the template makes them; negated ones are warnings."""
    pattern = phrase_pattern(tuple(context.voice.never_promise), inflected=True)
    if pattern is None:
        return
    plain = normalise(text)
    granted = {match[0] for match in pattern.finditer(normalise(context.template_text).text)}
    for match in pattern.finditer(plain.text):
        if any(match[0].startswith(phrase) or phrase.startswith(match[0]) for phrase in granted):
            continue
        span = plain.span(*match.span())
        negated = _NEGATION.search(plain.text, max(0, match.start() - 60), match.start())
        yield report(
            text,
            span,
            rule="voice.never_promise",
            severity=Severity.WARN if negated else Severity.BLOCK,
            explanation=f'"{text[slice(*span)]}" is something that {context.voice.name} never promises, '
            "and the template does not say it.",
        )


def pronoun(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of "I" where the brand says "we", and the other way round."""
    plain = normalise(text)
    if context.voice.pronoun == "we":
        spans = [match.span() for match in _SINGULAR.finditer(text)]
    else:
        spans = [plain.span(*match.span()) for match in _PLURAL.finditer(plain.text)]
    for start, end in spans:
        if _QUOTED_BEFORE.search(text, max(0, start - 1), start):
            continue
        yield report(
            text,
            (start, end),
            rule="voice.pronoun",
            severity=Severity.WARN,
            explanation=f'{context.voice.name} speaks of itself as "{context.voice.pronoun}".',
        )


def machine_talk(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block a reply that speaks of being a machine, unless the template does."""
    plain = normalise(text)
    template = normalise(context.template_text).text
    for match in _MACHINE.finditer(plain.text):
        if match[0] in template:
            continue
        yield report(
            text,
            plain.span(*match.span()),
            rule="draft.machine_talk",
            severity=Severity.BLOCK,
            explanation="The reply speaks of being an AI or a machine. Please write it as the brand.",
        )
