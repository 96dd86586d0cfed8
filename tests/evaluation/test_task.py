"""One case goes through the production pipeline, and no failure of it is an exception."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from replyassist.core.errors import LanguageModelError
from replyassist.evaluation.cache import GenerationCache
from replyassist.evaluation.evaluators import CaseOutcome, Value
from replyassist.evaluation.record import DRAFT, RETRIEVAL
from replyassist.evaluation.task import Task, evaluators_for
from replyassist.testing import FakeChatModel

from .labelled import REPLY, case, context

BOTH = evaluators_for((RETRIEVAL, DRAFT))
GOOD = f"Hi Tom! {REPLY}"


@dataclass(frozen=True)
class Broken:
    """An evaluator that fails."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        raise ZeroDivisionError("by zero")


class BrokenEncoder:
    model_digest, dimension = "broken", 64

    def encode(self, texts: object) -> None:
        raise RuntimeError("no weights\nand more")


def test_a_case_is_drafted_and_scored() -> None:
    result = Task(evaluators=BOTH, drafts=True).answer(
        case(expected={"must_include": ["32 countries"], "reply": REPLY}), context(model=FakeChatModel((GOOD,)))
    )

    assert result.error is None
    assert result.proposal is not None
    assert (result.proposal.draft, result.proposal.model) == (GOOD, "fake")
    assert result.assertions["hit_at_1"] is result.assertions["send_ready"] is True
    assert result.scores["fact_coverage"] == 1.0
    assert result.scores["prompt_tokens"] > 0
    assert result.labels["drafted_by"] == "model"


def test_retrieval_alone_asks_no_model() -> None:
    model = FakeChatModel((GOOD,))
    result = Task(evaluators=evaluators_for((RETRIEVAL,)), drafts=False).answer(case(), context(model=model))

    assert model.calls == []
    assert "send_ready" not in result.assertions
    assert result.assertions["hit_at_1"] is True


def test_a_model_that_fails_leaves_the_template_s_reply() -> None:
    model = FakeChatModel(error=LanguageModelError("away"))
    result = Task(evaluators=BOTH, drafts=True).answer(case(), context(model=model))

    assert result.error is None
    assert (result.labels["drafted_by"], result.scores["failed_calls"]) == ("template", 1.0)


def test_a_pipeline_that_fails_is_a_result_with_an_error() -> None:
    result = Task(evaluators=BOTH, drafts=True).answer(case(), context(encoder=BrokenEncoder()))

    assert (result.proposal, result.error) == (None, "RuntimeError: no weights")


def test_an_evaluator_that_fails_takes_nothing_from_the_others() -> None:
    result = Task(evaluators=(Broken(), *BOTH), drafts=True).answer(case(), context())

    assert result.error == "Broken: ZeroDivisionError: by zero"
    assert result.assertions["hit_at_1"] is True


def test_an_answer_from_the_cache_counts_the_seconds_of_the_first_time(tmp_path: Path) -> None:
    cache = GenerationCache(tmp_path / "cache.sqlite")
    task = Task(evaluators=BOTH, drafts=True, cache=cache)
    model = FakeChatModel((GOOD,), delay=0.2)
    first, second = task.answer(case(), context(model=model)), task.answer(case(), context(model=model))

    assert (first.was_cached, second.was_cached) == (False, True)
    assert first.seconds >= 0.2 <= second.seconds
    assert first.proposal is not None is not second.proposal
    assert len(model.calls) == 1
