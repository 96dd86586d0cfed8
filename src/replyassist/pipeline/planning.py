"""The plan of a reply: which sentences of the template answer this message, before anybody words it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from replyassist.answering.choosing import KEPT_FROM, KEPT_WHEN_SHORTER_FROM, likely_needed
from replyassist.answering.sentence_rows import refers_back
from replyassist.core.embedding import Encoder
from replyassist.drafting.personalise import is_closed
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails.extraction import mentions
from replyassist.guardrails.mention import Kind
from replyassist.guardrails.proof import denies, is_bounding
from replyassist.guardrails.text import sentence_spans
from replyassist.pipeline.instructions import Change, Wish
from replyassist.pipeline.topics import speaking_of

NOTHING_ASKED = Wish()

BOUNDS_FROM = 0.08
"""Probability from which a sentence is said that bounds what is said beside it, or that a denial beside it bounds.

Over brands left out of the fit 95 % have all that answers so (93 % without), 90 % with every condition (87 %), in .52
of the template's length (.47).
"""
LEADS_ON_FROM = 0.05
"""Probability from which a sentence with a link or an address is said: readers missed where to go on (set by hand)."""
_ADDRESSES = frozenset({Kind.LINK, Kind.EMAIL, Kind.PHONE})
LEADS_BY = 0.3
"""How much likelier than the first sentence another must be to stand before it; set by reading drafts of dev cases."""


@dataclass(frozen=True)
class PlannedSentence:
    """A sentence of a template, how likely this message needs it (0 to 1), and whether the reply says it.

    ``is_wanted``: a person asked for it, so that it is said whatever the model makes of it.
    """

    text: str
    probability: float
    is_kept: bool
    is_wanted: bool = False


@dataclass(frozen=True)
class Plan:
    """The sentences of the source, template by template; in each the one that surely answers stands first.

    ``unmet``: what a person wanted to be mentioned or left out, where no sentence is about it or nothing would be left.
    """

    sentences: tuple[PlannedSentence, ...]
    unmet: tuple[str, ...] = ()

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """What the reply says."""
        return tuple(each.text for each in self.sentences if each.is_kept)

    @property
    def is_shortened(self) -> bool:
        """Whether a sentence is left out that a reply would usually say."""
        return any(not each.is_kept and each.probability >= KEPT_FROM for each in self.sentences)

    @cached_property
    def answer(self) -> str:
        """The same as one text; a dash stands after a link, for no stop may touch it."""
        return in_a_row(self.kept)


def plan_of(
    asked: Sequence[tuple[ReplyTemplate, Sequence[str]]], encoder: Encoder, *, wish: Wish = NOTHING_ASKED
) -> Plan:
    """The sentences that one of its questions needs, template by template.

    ``asked``: each template with what is asked of it: the message, or its questions where it has several. Of each
    template the likeliest sentence stays; with an encoder that nothing was fitted to, all of them do. What a person
    wants to be mentioned is kept however unlikely, and what they want left out goes, unless nothing would be left.
    """
    least = KEPT_FROM
    if Change.LONGER in wish.changes:
        least = 0.0
    elif Change.SHORTER in wish.changes:
        least = KEPT_WHEN_SHORTER_FROM
    sentences = [each for template, texts in asked for each in _planned(texts, template, encoder, least)]
    plan = _as_wished(sentences, wish, encoder)
    return _shortened(plan) if Change.SHORTER in wish.changes and not plan.is_shortened else plan


def _shortened(plan: Plan) -> Plan:
    """The plan without its least likely sentence, if one may go that bounds nothing and that nobody wants."""
    kept = [each for each in plan.sentences if each.is_kept]
    surest = max((each.probability for each in kept), default=0.0)
    may_go = [each for each in kept if each.probability < surest and not (each.is_wanted or is_bounding(each.text))]
    if not may_go:
        return plan
    least = min(may_go, key=lambda each: each.probability)
    left = (replace(each, is_kept=each.is_kept and each is not least) for each in plan.sentences)
    return replace(plan, sentences=tuple(left))


def _as_wished(sentences: list[PlannedSentence], wish: Wish, encoder: Encoder) -> Plan:
    texts = [each.text for each in sentences]
    wanted = {topic: speaking_of(topic, texts, encoder) for topic in wish.mentioned}
    unwanted = {topic: speaking_of(topic, texts, encoder) for topic in wish.left_out}
    unmet = [topic for topic, places in (wanted | unwanted).items() if not places]
    named = {place for places in wanted.values() for place in places}
    for place in named:
        sentences[place] = replace(sentences[place], is_kept=True, is_wanted=True)
    for topic, places in unwanted.items():
        left = [each.is_kept and place not in places for place, each in enumerate(sentences)]
        if any(left):
            sentences = [replace(each, is_kept=is_left) for each, is_left in zip(sentences, left, strict=True)]
        elif places:
            unmet.append(topic)
    return Plan(tuple(sentences), tuple(unmet))


def in_a_row(sentences: Sequence[str]) -> str:
    """The sentences as one text."""
    text = ""
    for sentence in sentences:
        between = " " if is_closed(text) else " – "
        text = f"{text}{between}{sentence}" if text else sentence
    return text


def _planned(asked: Sequence[str], template: ReplyTemplate, encoder: Encoder, least: float) -> list[PlannedSentence]:
    reply = template.rendered_reply
    texts = [reply[start:end] for start, end in sentence_spans(reply)]
    likely = likely_needed(asked, encoder, title=template.title, reply=reply)
    if likely is None:
        return [PlannedSentence(text, 1.0, is_kept=True) for text in texts]
    chances = [*likely.tolist(), *[least] * (len(texts) - len(likely))]
    kept = {place for place, each in enumerate(chances) if each >= least} | {int(likely.argmax())}
    kept |= {place for place, each in enumerate(chances) if each >= BOUNDS_FROM and _bounds(place, texts, kept)}
    kept |= {place for place, each in enumerate(chances) if each >= LEADS_ON_FROM and _leads_on(texts[place])}
    for place in sorted(kept, reverse=True):
        if place and place - 1 not in kept and refers_back(texts[place]):
            kept.add(place - 1)
    planned = [
        PlannedSentence(text, round(chance, 3), is_kept=place in kept)
        for place, (text, chance) in enumerate(zip(texts, chances, strict=True))
    ]
    return _answer_first(planned)


def _bounds(place: int, texts: Sequence[str], kept: Set[int]) -> bool:
    """Whether a sentence limits what stands beside it, or stands beside what is denied ("We ship within Europe.")."""
    beside = {place - 1, place + 1} & kept
    return bool(beside) and (is_bounding(texts[place]) or any(denies(texts[each]) for each in beside))


def _leads_on(sentence: str) -> bool:
    """Whether it says where to go on: a link, an address, a number to call."""
    return any(mention.kind in _ADDRESSES for mention in mentions(sentence))


def _answer_first(sentences: list[PlannedSentence]) -> list[PlannedSentence]:
    """The likeliest sentence before the others, with what refers back to it, where it is much likelier than the first.

    A sentence that refers back itself or ends in a link stays where it is, and so does one that denies: what holds
    comes before what does not.
    """
    kept = [each for each in sentences if each.is_kept]
    if len(kept) < 2:
        return sentences
    best = max(kept, key=lambda each: each.probability)
    leads = best.probability - kept[0].probability
    if refers_back(best.text) or denies(best.text) or not is_closed(best.text) or leads < LEADS_BY:
        return sentences
    start = end = sentences.index(best)
    while end + 1 < len(sentences) and refers_back(sentences[end + 1].text):
        end += 1
    return [*sentences[start : end + 1], *sentences[:start], *sentences[end + 1 :]]
