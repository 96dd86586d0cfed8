"""From a pile of past messages to proposed templates: the most common questions, and what they would have answered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from replyassist.core.embedding import Encoder, Vectors
from replyassist.faq.importing.ids import TemplateIds
from replyassist.faq.learned import normalised
from replyassist.faq.models import TemplateProposalRow
from replyassist.faq.proposals import FoundProposal
from replyassist.faq.proposed import PastText, ProposalCoverage, ProposalState, ProposedTexts
from replyassist.faq.template import ReplyTemplate
from replyassist.triage import Route, triage

from .coverage import Today, nearest_groups, split
from .grouping import Places, grouped, mean_direction, varied
from .pile import AnsweredQuestion, QuestionPool
from .replies import central_reply
from .texts import SAME_MEANING

FEWEST = 3  # messages that make a proposal
MOST_QUESTIONS = 8
VOTERS = 5  # the most central messages of a group, which say what triage and today's templates make of it
SAME_QUESTION = 0.75
"""Cosine of two groups' questions from which they are one, between runs. Of the 40 largest groups made on two halves of
banking77 train, clinc150 val and vira (36 that both halves hold) 34 are known again, 34 of 35 rightly; at .7 34 and 34
of 39, at .9 31 and all. Of groups of 3 to 12 of clinc150 val .75 are known again, .98 rightly."""
LONGEST_TITLE = 120


@dataclass(frozen=True)
class BrandKnowledge:
    """What the brand has already; ``today`` is None where it has no template."""

    today: Today | None = None
    remembered: tuple[TemplateProposalRow, ...] = ()
    languages: tuple[str, ...] = ("en",)

    @property
    def templates(self) -> tuple[ReplyTemplate, ...]:
        """Those in use."""
        return self.today.index.templates if self.today else ()


@dataclass(frozen=True)
class ProposalRun:
    """Proposals, the largest first, and their coverage.

    ``groups`` of messages were found; of these ``for_people`` go to a person whatever templates there are,
    ``decided`` ask what somebody dismissed or accepted before, and ``answered`` a template answers in these very
    words. ``seconds`` by stage.
    """

    proposals: tuple[FoundProposal, ...]
    coverage: ProposalCoverage
    groups: int
    for_people: int
    decided: int
    answered: int
    seconds: dict[str, float]


def find_proposals(
    pile: QuestionPool,
    encoder: Encoder,
    brand: BrandKnowledge,
    *,
    day: date,
    limit: int = 20,
    fewest: int = FEWEST,
    with_replies: bool = False,
) -> ProposalRun:
    """At most ``limit`` templates for the questions that come most often, each from at least ``fewest`` messages.

    ``encoder`` is that of the pile; what templates answer today is looked up with that of their index.

    Groups are made without the messages that coverage is counted on, where there are enough. No database is touched.
    """
    started = time.perf_counter()
    to_group, to_count, is_apart = split(pile)
    groups = [to_group[places] for places in grouped(pile.vectors[to_group], fewest=fewest)]
    at_groups = time.perf_counter()
    search = _Search(pile, encoder, brand, day=day, with_replies=with_replies)
    proposals = search.proposals(groups, limit=limit)
    at_proposals = time.perf_counter()
    belongs = nearest_groups(pile.vectors[to_count], [pile.vectors[group] for group in groups])
    ranks = {group: rank for rank, group in enumerate(proposals, start=1)}
    answers = [
        0 if today is not None else ranks.get(int(group))
        for today, group in zip(search.answers_today(to_count), belongs, strict=True)
    ]
    seconds = {
        "grouping": at_groups - started,
        "naming": at_proposals - at_groups,
        "counting": time.perf_counter() - at_proposals,
    }
    if is_apart:
        proposals = {
            group: replace(proposal, covers=(*proposal.covers, *_keys(pile, to_count[belongs == group])))
            for group, proposal in proposals.items()
        }
    skipped = search.skipped
    return ProposalRun(
        tuple(proposals.values()),
        _curve(pile, answers, len(proposals), held_out=is_apart),
        len(groups),
        skipped["for people"],
        skipped["decided"],
        skipped["answered"],
        seconds,
    )


class _Search:
    """What one run holds: the pile, the brand's index of today, and the meaning of earlier proposals."""

    def __init__(
        self, pile: QuestionPool, encoder: Encoder, brand: BrandKnowledge, *, day: date, with_replies: bool
    ) -> None:
        self._pile, self._encoder, self._brand, self._day = pile, encoder, brand, day
        self._with_replies = with_replies
        self._ids = TemplateIds()
        self._taken = {template.id for template in brand.templates}
        self._known = [row for row in brand.remembered if row.texts.questions]
        self._meanings = np.stack(
            [
                mean_direction(encoder.encode([past.text for past in row.texts.questions[:MOST_QUESTIONS]]))
                for row in self._known
            ]
            or [np.zeros(pile.vectors.shape[1], dtype=np.float32)]
        )
        self.skipped: Counter[str] = Counter()

    def proposals(self, groups: Sequence[Places], *, limit: int) -> dict[int, FoundProposal]:
        """Those of the first groups that are worth a proposal, by the group's number."""
        found: dict[int, FoundProposal] = {}
        renewed: set[int] = set()
        for number, group in enumerate(groups):
            if len(found) == limit:
                break
            proposal = self._proposal(group, renewed)
            if proposal is not None:
                found[number] = proposal
        return found

    def answers_today(self, places: Places) -> list[str | None]:
        """The template that surely answers each message; None for none."""
        if self._brand.today is None:
            return [None] * len(places)
        return self._brand.today.answers([self._pile.asked[at].text for at in places], day=self._day)

    def _proposal(self, group: Places, renewed: set[int]) -> FoundProposal | None:
        pile = self._pile
        voters = group[:VOTERS]
        if 2 * sum(self._may_be_drafted(pile.asked[at].text) for at in voters) <= len(voters):
            self.skipped["for people"] += 1
            return None
        known = self._recognised(pile.vectors[group])
        if known is not None and known.state != ProposalState.OPEN:
            self.skipped["decided"] += 1
            return None
        extends = self._answered_today(voters)
        questions = self._questions(group, extends)
        if not questions:
            self.skipped["answered"] += 1
            return None
        asked = [pile.asked[at] for at in group]
        known_as = known.id if known is not None and known.id not in renewed else None
        if known_as is not None:
            renewed.add(known_as)
        return FoundProposal(
            suggested_id=extends or self._free_id(questions[0].text),
            title=_title(questions[0].text),
            texts=ProposedTexts(questions=questions, reply=self._reply(asked) if extends is None else None),
            covers=_keys(pile, group),
            replies=sum(bool(message.reply) for message in asked) if self._with_replies else 0,
            extends=extends,
            known_as=known_as,
        )

    def _may_be_drafted(self, text: str) -> bool:
        read = triage(text, languages=self._brand.languages)
        return read.route is Route.DRAFT and not read.is_plain_praise

    def _recognised(self, vectors: Vectors) -> TemplateProposalRow | None:
        """The earlier proposal that asks the same; of several that do, the one that is most alike."""
        if not self._known:
            return None
        likeness = self._meanings @ mean_direction(vectors[varied(vectors, count=MOST_QUESTIONS)])
        best = int(likeness.argmax())
        return self._known[best] if likeness[best] >= SAME_QUESTION else None

    def _answered_today(self, voters: Places) -> str | None:
        """The template that answers most of these messages."""
        answers = Counter(self.answers_today(voters))
        template_id, votes = answers.most_common(1)[0]
        return template_id if 2 * votes > len(voters) else None

    def _questions(self, group: Places, extends: str | None) -> tuple[PastText, ...]:
        """Varied ones, each in words of its own; for a template that is there, only what it does not hold."""
        vectors = self._pile.vectors[group]
        own = next((template.questions for template in self._brand.templates if template.id == extends), [])
        held = self._encoder.encode(own)
        found: dict[str, PastText] = {}
        for at in varied(vectors, count=min(len(group), 2 * MOST_QUESTIONS)):
            message = self._pile.asked[group[at]]
            is_held = bool(len(held)) and bool((held @ vectors[at]).max() >= SAME_MEANING)
            if not is_held and len(found) < MOST_QUESTIONS:
                found.setdefault(normalised(message.text), PastText(text=message.text, key=message.key))
        return tuple(found.values())

    def _reply(self, asked: Sequence[AnsweredQuestion]) -> PastText | None:
        if not self._with_replies:
            return None
        return central_reply(asked, self._encoder, languages=self._brand.languages)

    def _free_id(self, question: str) -> str:
        made = self._ids.made_from(question)
        free = next(name for name in _numbered(made) if name not in self._taken)
        self._taken.add(free)
        return free


def _curve(pile: QuestionPool, answers: Sequence[int | None], proposals: int, *, held_out: bool) -> ProposalCoverage:
    """Of the messages that ask nothing the same share is counted as of the others: they are answered by nothing."""
    counts = Counter(answers)
    sums = [int(total) for total in np.cumsum([counts[rank] for rank in range(proposals + 1)])]
    share = len(answers) / len(pile.asked) if pile.asked else 1.0
    return ProposalCoverage(
        messages=pile.messages,
        counted=max(len(answers), round(share * pile.messages)),
        held_out=held_out,
        today=sums[0],
        with_first=tuple(sums[1:]),
    )


def _keys(pile: QuestionPool, places: Places) -> tuple[str, ...]:
    return tuple(pile.asked[at].key for at in places)


def _title(question: str) -> str:
    short = question if len(question) <= LONGEST_TITLE else f"{question[: LONGEST_TITLE - 1].rstrip()}…"
    return short[:1].upper() + short[1:]


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
