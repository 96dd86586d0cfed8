"""How each rule of severity "fix" mends a draft: small changes that leave links, numbers and facts alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from replyassist.brands.voice import ReplaceRule
from replyassist.core.word_lists import words_of
from replyassist.drafting.names import first_name
from replyassist.guardrails.context import CheckContext
from replyassist.guardrails.text import sentence_spans
from replyassist.guardrails.voice.contractions import respellings
from replyassist.guardrails.voice.custom import holds
from replyassist.guardrails.voice.greeting import nameless_greeting
from replyassist.guardrails.voice.matching import find_phrases
from replyassist.guardrails.voice.shape import lacks_sign_off
from replyassist.guardrails.voice.style import (
    WORD,
    acronyms,
    capital_runs,
    emoji_spans,
    exclamation_spans,
    hashtag_spans,
    is_permitted,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """``text[start:end]`` becomes ``new``, because of ``rule``."""

    start: int
    end: int
    new: str
    rule: str


Mender = Callable[[str, CheckContext], Iterable[Edit]]

_MARKS = re.compile("[!！‼⁉❗❕?？]+[\ufe0e\ufe0f]?")
_OPENING_MARKS = re.compile("¡+")
_STOPS = ".?…。:;,!！"
_SHORT_WORDS = words_of("AM AN AS AT BE BY DO GO HE IF IN IS IT ME MY NO OF OH ON OR SO TO UP WE")
_STOP_AHEAD = re.compile(r"[.,!?;:](?:\s|$)")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n]+(?=\n|$)|(?<=\n)[^\S\n]+|\n{3,}|[^\S\n](?=[.,!?;:](?:\s|$))")


def replaced_phrases(text: str, context: CheckContext) -> Iterator[Edit]:
    """Set phrases give way to the brand's own wording, with a capital where the old one had it."""
    for rule in context.voice.rules:
        if not isinstance(rule, ReplaceRule) or rule.severity != "fix" or not holds(rule.when, context):
            continue
        phrases = tuple(rule.phrases)
        if find_phrases(rule.replacement, phrases, language=context.language, inflected=False):
            continue
        for start, end in find_phrases(text, phrases, language=context.language, inflected=False):
            new = rule.replacement
            yield Edit(start, end, new[:1].upper() + new[1:] if text[start].isupper() else new, f"voice.{rule.id}")


def respelled(text: str, context: CheckContext) -> Iterator[Edit]:
    """Short forms are written out, or long ones cut, as the brand wants."""
    for one in respellings(text, context):
        yield Edit(one.start, one.end, one.other, "voice.contractions")


def named_greeting(text: str, context: CheckContext) -> Iterator[Edit]:
    """A greeting without the known name becomes the brand's greeting by name."""
    start, end = nameless_greeting(text, context)
    if start < end and context.voice.greetings.named:
        greeting = context.voice.greetings.named[0].replace("{name}", first_name(context.message.author_name) or "")
        yield Edit(start, end, greeting, "voice.greeting")


def appended_sign_off(text: str, context: CheckContext) -> Iterator[Edit]:
    """A missing closing line is put at the end, when the platform leaves room for it."""
    end = len(text.rstrip())
    closing = context.voice.sign_off.text.strip()
    room = context.message.room(context.voice)
    if lacks_sign_off(text, context) and room.fits(f"{text.strip()}\n{closing}"):
        yield Edit(end, len(text), f"\n{closing}", "voice.sign_off_missing")


def folded_capitals(text: str, context: CheckContext) -> Iterator[Edit]:
    """Shouted words go to lower case; acronyms, the brand and the start of a sentence keep their capitals."""
    known = acronyms(context)
    names = _names(context)
    starts = {match.start() for start, end in sentence_spans(text) if (match := WORD.search(text, start, end))}
    for start, end in capital_runs(text, context):
        for match in WORD.finditer(text, start, end):
            word = match[0]
            if word in known or (len(word) < 3 and word not in _SHORT_WORDS) or not word.isupper():
                continue
            lower = word.lower()
            if len(lower) != len(word):  # a Turkish İ falls apart into two characters
                continue
            is_capital = match.start() in starts or lower in names
            yield Edit(*match.span(), lower[:1].upper() + lower[1:] if is_capital else lower, "voice.capitals")


def _names(context: CheckContext) -> frozenset[str]:
    """What is written with a capital inside a sentence of the template or the message, and the names of both sides."""
    names = WORD.findall(f"{context.voice.name} {context.message.author_name or ''}")
    for text in (context.template_text, *context.untrusted_texts):
        for start, end in sentence_spans(text):
            names += [match[0] for match in [*WORD.finditer(text, start, end)][1:] if match[0].istitle()]
    return frozenset(name.lower() for name in names)


def fewer_hashtags(text: str, context: CheckContext) -> Iterator[Edit]:
    """Surplus hashtags go when they stand at the end; inside a sentence the word stays without its sign."""
    surplus = hashtag_spans(text)[context.voice.hashtags_max :]
    for index, (start, end) in enumerate(surplus):
        rest = text[end:]
        for first, last in reversed(surplus[index + 1 :]):
            rest = rest[: first - end] + rest[last - end :]
        if any(character.isalnum() for character in rest) or not any(map(str.isalnum, text[:start])):
            yield Edit(start, start + 1, _gap(text, start, start + 1), "voice.hashtags")
        else:
            yield Edit(start, end, _gap(text, start, end), "voice.hashtags")


def fewer_emoji(text: str, context: CheckContext) -> Iterator[Edit]:
    """Emoji off the brand's list go, and of the others those over the limit, the first staying."""
    kept = 0
    for start, last in emoji_spans(text):
        end = last + (text[last : last + 1] in ("\ufe0e", "\ufe0f"))
        if kept < context.voice.emoji.max and is_permitted(text[start:last], context):
            kept += 1
            continue
        name = "emoji_count" if is_permitted(text[start:last], context) else "emoji_not_allowed"
        yield Edit(start, end, _gap(text, start, end), f"voice.{name}")


def calmer_marks(text: str, context: CheckContext) -> Iterator[Edit]:
    """Surplus exclamation marks become full stops, a run of them one mark, and "?!" a question mark."""
    left = context.voice.exclamations_max
    counted = {start for start, _ in exclamation_spans(text)}
    if len(counted) <= left:
        return
    for match in _MARKS.finditer(text):
        if not any(position in counted for position in range(*match.span())):
            continue
        new = _mark(text, match, keep=left > 0)
        left -= new == match[0][0] and new != "?"
        if new != match[0]:
            yield Edit(*match.span(), new, "voice.exclamations")
        if new not in ("!", "！"):
            yield from _without_opening_mark(text, match.start())


def _mark(text: str, match: re.Match[str], *, keep: bool) -> str:
    marks = match[0]
    if "?" in marks or "？" in marks or "⁉" in marks:
        new = "?"
    elif keep:
        return "！" if "！" in marks else "!"
    else:
        new = "。" if "！" in marks else "."
    before, after = text[max(0, match.start() - 40) : match.start()].rstrip(), text[match.end() : match.end() + 1]
    if not before or before[-1] in _STOPS or after[:1] in tuple(_STOPS):
        new = ""
    return f"{new} " if after[:1].isalnum() or after[:1] in tuple("/@#\\¡") else new


def _without_opening_mark(text: str, end: int) -> Iterator[Edit]:
    begin = max((found.end() for found in re.finditer(r"[.!?…]", text[:end])), default=0)
    for match in _OPENING_MARKS.finditer(text, begin, end):
        between_words = text[match.start() - 1 : match.start()].isalnum() and text[match.end()].isalnum()
        yield Edit(*match.span(), " " if between_words else "", "voice.exclamations")


def tidy_spaces(text: str, _: CheckContext) -> Iterator[Edit]:
    """No double spaces, none before a stop, none around the text, and at most one empty line."""
    inner = text.strip()
    start = len(text) - len(text.lstrip())
    if not inner:
        return
    if start:
        yield Edit(0, start, "", "voice.spacing")
    for match in _SPACES.finditer(inner):
        lines = match[0].startswith("\n")
        is_inside = not lines and inner[match.end()] != "\n" and not _STOP_AHEAD.match(inner, match.end())
        after_line = match.start() > 0 and inner[match.start() - 1] == "\n"
        new = "\n\n" if lines else " " if is_inside and not after_line else ""
        yield Edit(start + match.start(), start + match.end(), new, "voice.spacing")
    if start + len(inner) < len(text):
        yield Edit(start + len(inner), len(text), "", "voice.spacing")


def _gap(text: str, start: int, end: int) -> str:
    """What takes the place of something dropped: a space where its neighbours would grow together."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return " " if before and after and not before.isspace() and not after.isspace() else ""


def menders(context: CheckContext) -> tuple[Mender, ...]:
    """The menders that this voice asks for, in the order in which they run; spaces are always tidied, and last."""
    levels = context.voice.severities
    chosen: tuple[tuple[str, Mender], ...] = (
        ("fix", replaced_phrases),
        (levels.contractions, respelled),
        (levels.greeting, named_greeting),
        (levels.sign_off, appended_sign_off),
        (levels.capitals, folded_capitals),
        (levels.hashtags, fewer_hashtags),
        (levels.emoji, fewer_emoji),
        (levels.exclamations, calmer_marks),
        ("fix", tidy_spaces),
    )
    return tuple(mender for level, mender in chosen if level == "fix")
