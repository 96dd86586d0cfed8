"""A language model as judge: it lists findings with quotes, and the verdict follows from them by our own rule."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from pydantic import BaseModel, ValidationError

from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatMessage, ChatModel
from replyassist.core.prompts import PromptLibrary, untrusted
from replyassist.evaluation.labels import Label, Usability, majority
from replyassist.evaluation.record import CaseResult, EvaluationRun
from replyassist.evaluation.statistics import Interval, cohens_kappa, proportion_interval
from replyassist.review.failures import MEANINGS, NOT_USABLE, FailureKind

PROMPT = "judge.j2"
MAX_TOKENS = 800  # about ten findings; a longer list is a judge that has lost its way
DEADLINE_SECONDS = 120.0
SHOWN_BY_THE_DRAFT = "draft"
QUOTED_FROM = {FailureKind.MISSED_QUESTION: "message", FailureKind.MISSING_FACT: "answer"}
"""Where the quote of a failure stands that is about what the draft lacks; of all others it stands in the draft."""
_MARKS = re.compile(r"[\"'“”„‘’«»‹›.…\s]+")


class Unjudged(StrEnum):
    """Why a draft has no judgement."""

    NO_ANSWER = "no_answer"  # the endpoint failed or was too slow
    MALFORMED = "malformed"  # no JSON of the asked form
    FALSE_QUOTE = "false_quote"  # a finding quotes what does not stand there, so nothing of the answer is trusted


class JudgeFinding(BaseModel, frozen=True):
    """One thing that is wrong with a draft, and the passage that shows it."""

    kind: FailureKind
    quote: str
    why: str = ""


class Judgement(BaseModel, frozen=True):
    """What the judge found in one draft; ``verdict`` is None when ``unjudged`` says why."""

    case_id: str
    draft: str
    verdict: Usability | None = None
    findings: tuple[JudgeFinding, ...] = ()
    unjudged: Unjudged | None = None


class JudgeSummary(BaseModel, frozen=True):
    """The judge's score with how far it can be trusted: ``kappa`` is its agreement with people on the same drafts.

    ``confusion`` counts the ``labelled`` drafts by the judge's verdict and then by the people's. None: nothing to say.
    """

    judged: int
    unjudged: int
    unjudged_why: dict[str, int]
    send_ready_rate: Interval | None
    not_usable_rate: Interval | None
    failures: dict[str, int]
    labelled: int
    kappa: Interval | None
    confusion: dict[str, dict[str, int]]


class _Answer(BaseModel):
    """What is read of the judge's JSON; anything else in it, such as a verdict of its own, is ignored."""

    findings: tuple[JudgeFinding, ...]


def verdict_of(findings: Iterable[JudgeFinding]) -> Usability:
    """What misleads or harms is not usable, any other failure needs an edit, none is send-ready."""
    kinds = {finding.kind for finding in findings}
    if kinds & NOT_USABLE:
        return Usability.NOT_USABLE
    return Usability.NEEDS_EDIT if kinds else Usability.SEND_READY


def judge_run(
    run: EvaluationRun,
    model: ChatModel,
    *,
    library: PromptLibrary,
    concurrency: int = 1,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Judgement, ...]:
    """Judge every draft of a run, in order. An answer that cannot be used is a value, never an error."""
    drafted = [result for result in run.results if result.proposal and result.proposal.draft]

    def judge(result: CaseResult) -> Judgement:
        try:
            return _judge(result, model, library)
        finally:
            progress()

    with ThreadPoolExecutor(max_workers=max(1, concurrency)) as pool:
        return tuple(pool.map(judge, drafted))


def with_labelled_drafts(run: EvaluationRun, labels: Sequence[Label]) -> EvaluationRun:
    """The run with the drafts that people read, one a case, so that old labels can be held against a judge.

    A case without a label, or without a proposal that says what its templates were, is left out.
    """
    read = {label.case_id: label.draft for label in reversed(labels)}
    results = tuple(
        result.model_copy(update={"proposal": result.proposal.model_copy(update={"draft": read[result.case.id]})})
        for result in run.results
        if result.proposal and result.case.id in read
    )
    return run.model_copy(update={"results": results})


def summarise(run: EvaluationRun, judgements: Sequence[Judgement], labels: Sequence[Label]) -> JudgeSummary:
    """The share of send-ready drafts by the judge, beside its agreement with labels of the same drafts."""
    judged = {item.case_id: item.verdict for item in judgements if item.verdict is not None}
    drafts = {result.case.id: result.proposal.draft for result in run.results if result.proposal}
    readers: dict[str, list[Usability]] = defaultdict(list)
    for label in labels:
        if label.case_id in judged and drafts.get(label.case_id) == label.draft:
            readers[label.case_id].append(label.label)
    pairs = [(judged[case_id], majority(given)) for case_id, given in readers.items()]
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict, usability in pairs:
        confusion[verdict.value][usability.value] += 1
    return JudgeSummary(
        judged=len(judged),
        unjudged=len(judgements) - len(judged),
        unjudged_why=dict(Counter(item.unjudged.value for item in judgements if item.unjudged)),
        send_ready_rate=_share(judged.values(), Usability.SEND_READY),
        not_usable_rate=_share(judged.values(), Usability.NOT_USABLE),
        failures=dict(Counter(found.kind.value for item in judgements for found in item.findings).most_common()),
        labelled=len(pairs),
        kappa=cohens_kappa([verdict for verdict, _ in pairs], [usability for _, usability in pairs]),
        confusion={verdict: dict(counts) for verdict, counts in confusion.items()},
    )


def _judge(result: CaseResult, model: ChatModel, library: PromptLibrary) -> Judgement:
    texts = _texts(result)
    blank = Judgement(case_id=result.case.id, draft=texts[SHOWN_BY_THE_DRAFT])
    try:
        generation = model.generate(
            _messages(result, texts, library),
            candidates=1,
            max_tokens=MAX_TOKENS,
            temperature=0.0,
            deadline_seconds=DEADLINE_SECONDS,
        )
    except LanguageModelError:
        return blank.model_copy(update={"unjudged": Unjudged.NO_ANSWER})
    findings = _read(generation.completions[0].text)
    if findings is None:
        return blank.model_copy(update={"unjudged": Unjudged.MALFORMED})
    if not all(_stands_in(finding.quote, texts[_source(finding)]) for finding in findings):
        return blank.model_copy(update={"unjudged": Unjudged.FALSE_QUOTE})
    return blank.model_copy(update={"verdict": verdict_of(findings), "findings": findings})


def _texts(result: CaseResult) -> dict[str, str]:
    """What may be quoted: the draft, the message, and the reply of the template that was used."""
    proposal = result.proposal
    if proposal is None:
        raise ValueError("there is no draft to judge")
    used = {template.id for template in proposal.used_templates}
    answers = [match.reply for match in proposal.templates if match.template_id in used]
    return {SHOWN_BY_THE_DRAFT: proposal.draft, "message": result.case.text, "answer": " ".join(answers)}


def _messages(result: CaseResult, texts: dict[str, str], library: PromptLibrary) -> list[ChatMessage]:
    case = result.case
    kinds = {kind.value: meaning for kind, meaning in MEANINGS.items()}
    absent = {kind.value: kind.value for kind in QUOTED_FROM}
    asked = library.render(
        PROMPT,
        part="case",
        brand=case.brand,
        channel=case.channel,
        visibility=case.visibility,
        parent_text=case.parent_text,
        answered_text=case.answered_text,
        author=case.author_name,
        **texts,
    )
    rubric = library.render(PROMPT, part="rubric", kinds=kinds, absent=absent)
    return [ChatMessage("system", rubric), ChatMessage("user", asked)]


def _read(text: str) -> tuple[JudgeFinding, ...] | None:
    """The findings of an answer; prose and fences around the one JSON object are forgiven."""
    try:
        return _Answer.model_validate(json.loads(text[text.index("{") : text.rindex("}") + 1])).findings
    except (ValueError, RecursionError, ValidationError):
        return None


def _source(finding: JudgeFinding) -> str:
    return QUOTED_FROM.get(finding.kind, SHOWN_BY_THE_DRAFT)


def _stands_in(quote: str, text: str) -> bool:
    """Whether the text holds the quote; quotation marks, full stops, case and spacing do not count."""
    wanted, given = (_MARKS.sub(" ", untrusted(part)).strip().casefold() for part in (quote, text))
    return bool(wanted) and wanted in given


def _share(verdicts: Iterable[Usability], wanted: Usability) -> Interval | None:
    counted = [verdict is wanted for verdict in verdicts]
    return proportion_interval(sum(counted), len(counted)) if counted else None
