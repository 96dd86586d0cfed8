"""Each sentence of a draft beside what supports it, and an objection to what nothing supports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from replyassist.guardrails.clauses import clause_spans
from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.ground import CheckSources, ground_of
from replyassist.guardrails.likeness import ClauseSupport, likeness, texts_to_embed
from replyassist.guardrails.pleasantries import is_pleasantry, without_opening
from replyassist.guardrails.spans import Span, Support
from replyassist.guardrails.terms import terms
from replyassist.guardrails.text import normalise
from replyassist.guardrails.vectors import MEMORY
from replyassist.guardrails.verbatim import is_verbatim
from replyassist.guardrails.words import content_vocabulary, stem

SUPPORTED_FROM = 0.063
"""Probability from which a sentence counts as supported.

1 % of the supported statements of dstc9's val split are below it, each judged by a model that was fitted on the other
domains; ``scripts/fit_support.py`` prints that table. The 1 % was chosen so that the whole check stays below 4 % false
alarms on val with every kind of wrong reply caught in 92 % or more.
"""

CLEARLY_UNSUPPORTED_BELOW = 0.026
"""Probability below which an unsupported sentence blocks; from the same table, at 0.75 %."""

SUPPORTED_BY_WORDS_FROM = 0.0424
"""The same as ``SUPPORTED_FROM`` for the model without embeddings, at 3 %: words alone tell less."""

WORDS_OF_A_STATEMENT = 4
"""Words that name a matter from which a sentence without a plain verb is held to state something."""

_STATES = re.compile(
    r"(?<!\w)(?:is|are|was|were|isn't|aren't|wasn't|weren't|has|have|hasn't|haven't|can|can't|cannot|may|must|will|won't"
    r"|do|does|don't|doesn't|need|needs|(?:it|there|that|we|you|they)'(?:s|re|ll|ve)|(?:un)?available|free|open|closed"
    r"|(?:allow|accept|offer|provid|includ|permit|requir|cost|charg|ship|deliver|sell|serv|support|take|run|work|com|arriv"
    r"|start|send|receiv|visit|book)(?:e|es|s|ed)?|no|not|prohibited|forbidden|as long as)(?!\w)"
)
_OF_THE_AUTHOR = re.compile(r"(?<!\w)(?:you(?:'re|'ve|'d)?|your|u)(?!\w)")
_AUTHORS_OWN = re.compile(r"your (?P<first>\w+)(?: (?P<second>\w+))?")
_OF_THE_BRAND = re.compile(r"(?<!\w)(?:we|our|us|i|my|free|refund\w*|replac\w+|cover\w*|guarantee\w*)(?!\w)")
_BRANDS_MATTER = content_vocabulary(
    (
        "order parcel package delivery refund money account card booking replacement subscription voucher code ticket "
        "room table payment deposit invoice item product purchase bag box",
    )
)
_OBLIGES = re.compile(r"(?<!\w)(?:can|can't|cannot|may|must|will|won't|need|needs|be|get|have to|able|free)(?!\w)")


@dataclass(frozen=True, slots=True)
class AssessedClause:
    """A clause, ``text[start:end]``, with its support; ``states``: it says something that could be wrong."""

    start: int
    end: int
    support: Support
    source: str
    likeness: ClauseSupport
    states: bool


def spans_of(text: str, context: CheckContext) -> tuple[Span, ...]:
    """The clauses of the text in order, each with the passage that supports it best."""
    return tuple(
        Span(
            start=clause.start,
            end=clause.end,
            support=clause.support,
            source=clause.source,
            score=round(clause.likeness.probability, 4),
        )
        for clause in assess(text, ground_of(context))
    )


def unsupported_sentences(text: str, context: CheckContext) -> Iterable[Finding]:
    """Object to a sentence that states what the template does not: block where that is clear, else warn.

    It is a warning too where only the message says it, where there is no encoder to compare meanings with, and
    where there is no template, so that a person wrote freely.
    """
    if is_verbatim(text, context):
        return
    ground = ground_of(context)
    for clause in assess(text, ground):
        if clause.states and clause.support in _UNTRUSTED:
            yield report(
                text,
                (clause.start, clause.end),
                rule="grounding.unsupported_sentence",
                severity=_severity(clause, ground),
                explanation=_EXPLANATIONS[clause.support],
            )


_UNTRUSTED = frozenset({Support.NONE, Support.MESSAGE, Support.CONVERSATION})
_EXPLANATIONS = {
    Support.NONE: "The template does not say this. Please make sure that it is true, or take it out.",
    Support.MESSAGE: "Only the message says this, not the template. Please make sure that the reply does not "
    "confirm it by mistake.",
    Support.CONVERSATION: "Only the conversation says this, not the template. Please make sure that it is true.",
}


def _severity(clause: AssessedClause, ground: CheckSources) -> Severity:
    is_clear = (
        ground.encoder is not None
        and ground.has_template
        and clause.support is Support.NONE
        and clause.likeness.unsaid > 0
        and clause.likeness.probability < CLEARLY_UNSUPPORTED_BELOW
    )
    return Severity.BLOCK if is_clear else Severity.WARN


@lru_cache(maxsize=256)
def assess(text: str, ground: CheckSources) -> tuple[AssessedClause, ...]:
    """Every clause of the text with its support; all that is not known yet is embedded in one batch."""
    spans = clause_spans(text)
    statements = {span: _statement(text[slice(*span)], ground) for span in spans}
    if ground.encoder is not None:
        MEMORY.learn(ground.encoder, _texts(statements.values(), ground))
    return tuple(_assessed(text[slice(*span)], span, statements[span], ground) for span in spans)


def _statement(clause: str, ground: CheckSources) -> str:
    """What the clause states, without greeting and "yes" or "no"; empty for a pleasantry."""
    if is_pleasantry(clause, own=ground.own):
        return ""
    stated = without_opening(clause)
    return "" if is_pleasantry(stated, own=ground.own) else ground.masked(stated)


def _texts(statements: Iterable[str], ground: CheckSources) -> list[str]:
    every = (ground.trusted, *(sources for _, sources in ground.heard))
    return [text for stated in statements if stated for sources in every for text in texts_to_embed(stated, sources)]


def _assessed(clause: str, span: tuple[int, int], stated: str, ground: CheckSources) -> AssessedClause:
    if not stated:
        return AssessedClause(*span, Support.VOICE, "", ClauseSupport(1.0, 0, 1.0, 0), states=False)
    states = _states(clause, stated, ground)
    trusted = likeness(stated, ground.trusted, encoder=ground.encoder)
    if _is_supported(trusted, ground):
        support = Support.TEMPLATE if trusted.best < ground.trusted.replies else Support.FACT
        return AssessedClause(*span, support, _passage(ground.passages, trusted.best), trusted, states)
    for support, sources in ground.heard:
        heard = likeness(stated, sources, encoder=ground.encoder)
        if _is_supported(heard, ground):
            source = _passage(sources.passages, heard.best)
            return AssessedClause(*span, support, source, trusted, states and _is_about_the_offer(stated, ground))
    return AssessedClause(*span, Support.NONE, "", trusted, states)


def _is_supported(found: ClauseSupport, ground: CheckSources) -> bool:
    return found.probability >= (SUPPORTED_BY_WORDS_FROM if ground.encoder is None else SUPPORTED_FROM)


def _passage(passages: tuple[str, ...], best: int) -> str:
    return passages[best] if best < len(passages) else ""


def _is_about_the_offer(stated: str, ground: CheckSources) -> bool:
    """Whether it says what holds or what can be done, and does not only take up what the author told."""
    folded = normalise(stated).text
    if _STATES.search(folded) is None:
        return False
    if _OF_THE_BRAND.search(folded):
        return True
    tells = _OF_THE_AUTHOR.search(folded) is not None and _OBLIGES.search(folded) is None
    return not tells and not _is_of_the_authors_own(folded, ground)


def _is_of_the_authors_own(folded: str, ground: CheckSources) -> bool:
    """Whether it speaks of something of the author's that is not the brand's matter: "your ex can sleep too"."""
    subject = _AUTHORS_OWN.match(folded)
    if subject is None:
        return False
    known = {term.stem for term in terms(f"{ground.trusted.title} {ground.trusted.whole}")}
    return (known | _BRANDS_MATTER).isdisjoint({stem(subject["first"]), stem(subject["second"] or "")})


def _states(clause: str, stated: str, ground: CheckSources) -> bool:
    """Whether the clause could be wrong: no question, it names a matter, and it says something of it."""
    if clause.rstrip().endswith("?"):
        return False
    matter = sum(term.names_the_matter for term in terms(stated, names=ground.trusted.names))
    if matter == 0:
        return False
    has_verb = _STATES.search(normalise(stated).text) is not None
    return has_verb if not ground.has_template else has_verb or matter >= WORDS_OF_A_STATEMENT
