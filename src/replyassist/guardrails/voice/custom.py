"""Runs the rules that a brand added as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from replyassist.brands.voice import CountRule, PatternRule, PhraseRule, ReplaceRule, VoiceRule, When
from replyassist.brands.voice.rules import compile_pattern
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding
from replyassist.guardrails.text import normalise
from replyassist.guardrails.voice.greeting import body_start
from replyassist.guardrails.voice.matching import Spans, find_phrases
from replyassist.guardrails.voice.standing import standing


def own_rules(text: str, context: CheckContext) -> Iterator[Finding]:
    """Report what breaks the brand's own rules that hold here; a finding is named ``voice.<id>``."""
    for rule in context.voice.rules:
        if holds(rule.when, context):
            for span in _broken(rule, text, context):
                yield report(
                    text,
                    span,
                    rule=f"voice.{rule.id}",
                    severity=standing(rule.severity),
                    explanation=rule.message or _explanation(rule, text[slice(*span)], context.voice.name),
                )


def holds(when: When, context: CheckContext) -> bool:
    """Whether a rule holds for this channel, mood, visibility and language; an unknown mood is no mood."""
    given = (
        (when.channel, context.message.channel),
        (when.mood, context.mood),
        (when.visibility, context.message.visibility),
        (when.language, context.language),
    )
    return all(not wanted or value in wanted for wanted, value in given)


def _broken(rule: VoiceRule, text: str, context: CheckContext) -> Iterable[tuple[int, int]]:
    if isinstance(rule, PatternRule):
        return _BY_PATTERN[rule.kind](rule, text)
    is_exact = isinstance(rule, ReplaceRule)  # the replacement has no endings to match
    spans = find_phrases(text, tuple(rule.phrases), language=context.language, inflected=not is_exact)
    if isinstance(rule, CountRule):
        return spans[rule.max : rule.max + 1]
    return _BY_PHRASE[rule.kind](spans, text)


def _missing(text: str) -> Iterable[tuple[int, int]]:
    return ((len(text), len(text)),) if text.strip() else ()


def _at_start(spans: Spans, text: str) -> Iterable[tuple[int, int]]:
    starts = {_first_letter(text, 0), _first_letter(text, body_start(text))}
    return [span for span in spans if span[0] in starts]


def _first_letter(text: str, start: int) -> int:
    return next((index for index in range(start, len(text)) if text[index].isalnum()), len(text))


def _at_end(spans: Spans, text: str) -> Iterable[tuple[int, int]]:
    return [span for span in spans if not any(character.isalnum() for character in text[span[1] :])]


def _required(spans: Spans, text: str) -> Iterable[tuple[int, int]]:
    return () if spans else _missing(text)


_BY_PHRASE: dict[str, Callable[[Spans, str], Iterable[tuple[int, int]]]] = {
    "banned_phrase": lambda spans, _: spans,
    "replace": lambda spans, _: spans,
    "required_phrase": _required,
    "opening": _at_start,
    "ending": _at_end,
}


def _forbidden_pattern(rule: PatternRule, text: str) -> Iterable[tuple[int, int]]:
    plain = normalise(text)
    return [plain.span(*match.span()) for match in _compiled(rule.pattern).finditer(plain.text) if match[0]]


def _required_pattern(rule: PatternRule, text: str) -> Iterable[tuple[int, int]]:
    return () if _compiled(rule.pattern).search(normalise(text).text) else _missing(text)


_BY_PATTERN = {"pattern": _forbidden_pattern, "required_pattern": _required_pattern}


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    return compile_pattern(pattern)


def _explanation(rule: VoiceRule, found: str, name: str) -> str:
    if isinstance(rule, ReplaceRule):
        return f'{name} writes "{rule.replacement}" instead of "{found}".'
    if isinstance(rule, CountRule):
        return f'{name} writes this at most {rule.max} time(s) in a reply; "{found}" is one too many.'
    if isinstance(rule, PhraseRule) and rule.kind == "required_phrase":
        return f'Replies of {name} say "{rule.phrases[0]}" or the like.'
    return _EXPLANATIONS[rule.kind].format(found=found, name=name, id=rule.id)


_EXPLANATIONS = {
    "banned_phrase": '{name} does not write "{found}" (rule "{id}").',
    "pattern": '{name} does not write "{found}" (rule "{id}").',
    "required_pattern": 'Something that replies of {name} must have is missing (rule "{id}").',
    "opening": '"{found}" is a stock opening. Please begin with the matter itself.',
    "ending": '{name} does not end a reply with "{found}".',
}
