"""Hides example questions, asks them of the product's own search, and notes which template comes first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from replyassist.core.embedding import Encoder
from replyassist.core.words import read
from replyassist.faq.template import ReplyTemplate, TemplateVisibility
from replyassist.retrieval.index import TemplateIndex

from .ways import TemplateWays

FOLDS = 5  # one in five ways of asking is hidden, and one at least
THINNED = 3  # in a round every third template hides more than that, for the learning curve
STEPS = 4  # and keeps none, a quarter, a half or three quarters of what it keeps else
ROUNDS = 15  # each question of a template with up to ten ways is hidden once at least
MOST_TESTED = 4  # questions of one template in one round
MOST_ASKED = 400  # templates in one round: of larger brands a sample
FEWEST_ROUNDS = 3
WORK = 8_000_000  # texts times templates, over all rounds: some two minutes of training
Progress = Callable[[int, int], None]
ELSEWHERE = "any"  # a channel that no template names


@dataclass(frozen=True)
class Trial:
    """A hidden question of ``template``, which still knew ``known`` ways of asking, went to ``found`` (-1: nowhere).

    Templates by their number; ``question`` is its place. ``is_near``: no more was hidden than a fifth.
    """

    template: int
    question: int
    known: int
    found: int
    is_near: bool

    @property
    def is_right(self) -> bool:
        """Whether its own template came first."""
        return self.found == self.template


@dataclass(frozen=True)
class Rounds:
    """What was tried in ``done`` of ``planned`` rounds; ``sampled``: not every template was asked in each."""

    trials: tuple[Trial, ...]
    done: int
    planned: int
    sampled: bool


@dataclass(frozen=True)
class _Hidden:
    template: int
    kept: tuple[int, ...]
    questions: tuple[int, ...]
    is_near: bool


def tried(
    brand: Sequence[TemplateWays],
    encoder: Encoder,
    *,
    day: date,
    seconds: float,
    progress: Progress | None = None,
    seed: int = 0,
    most_asked: int = MOST_ASKED,
    work: int = WORK,
) -> Rounds:
    """Rounds of hiding and asking, the same for the same seed; none is begun when ``seconds`` have passed.

    Templates that are over by ``day`` are neither asked nor found. Of more than ``most_asked`` a sample is asked in
    each round; ``work`` is texts times templates over all rounds, of which there are at least three.
    """
    until = time.monotonic() + seconds
    ends = [each.template.valid_until for each in brand]
    numbers = [number for number, end in enumerate(ends) if end is None or end >= day]
    rounds = list(_planned(brand, numbers, seed=seed, most_asked=most_asked, work=work))
    places = {brand[number].template.id: number for number in numbers}
    trials: list[Trial] = []
    done = 0
    for hidden in rounds:
        if done and time.monotonic() > until:
            break
        kept = {each.template: each.kept for each in hidden}
        known = [
            brand[number].keeping(kept[number]) if number in kept else brand[number].template for number in numbers
        ]
        trials += _asked(TemplateIndex(known, encoder), hidden, brand, encoder, day=day, places=places)
        done += 1
        if progress is not None:
            progress(done, len(rounds))
    return Rounds(tuple(trials), done, len(rounds), sum(1 for number in numbers if brand[number].ways) > most_asked)


def _asked(
    index: TemplateIndex,
    hidden: Sequence[_Hidden],
    brand: Sequence[TemplateWays],
    encoder: Encoder,
    *,
    day: date,
    places: dict[str, int],
) -> Iterator[Trial]:
    pairs = [(each, place) for each in hidden for place in each.questions]
    texts = [brand[each.template].template.questions[place] for each, place in pairs]
    for (each, place), text, reading in zip(pairs, texts, read(encoder, texts), strict=True):
        template = brand[each.template].template
        channel, visibility, when = _where(template, day)
        matches = index.search(
            reading.vector,
            text=text,
            words=reading.words,
            limit=1,
            channel=channel,
            visibility=visibility,
            day=when,
        )
        found = places[matches[0].template_id] if matches else -1
        yield Trial(each.template, place, len(each.kept), found, each.is_near)


def _where(template: ReplyTemplate, day: date) -> tuple[str, str, date]:
    """A place and a day on which this template may be used."""
    channel = template.channels[0] if template.channels else ELSEWHERE
    visibility = TemplateVisibility.PUBLIC if template.visibility is TemplateVisibility.ANY else template.visibility
    return channel, str(visibility), max(day, template.valid_from or day)


def _planned(
    brand: Sequence[TemplateWays], numbers: Sequence[int], *, seed: int, most_asked: int, work: int
) -> Iterator[list[_Hidden]]:
    draw = np.random.default_rng(seed)
    candidates = [number for number in numbers if brand[number].ways]
    if len(numbers) < 2 or not candidates:
        return
    size = sum(len(brand[number].template.questions) for number in numbers) * len(numbers)
    orders = {number: draw.permutation(len(brand[number].ways)).tolist() for number in candidates}
    turns = {number: turn for turn, number in enumerate(draw.permutation(candidates).tolist())}
    for done in range(min(ROUNDS, max(FEWEST_ROUNDS, work // max(1, size)))):
        chosen = candidates if len(candidates) <= most_asked else draw.permutation(candidates)[:most_asked].tolist()
        yield [_hidden(brand[number], number, orders[number], done=done, turn=turns[number]) for number in chosen]


def _hidden(each: TemplateWays, number: int, order: Sequence[int], *, done: int, turn: int) -> _Hidden:
    """What this template hides after so many rounds: the next fifth of its ways; at every third ``turn`` more."""
    ways = len(each.ways)
    few = max(1, round(ways / FOLDS))
    kept_most, (step, rest) = ways - few, divmod(done + turn, THINNED)
    known = kept_most if rest else kept_most * (step % STEPS) // STEPS
    visit = step * (THINNED - 1) + rest - 1 if rest else step  # of its own kind, so that all ways come to be hidden
    first = visit * few % ways
    turned = [*order[first:], *order[:first]]
    hidden, kept = turned[: ways - known], turned[ways - known :]
    tested = [each.ways[way][done % len(each.ways[way])] for way in hidden[:MOST_TESTED]]
    return _Hidden(number, tuple(kept), tuple(tested), known == kept_most)
