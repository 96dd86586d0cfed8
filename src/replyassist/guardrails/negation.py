"""A draft that affirms what its template denies, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.ground import CheckSources, ground_of
from replyassist.guardrails.likeness import passages_alike
from replyassist.guardrails.pleasantries import opening_of, without_opening
from replyassist.guardrails.polarity import Statement, overall, statements_of
from replyassist.guardrails.spans import Support
from replyassist.guardrails.support import AssessedClause, assess
from replyassist.guardrails.text import normalise

MARGIN = 0.15
"""How much less alike than the best a passage may be and still be what a clause speaks of; set by hand."""

LEAST_SHARED = 0.25
"""Share of the shorter statement's words, by weight, that two must share to be compared; tried on val of dstc9."""

OUTWEIGHS = 1.5
"""How many times as much two statements of opposite signs must share as two of the same sign; tried on val too."""

LEAST_SHARED_BY_CONDITIONS = 0.6
"""The same for two conditions; set by hand."""

_YES_OR_NO_QUESTION = re.compile(
    r"\W*(?:is|are|was|were|do|does|did|can|could|may|will|would|should|shall|has|have|must)(?!\w)"
)
_ASKS_FOR_A_LIMIT = re.compile(r"(?<!\w)(?:restrict\w*|limit\w*|minimum|maximum|still|else|another|instead)(?!\w)")
_NO = re.compile(r"(?<!\w)(?:no|nope)(?!\w)")
_YES = re.compile(r"(?<!\w)(?:yes|yep|yeah|yea)(?!\w)")


def negation_flipped(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block a clause that says the opposite of the template.

    Without a template there is nothing to contradict.
    """
    if context.template is None:
        return
    ground = ground_of(context)
    for clause in assess(text, ground):
        said = text[clause.start : clause.end]
        if _is_flipped(clause, said, ground, context):
            yield report(
                text,
                (clause.start, clause.end),
                rule="grounding.negation_flipped",
                severity=Severity.BLOCK,
                explanation="This seems to say the opposite of the template. "
                "Please compare the two and use the template's wording.",
            )


def _is_flipped(clause: AssessedClause, said: str, ground: CheckSources, context: CheckContext) -> bool:
    if clause.support is Support.VOICE or said.rstrip().endswith("?"):
        return False
    stated = ground.masked(without_opening(said))
    own = statements_of(stated, names=ground.trusted.names)
    aligned = _aligned(stated, ground)
    is_of_template = clause.states and clause.support in (Support.TEMPLATE, Support.FACT)
    if (is_of_template or not clause.states) and _answer_is_flipped(said, own, aligned, context):
        return True
    if not is_of_template:
        return False
    return any(_contradicts(one, aligned, _every(ground)) for one in own if one.stems or one.free is not None)


def _every(ground: CheckSources) -> tuple[Statement, ...]:
    """All that the template states."""
    names = ground.trusted.names
    return tuple(
        one for passage in ground.trusted.passages for one in statements_of(without_opening(passage), names=names)
    )


def _contradicts(one: Statement, aligned: tuple[Statement, ...], every: tuple[Statement, ...]) -> bool:
    """Whether a statement of a draft says the opposite of the passages that it speaks of."""
    if one.is_condition or one.excepts:
        conditions = [] if one.excepts else [other for other in every if other.is_condition]
        return _is_opposed(one, conditions, conditions, least=LEAST_SHARED_BY_CONDITIONS)
    stated = [other for other in every if not other.is_condition]
    if one.free is not None and any(other.free is not None for other in stated):
        return _cost_is_opposed(one, stated)
    needs = {other.needed for other in stated if other.needed is not None and one.shares(other) > 0}
    if one.needed is not None and needs:
        return needs == {not one.needed}
    return _is_opposed(one, [other for other in aligned if not other.is_condition], stated, least=LEAST_SHARED)


def _cost_is_opposed(one: Statement, stated: list[Statement]) -> bool:
    """Whether the template says the opposite of the cost of the same thing: the same numbers, or the same words."""
    costs = [other for other in stated if other.free is not None]
    if len({other.free for other in costs}) == 1:
        return costs[0].free != one.free
    shared = {True: 0.0, False: 0.0}
    for other in costs:
        share = _same_numbers(one, other)
        shared[other.free is True] = max(shared[other.free is True], share)
    return shared[one.free is not True] > shared[one.free is True]


def _same_numbers(one: Statement, other: Statement) -> float:
    """Share of their numbers that both have, 0 to 1."""
    if not one.numbers:
        return 0.0
    return len(one.numbers & other.numbers) / len(one.numbers | other.numbers)


def _is_opposed(one: Statement, near: list[Statement], every: list[Statement], *, least: float) -> bool:
    """Whether the statement shares more with those near it of the other sign than with any of its own sign."""
    agreeing = max((one.shares(other) for other in (*near, *every) if _agrees(one, other)), default=0.0)
    disagreeing = max((one.shares(other) for other in near if not _agrees(one, other)), default=0.0)
    return disagreeing >= least and disagreeing > OUTWEIGHS * agreeing


def _agrees(one: Statement, other: Statement) -> bool:
    """Whether both affirm or deny; who denies a fee or a need does not deny the words that both share."""
    denying = other if one.affirmed else one
    return other.affirmed == one.affirmed or not denying.denies_words


def _answer_is_flipped(
    said: str, own: tuple[Statement, ...], aligned: tuple[Statement, ...], context: CheckContext
) -> bool:
    """Whether a "yes" or "no" is the wrong answer to the template's question, or denies what follows it.

    That can be known only when that question was asked: when the message is the title, or is not known.
    """
    template = context.template
    if template is None or not template.title.rstrip().endswith("?") or not _asks_the_title(context):
        return False
    title = normalise(template.title).text
    if _YES_OR_NO_QUESTION.match(title) is None or _ASKS_FOR_A_LIMIT.search(title):
        return False
    asked = statements_of(template.title)
    if any(not one.affirmed or one.needed is not None or one.free is not None for one in asked):
        return False
    if any(one.only for one in (*own, *aligned)):
        return False
    theirs = yes_or_no(opening_of(context.template_text))
    theirs = overall(aligned) if theirs is None else theirs
    return _opposite(_answer(said, own, aligned), theirs)


def _answer(said: str, own: tuple[Statement, ...], aligned: tuple[Statement, ...]) -> bool | None:
    """Yes (True) or no (False): in so many words, or by the sign of what shares no word with the template."""
    named = any(weight >= 1 for one in own for _, weight in one.stems)
    answer = yes_or_no(opening_of(said) or ("" if named else normalise(said).text))
    if answer is not None or any(one.shares(other) > 0 for one in own for other in aligned if named):
        return answer
    return overall(own)


def _asks_the_title(context: CheckContext) -> bool:
    template = context.template
    asked = normalise(context.message.text).text.strip()
    if template is None or not asked:
        return not asked
    return any(normalise(question).text == asked for question in (template.title, *template.questions))


def _opposite(first: bool | None, second: bool | None) -> bool:
    return first is not None and second is not None and first != second


def _aligned(stated: str, ground: CheckSources) -> tuple[Statement, ...]:
    """The statements of the passages that the clause speaks of, and of the title where the reply answers it."""
    sources = ground.trusted
    alike = passages_alike(stated, sources, encoder=ground.encoder)
    best = max(alike, default=0.0)
    found: list[Statement] = []
    for passage, how_alike in zip(sources.passages, alike, strict=True):
        if how_alike >= best - MARGIN:
            found += statements_of(without_opening(passage), names=sources.names)
    answer = next((yes_or_no(opening_of(passage)) for passage in ground.passages[:1]), None)
    title = statements_of(sources.title, names=sources.names)
    if answer is not None and sources.title.rstrip().endswith("?") and all(one.affirmed for one in title):
        found += statements_of(sources.title, names=sources.names, turned=not answer)
    return tuple(found)


def yes_or_no(opening: str) -> bool | None:
    """Whether a folded opening says yes (True) or no (False), if it says either."""
    if _NO.search(opening):
        return False
    return True if _YES.search(opening) else None
