"""What the template grants under a condition, the draft may not grant without it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.limits import Limit, grants, limit_of, without_limited_numbers
from replyassist.guardrails.mention import Kind, Mention
from replyassist.guardrails.segments import Segment, is_fact, segments
from replyassist.guardrails.stance import is_asked
from replyassist.guardrails.text import normalise, sentence_spans
from replyassist.guardrails.words import content_vocabulary, content_words

_CLAUSE = re.compile(
    r"(?<!\w)(?P<word>only if|if|only when|when|once|unless|as long as|so long as|provided(?: that)?|in case"
    r"|(?P<narrow>except(?: for| on| in)?|excluding|apart from|other than|but not"
    r"|only (?:in|for|on|at|to|with|from|within|after|before|until))|until|after|before"
    r"|from the \w+(?: \w+)? on(?:wards)?)"
    r"(?!\w)[^,;:.!?()\n]*?"
    r"(?=[,;:.!?()\n]|$|(?<!if)(?<!when)(?<!once)(?<!as) (?:you|we|they) (?:can|may|get|will|pay) )"
)
_ATTRIBUTE = re.compile(
    r"(?<!\w)(?:un(?:opened|used|worn|washed|damaged|touched)|sealed|original (?:packaging|box|condition)"
    r"|new customers?|first (?:order|purchase)|members?|subscribers?)(?!\w)"
)
_LIMITING = re.compile(
    r"(?<!\w)(?:if|when|once|unless|as long as|so long as|provided|in case|in the event|except|excluding|apart from"
    r"|only|over|above|under|below|minimum|at least|more than|less than|up to|within|until|before|after|must"
    r"|needs? to be|ha(?:s|ve) to be|certain|depend\w*|otherwise|some|selected|eligible|qualif\w+|condition\w*"
    r"|limit\w*|not|\w+ and (?:over|under|older|younger))(?!\w)"
)
SHARED_WORDS = 0.6
"""The share of a consequence's words that a draft must have to state it, where nothing is granted; set by hand."""

WORDS_OF_A_CLAUSE = 1
"""Content words from which the words before a condition are what it limits, and not the rest of the sentence."""

_GROUP = re.compile(r"(?<!\w)(?:seniors?|children|kids|infants?|students?|babies|toddlers|teenagers)(?!\w)")


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition of one sentence of the template: its words and numbers, and what the sentence grants under it."""

    excerpt: str
    words: frozenset[str]
    keys: frozenset[str]
    granted: frozenset[str]
    is_plain: bool  # whether "if", "only" or a limit spells it out, so that leaving it out is no matter of taste
    group: str = ""  # whom a limit is about, where the word says it as well: "seniors over 65"
    consequence: frozenset[str] = frozenset()  # its words, where nothing is granted: "we ship only in Ireland"


def dropped_conditions(text: str, context: CheckContext) -> Iterable[Finding]:
    """Object to what the template grants under a condition and the draft without it, or under the opposite one.

    Granted is what is free, refunded, returned, exchanged, discounted or cancelled. A condition is kept when the draft
    has its number or half of its words, or limits the sentence in other words; the author's own message may state it
    too ("I'm over 65, is there a discount?"). Left out, "if", "only" and limits block; attributes ("unopened") warn.
    """
    if context.template is None:
        return
    yield from _turned(text, context)
    conditions = _conditions(context.template_text)
    if not conditions:
        return
    stated = content_vocabulary((text, context.message.text))
    offered = _keys(
        [
            mention
            for source in (text, context.message.text)
            for mention in mentions(source)
            if mention.kind is not Kind.ROUND_THE_CLOCK
        ]
    )
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        folded = normalise(sentence).text
        if is_asked(folded, 0) or _LIMITING.search(without_limited_numbers(folded, mentions(sentence))):
            continue
        for condition in conditions:
            if not _is_stated(condition, folded) or _is_kept(condition, stated, offered):
                continue
            if condition.group and condition.group in folded:
                continue
            if not condition.is_plain and _ATTRIBUTE.search(f"{folded}\n{normalise(context.message.text).text}"):
                continue
            yield report(
                text,
                (start, end),
                rule="grounding.condition_dropped",
                severity=Severity.BLOCK if condition.is_plain and condition.granted else Severity.WARN,
                explanation=f'The template says this only under a condition: "{condition.excerpt.strip()}". '
                "Please add it.",
            )
            break


def _is_stated(condition: _Condition, sentence: str) -> bool:
    """Whether a sentence of the draft says what the condition is for."""
    if condition.granted:
        return not condition.granted.isdisjoint(grants(sentence))
    words = frozenset(content_words(sentence))
    return len(words & condition.consequence) >= SHARED_WORDS * len(condition.consequence)


def _is_kept(condition: _Condition, stated: frozenset[str], offered: frozenset[str]) -> bool:
    if condition.keys:
        return not condition.keys.isdisjoint(offered)
    if not condition.words:
        return False
    return len(condition.words & stated) * 2 >= len(condition.words)


@lru_cache(maxsize=512)
def _conditions(template_reply: str) -> tuple[_Condition, ...]:
    """The conditions under which a template grants something, but not what it also grants without any."""
    plain = normalise(template_reply).text
    found: list[_Condition] = []
    freely: set[str] = set()
    for start, end in sentence_spans(plain):
        of_sentence = list(_of_sentence(plain, start, end))
        found.extend(of_sentence)
        if not of_sentence:
            freely |= grants(plain[start:end])
    return tuple(condition for condition in found if condition.consequence or not condition.granted.issubset(freely))


def _of_sentence(text: str, start: int, end: int) -> Iterator[_Condition]:
    granted = grants(text[start:end])
    inside = [mention for mention in mentions(text) if start <= mention.start < end]
    for pattern, is_plain in ((_CLAUSE, True), (_ATTRIBUTE, False)):
        for match in pattern.finditer(text, start, end):
            own = [mention for mention in inside if match.start() <= mention.start < match.end()]
            words = frozenset(content_words(match[0]))
            rest = f"{text[start : match.start()]} {text[match.end() : end]}"
            clause = max(start, text.rfind(", ", start, match.start()))
            own_clause = text[clause : match.start()]
            says_more = len(content_words(own_clause)) >= WORDS_OF_A_CLAUSE
            still = grants(own_clause) or (frozenset() if says_more else grants(rest) & granted)
            if still:
                yield _Condition(match[0], words, _keys(own), still, is_plain and bool(words or own))
            elif is_plain and match["narrow"] and (words or own) and content_words(rest):
                consequence = frozenset(content_words(rest))
                yield _Condition(match[0], words, _keys(own), frozenset(), is_plain, consequence=consequence)
    for mention in inside:
        if granted and is_fact(mention) and limit_of(text, mention):
            excerpt = text[max(start, mention.start - 12) : mention.end]
            group = _GROUP.search(text, max(start, mention.start - 24), mention.start)
            yield _Condition(
                excerpt, frozenset(), _keys([mention]), granted, is_plain=True, group=group[0] if group else ""
            )


def _keys(found: list[Mention]) -> frozenset[str]:
    return frozenset(key for mention in found for key in mention.offers | mention.needs if key[0] != "?")


def _turned(text: str, context: CheckContext) -> Iterator[Finding]:
    """A number that the template gives as the least and the draft as the most, or the other way round."""
    given = [
        (segment, fact, limit_of(normalise(context.template_text).text, fact))
        for segment in segments(context.template_text)
        for fact in segment.facts
    ]
    plain = normalise(text)
    for segment in segments(text):
        for fact in segment.facts:
            limit = limit_of(plain.text, fact)
            own = [(one, its) for one, other, its in given if not fact.needs.isdisjoint(other.offers)]
            if limit is None or not own or any(its in (None, limit) for _, its in own):
                continue
            if not any(_same_matter(plain.text, segment, context, one) for one, _ in own):
                continue
            span = plain.span(fact.start, fact.end)
            side = "the least" if limit is Limit.MOST else "the most"
            yield report(
                text,
                span,
                rule="grounding.condition_changed",
                severity=Severity.BLOCK,
                explanation=f'"{text[slice(*span)]}" is {side} in the template, and the other way round here. '
                "Please use the template's wording.",
            )


def _same_matter(text: str, segment: Segment, context: CheckContext, given: Segment) -> bool:
    """Whether both stretches speak of the same: they grant the same, or share half of the words."""
    template = normalise(context.template_text).text
    ours, theirs = grants(text[segment.start : segment.end]), grants(template[given.start : given.end])
    if ours or theirs:
        return not ours.isdisjoint(theirs)
    return bool(segment.words) and len(segment.words & given.words) * 2 >= len(segment.words)
