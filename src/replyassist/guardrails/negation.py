"""A draft that affirms what its template denies, or the other way round; and a state that the template only awaits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.ground import Ground, ground_of
from replyassist.guardrails.likeness import passages_alike
from replyassist.guardrails.pleasantries import opening_of, without_opening
from replyassist.guardrails.polarity import COST, Polarity, Signs, merged, overall, polarity_of
from replyassist.guardrails.spans import Support
from replyassist.guardrails.support import Assessed, assess
from replyassist.guardrails.text import normalise

MARGIN = 0.15
"""How much less alike than the best a passage may be and still count beside it; chosen on the val split of dstc9."""

MOST_AGREEING = 1 / 3
"""The share of agreeing words up to which the disagreeing ones decide; chosen on the val split of dstc9."""

_NO = re.compile(r"(?<!\w)(?:no|nope)(?!\w)")
_YES = re.compile(r"(?<!\w)(?:yes|yep|yeah|yea)(?!\w)")
_STATE = re.compile(
    r"(?<!\w)(?:is|are|'s|'re|it's|they're|we're)(?: now| already| finally| currently| all)? "
    r"(?P<state>back(?: in stock| on sale| online| up)?|in stock|available(?: again| now)?|ready|fixed|restocked"
    r"|open again|sold out|out of stock|live|resolved|working again|up and running)(?!\w)"
)
_AWAITED = re.compile(
    r"(?<!\w)(?:when|whenever|once|if|as soon as|until|till|the moment|in case|unless|whether|before|after)(?!\w)"
    r"[^.!?;:]*$"
)


def negation_flipped(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block a clause that says the opposite of the template, and a state that the template only awaits.

    Without a template there is nothing to contradict.
    """
    if context.template is None:
        return
    ground = ground_of(context)
    for clause in assess(text, ground):
        said = text[clause.start : clause.end]
        if _awaited(said, context) or _is_flipped(clause, said, ground, context):
            yield report(
                text,
                (clause.start, clause.end),
                rule="grounding.negation_flipped",
                severity=Severity.BLOCK,
                explanation="This seems to say the opposite of the template. "
                "Please compare the two and use the template's wording.",
            )


def _is_flipped(clause: Assessed, said: str, ground: Ground, context: CheckContext) -> bool:
    if clause.support is Support.VOICE or said.rstrip().endswith("?"):
        return False
    stated = ground.masked(without_opening(said))
    own = polarity_of(stated, names=ground.trusted.names)
    aligned = list(_aligned(stated, ground, context))
    if not clause.states:
        return _answer_is_flipped(said, own, merged(aligned), context)
    if clause.support not in (Support.TEMPLATE, Support.FACT):
        return False
    return _says_the_opposite(own, aligned, ground)


def _says_the_opposite(own: Polarity, aligned: list[Polarity], ground: Ground) -> bool:
    """Whether any segment contradicts the passages that the clause speaks of, or that it shares its words with."""
    every = [polarity_of(without_opening(passage), names=ground.trusted.names) for passage in ground.trusted.passages]
    cost = merged(every).get(COST, frozenset())
    source = merged(aligned)
    if own.segments and not any(stem in source for signs in own.segments for stem in signs):
        return _opposite(own.overall, overall(source))
    excluded = {stem for passage in aligned for stem in passage.left_out if source[stem] == {False}}
    for signs in own.segments:
        if any(signs.get(stem, frozenset()) == {True} for stem in excluded):
            return True
        near = (passage for passage in every if _shares_half(signs, passage))
        said_there = {**merged((*aligned, *near)), **({COST: cost} if cost else {})}
        if _contradicts(signs, said_there):
            return True
    return False


def _shares_half(signs: Signs, passage: Polarity) -> bool:
    there = passage.signs
    return bool(signs) and 2 * sum(stem in there for stem in signs) >= len(signs)


def _answer_is_flipped(said: str, own: Polarity, source: Signs, context: CheckContext) -> bool:
    """Whether a bare "yes" or "no, it isn't" is the wrong answer to the template's question.

    That can be known only when that question was asked: when the message is the title, or is not known.
    """
    if context.template is None or not context.template.title.rstrip().endswith("?") or not _asks_the_title(context):
        return False
    answer = _yes_or_no(opening_of(said) or normalise(said).text)
    mine = answer if answer is not None else own.overall
    theirs = _yes_or_no(opening_of(context.template_text))
    return _opposite(mine, overall(source) if theirs is None else theirs)


def _asks_the_title(context: CheckContext) -> bool:
    title = context.template.title if context.template else ""
    return not context.message.strip() or normalise(context.message).text == normalise(title).text


def _opposite(first: bool | None, second: bool | None) -> bool:
    return first is not None and second is not None and first != second


def _contradicts(signs: Signs, source: Signs) -> bool:
    """Whether a segment of a draft has the opposite signs of its source; a word with both signs does not count."""
    shared = {stem: (signs[stem], source[stem]) for stem in signs if stem in source}
    certain = {stem: first != second for stem, (first, second) in shared.items() if len(first) == len(second) == 1}
    if COST in certain:
        return certain[COST]
    disagreeing = sum(certain.values())
    return disagreeing > 0 and len(certain) - disagreeing <= MOST_AGREEING * disagreeing


def _aligned(stated: str, ground: Ground, context: CheckContext) -> Iterator[Polarity]:
    """The polarity of the passages that the clause speaks of, and of the title where the reply answers it."""
    sources = ground.trusted
    alike = passages_alike(stated, sources, encoder=ground.encoder)
    best = max(alike, default=0.0)
    for passage, how_alike in zip(sources.passages, alike, strict=True):
        if how_alike >= best - MARGIN:
            yield polarity_of(without_opening(passage), names=sources.names)
    answer = _yes_or_no(opening_of(context.template_text))
    if answer is not None and sources.title.rstrip().endswith("?"):
        yield polarity_of(sources.title, names=sources.names, turned=not answer)


def _yes_or_no(opening: str) -> bool | None:
    """Whether a folded opening says yes (True) or no (False), if it says either."""
    if _NO.search(opening):
        return False
    return True if _YES.search(opening) else None


def _awaited(said: str, context: CheckContext) -> bool:
    """Whether the clause gives as a fact a state that the template has only after "when", "once" or "if"."""
    folded = normalise(said).text
    template = normalise(context.template_text).text
    for match in _STATE.finditer(folded):
        if _AWAITED.search(folded[: match.start()]) or folded.rstrip().endswith("?"):
            continue
        there = list(re.finditer(rf"(?<!\w){re.escape(match['state'].split()[0])}(?!\w)", template))
        if there and all(_AWAITED.search(template[: one.start()]) for one in there):
            return True
    return False
