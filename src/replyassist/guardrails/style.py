"""How a reply looks: emoji, exclamation marks, capitals, hashtags, length and sign-off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import emoji

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise

_MAY_HOLD_EMOJI = re.compile(r"(?:[0-9#*]\ufe0f?\u20e3|[^\x00-\u02ff])+")
_NOT_EMOJI = frozenset("©®™ℹ")
_VARIANTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_EXCLAMATION = re.compile("[!！‼⁉❗❕]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HASHTAG = re.compile(r"(?<![\w/&#])#(?=\w*[^\W\d_])\w+")
_ENDING = re.compile(r"[\s.,!?…]+$")
_SHOUTING_SHARE = 0.5


def emoji_use(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of more emoji than the brand allows, and of emoji that are not on its list."""
    rules = context.voice.emoji
    found = list(_emoji(text))
    if len(found) > rules.max:
        allowed = f"at most {rules.max} emoji" if rules.max else "no emoji"
        yield report(
            text,
            (found[rules.max][0], found[-1][1]),
            rule="voice.emoji_count",
            severity=Severity.WARN,
            explanation=f"{context.voice.name} uses {allowed} in a reply; this one has {len(found)}.",
        )
    permitted = {_VARIANTS.sub("", one) for one in rules.allowed}
    for start, end in found if permitted else ():
        if _VARIANTS.sub("", text[start:end]) not in permitted:
            yield report(
                text,
                (start, end),
                rule="voice.emoji_not_allowed",
                severity=Severity.WARN,
                explanation=f"{text[start:end]} is not one of the emoji that {context.voice.name} uses.",
            )


def _emoji(text: str) -> Iterator[tuple[int, int]]:
    for stretch in _MAY_HOLD_EMOJI.finditer(text):
        for one in emoji.emoji_list(stretch[0]):
            if _VARIANTS.sub("", str(one["emoji"])) not in _NOT_EMOJI:
                yield stretch.start() + int(one["match_start"]), stretch.start() + int(one["match_end"])


def exclamations(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of more exclamation marks than the brand allows."""
    most = context.voice.exclamations_max
    found = [match.span() for match in _EXCLAMATION.finditer(text)]
    if len(found) > most:
        yield report(
            text,
            found[most],
            rule="voice.exclamations",
            severity=Severity.WARN,
            explanation=f"The brand uses at most {most} exclamation mark(s); this reply has {len(found)}.",
        )


def capitals(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of longer runs of words in capitals than the brand allows; known acronyms do not count."""
    known = _acronyms(context)
    run: list[re.Match[str]] = []
    for match in (*_WORD.finditer(text), None):
        if match and match[0].isupper():
            if len(match[0]) >= 3 and match[0] not in known:
                run.append(match)
            continue
        if len(run) > context.voice.capitals_max_run:
            yield report(
                text,
                (run[0].start(), run[-1].end()),
                rule="voice.capitals",
                severity=Severity.WARN,
                explanation="Several words in capitals read like shouting.",
            )
        run = []


def _acronyms(context: CheckContext) -> frozenset[str]:
    """Words in capitals in the template, and in the message unless the message shouts."""
    known = {word for word in _WORD.findall(context.template_text) if word.isupper()}
    for heard in context.untrusted_texts:
        words = _WORD.findall(heard)
        loud = [word for word in words if word.isupper()]
        if len(loud) < len(words) * _SHOUTING_SHARE:
            known.update(loud)
    return frozenset(known)


def hashtags(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of more hashtags than the brand allows."""
    most = context.voice.hashtags_max
    found = [match.span() for match in _HASHTAG.finditer(text)]
    if len(found) > most:
        yield report(
            text,
            (found[most][0], found[-1][1]),
            rule="voice.hashtags",
            severity=Severity.WARN,
            explanation=f"The brand uses at most {most} hashtag(s); this reply has {len(found)}.",
        )


def length(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block a reply that is too long for the channel, and warn of one that is too short."""
    limits = context.voice.length_for(context.channel)
    size = len(text.strip())
    if size > limits.max:
        start = len(text) - len(text.lstrip()) + limits.max
        yield report(
            text,
            (start, len(text.rstrip())),
            rule="voice.too_long",
            severity=Severity.BLOCK,
            explanation=f"The reply has {size} characters; on this channel {limits.max} is the most.",
        )
    elif 0 < size < limits.min:
        yield report(
            text,
            (0, len(text)),
            rule="voice.too_short",
            severity=Severity.WARN,
            explanation=f"The reply has {size} characters; on this channel {limits.min} is the least.",
        )


def sign_off(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn when the closing line is missing that every reply of the brand needs."""
    closing = context.voice.sign_off
    if not closing.required or not closing.text.strip() or not text.strip():
        return
    end = text
    for start, stop in reversed(list(_emoji(text))):
        end = end[:start] + end[stop:]
    if not _bare(end).endswith(_bare(closing.text)):
        yield report(
            text,
            (len(text), len(text)),
            rule="voice.sign_off_missing",
            severity=Severity.WARN,
            explanation=f'Every reply of {context.voice.name} ends with "{closing.text}".',
        )


def _bare(text: str) -> str:
    return " ".join(_ENDING.sub("", normalise(text).text).split())
