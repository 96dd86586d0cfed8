"""Messages beside templates and their sentences, with what is right of them, to fit a reader's vectors to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from replyassist.core.pair_reading import TextPair
from replyassist.evaluation.record import CaseResult, load_run
from replyassist.guardrails.text import sentence_spans
from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.reranking import MOST_READ
from replyassist.triage import Route
from replyassist_bench.near_misses import Label, read_pairs

ROOT = Path(__file__).resolve().parents[1]
BRANDS = ROOT / "eval" / "replies" / "dev"
ANSWERS = ROOT / "eval" / "answers" / "train.jsonl"
YES, NO, NEITHER = FORMS = "yes", "no", "neither"
LEAST_FOUND = 0.12
"""Less sure templates are no examples, save the first and the right ones: nearly none of them would be read."""


@dataclass(frozen=True)
class LabelledPair:
    """``group`` is the message of a run, "" for a near miss, which no search found; ``sureness`` is the search's."""

    brand: str
    pair: TextPair
    is_right: bool
    group: str = ""
    sureness: float = 0.0
    is_in_scope: bool = False


@dataclass(frozen=True)
class LabelledReply:
    """A message beside the sentences of a template: those that answer it, and those that bound the answer.

    ``form``: whether the direct answer is yes, no or neither of them.
    """

    brand: str
    message: str
    title: str
    sentences: tuple[str, ...]
    answering: frozenset[int] = frozenset()
    bounding: frozenset[int] = frozenset()
    form: str = NEITHER
    has_needed: bool = True

    @property
    def needed(self) -> tuple[bool, ...]:
        """For each sentence, whether a reply has to say it; empty where only the form is known."""
        if not self.has_needed:
            return ()
        return tuple(place in self.answering | self.bounding for place in range(len(self.sentences)))


def near_misses() -> Iterator[LabelledPair]:
    """The training brands of eval/near_misses, but for what is off the topic."""
    for each in read_pairs(ROOT / "eval" / "near_misses", split="train"):
        if each.label is not Label.OFF_TOPIC:
            pair = TextPair(each.template.title, each.template.rendered_reply, each.question)
            yield LabelledPair(each.brand, pair, each.is_answered)


def pairs_of(runs: Sequence[str]) -> Iterator[LabelledPair]:
    """Each message of the runs with the first templates that were found for it."""
    for result in _read(runs):
        right = result.case.right_templates
        for place, match in enumerate(_found(result)[:MOST_READ]):
            is_right = match.template_id in right
            if place == 0 or is_right or match.probability >= LEAST_FOUND:
                pair = TextPair(match.title, match.reply, result.case.text)
                yield LabelledPair(result.case.brand, pair, is_right, result.case.id, match.probability, bool(right))


def replies_of(runs: Sequence[str]) -> Iterator[LabelledReply]:
    """Each message with its template's sentences as ``answers.jsonl`` has them, and with a wrong first one's: none."""
    answers = {line["id"]: line for path in BRANDS.glob("*/answers.jsonl") for line in map(json.loads, path.open())}
    for result in _read(runs):
        case, found, line = result.case, _found(result), answers.get(result.case.id)
        if line is None:
            continue
        own = next((match for match in found if match.template_id == case.expected.template_id), None)
        if own is not None and (answering := _places(own.reply, line["needed"])):
            bounding = _places(own.reply, line["bounds"]) - answering
            yield _reply(result, own, answering=answering, bounding=bounding, form=_form(line["form"]))
        if found and found[0].template_id not in case.right_templates:
            yield _reply(result, found[0])


def answered_replies() -> Iterator[LabelledReply]:
    """The training half of eval/answers."""
    for line in map(json.loads, ANSWERS.open(encoding="utf-8")):
        places = (frozenset(line[name]) for name in ("needed", "bounds"))
        brand = line["key"].rpartition("-")[0]
        yield LabelledReply(
            brand, line["message"], line["title"], tuple(line["sentences"]), *places, _form(line["form"])
        )


def direct_answers() -> Iterator[LabelledReply]:
    """``direct.jsonl`` of the dev brands: messages that a template answers with yes or no, or not at all."""
    for path in sorted(BRANDS.glob("*/direct.jsonl")):
        templates = {line["id"]: line for line in map(json.loads, path.with_name("faq.jsonl").open(encoding="utf-8"))}
        for line in map(json.loads, path.open(encoding="utf-8")):
            template = templates[line["template"]]
            sentences = _sentences(template["reply"])
            form = _form(line["answer"])
            yield LabelledReply(
                path.parent.name, line["message"], template["title"], sentences, form=form, has_needed=False
            )


def _form(label: str) -> str:
    return label if label in (YES, NO) else NEITHER


def _sentences(reply: str) -> tuple[str, ...]:
    return tuple(reply[start:end] for start, end in sentence_spans(reply))


def _read(runs: Sequence[str]) -> Iterator[CaseResult]:
    for path in runs:
        yield from (each for each in load_run(Path(path)).results if each.case.expected.route is not Route.NO_REPLY)


def _found(result: CaseResult) -> Sequence[TemplateMatch]:
    return result.proposal.templates if result.proposal else ()


def _places(reply: str, texts: Sequence[str]) -> frozenset[int]:
    """Of the sentences that hold a part of one of these texts."""
    spans = [(at, at + len(text)) for text in texts if (at := reply.find(text)) >= 0]
    return frozenset(
        place
        for place, (start, end) in enumerate(sentence_spans(reply))
        if any(start < last and first < end for first, last in spans)
    )


def _reply(
    result: CaseResult,
    match: TemplateMatch,
    *,
    answering: frozenset[int] = frozenset(),
    bounding: frozenset[int] = frozenset(),
    form: str = NEITHER,
) -> LabelledReply:
    sentences = _sentences(match.reply)
    return LabelledReply(result.case.brand, result.case.text, match.title, sentences, answering, bounding, form)
