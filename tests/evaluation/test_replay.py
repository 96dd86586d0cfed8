"""What a change would do is seen before it goes live, on labelled cases and on real messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from replyassist.brands.voice import default_voice
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.evaluation.evaluators import DRAFT_EVALUATORS, RETRIEVAL_EVALUATORS
from replyassist.evaluation.gate import FailedCheck
from replyassist.evaluation.record import CaseResult
from replyassist.evaluation.replay import answer_both, case_of, differences, replay_of
from replyassist.evaluation.task import Task
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Severity, Verdict
from replyassist.inbox.service import load
from replyassist.pipeline import PipelineContext
from replyassist.retrieval.index import TemplateIndex
from replyassist.testing import FakeEncoder
from replyassist.triage import Route
from tests.evaluation.builders import case, finding, proposal, result, run
from tests.sureness import sure_of_few
from tests.world import World, shipping

TASK = Task(evaluators=(*RETRIEVAL_EVALUATORS, *DRAFT_EVALUATORS), drafts=False)
LABELS = {"template_id": "shipping-abroad", "must_include": ["32 countries"]}


def context(*templates: ReplyTemplate) -> dict[str, PipelineContext]:
    encoder = FakeEncoder()
    return {
        "fernhill": PipelineContext(
            voice=default_voice("fernhill"),
            index=TemplateIndex(templates or (shipping(),), encoder, calibration=sure_of_few(encoder)),
            encoder=encoder,
            model=None,
            library=PromptLibrary(resource_folder("prompts")),
            day=date(2026, 11, 22),
            threshold=0.4,
        )
    }


class TestAnswers:
    def test_no_change_makes_no_difference(self) -> None:
        before, after = answer_both([case(expected=LABELS)], before=context(), after=context(), task=TASK)

        assert differences(before, after) == ()

    def test_a_changed_template_shows_its_new_draft_beside_the_old(self) -> None:
        changed = context(shipping(facts={"countries_count": 40}))

        (found,) = differences(*answer_both([case(expected=LABELS)], before=context(), after=changed, task=TASK))

        assert found.changed == ("draft",)
        assert "32 countries" in found.before.draft
        assert "40 countries" in found.after.draft
        assert found.lost

    def test_a_template_that_answers_no_more_changes_the_route(self) -> None:
        changed = context(shipping(title="", questions=["qqq www eee"], reply="Rrr ttt {{ countries_count }} yyy."))

        (found,) = differences(*answer_both([case(expected=LABELS)], before=context(), after=changed, task=TASK))

        assert "route" in found.changed
        assert (found.before.route, found.after.route) == ("draft", "escalate")

    def test_order_is_kept_with_several_at_once(self) -> None:
        cases = [case(number, expected=LABELS) for number in range(6)]

        before, after = answer_both(cases, before=context(), after=context(), task=TASK, concurrency=3)

        assert [item.case.id for item in before] == [item.case.id for item in after] == [one.id for one in cases]


class TestRealMessages:
    def test_a_stored_message_is_answered_as_it_came_and_nothing_is_written(self, world: World) -> None:
        item = world.item(message={"answered_text": "me too"})
        with world.database.reading() as session:
            one = case_of(load(session, item.message_id))

        before, after = answer_both([one], before=context(), after=context(), task=replace(TASK, evaluators=()))

        assert (one.text, one.author_name, one.parent_text) == ("do you ship to Norway??", "Tom", "New roast is out!")
        assert one.answered_text == "me too"
        assert before[0].proposal is not None
        assert before[0].scores == after[0].assertions == {}
        assert world.reload(item) == item


class TestObjections:
    @pytest.fixture
    def lost(self) -> tuple[CaseResult, CaseResult]:
        return (
            result(1, assertions={"send_ready": True}),
            result(1, assertions={"send_ready": False}, proposal=proposal("", route=Route.ESCALATE)),
        )

    def test_one_lost_case_is_enough_where_none_may_be_lost(self, lost: tuple[CaseResult, CaseResult]) -> None:
        runs = (run(lost[0]), run(lost[1]))

        shut = replay_of(runs, ([], []), max_lost=0).gate
        assert [(item.check, item.cases) for item in shut.objections] == [(FailedCheck.LOST_CASES, ("c1",))]
        assert replay_of(runs, ([], []), max_lost=1).gate.is_open
        assert replay_of(runs, ([], [])).gate.is_open

    def test_one_draft_newly_ready_and_wrong_is_enough_where_none_may_be_lost(self) -> None:
        before, after = (
            run(result(1, assertions={"ready_right": right}, proposal=proposal(f"{right}"))) for right in (True, False)
        )
        runs = (before, after)

        found = replay_of(runs, ([], []), max_lost=0)

        assert [item.check for item in found.gate.objections] == [FailedCheck.READY_AND_WRONG]
        assert [item.wrong for item in found.case_differences] == [True]
        assert replay_of(runs, ([], [])).gate.is_open

    def test_a_blocked_draft_called_ready_for_a_real_message_shuts_the_gate(self) -> None:
        bad = result(9, proposal=proposal(verdict=Verdict.READY, findings=(finding(Severity.BLOCK),)))

        found = replay_of((run(result(1)), run(result(1))), ([result(9)], [bad]))

        assert [item.check for item in found.gate.objections] == [FailedCheck.BLOCKED_BUT_READY]

    def test_what_changed_is_counted_and_losses_come_first(self, lost: tuple[CaseResult, CaseResult]) -> None:
        same, other = result(0), result(0, proposal=proposal("Another text."))

        found = replay_of((run(same, lost[0]), run(other, lost[1])), ([result(5)], [result(5)]))

        assert [item.id for item in found.case_differences] == ["c1", "c0"]
        assert found.changes == {"draft": 2, "route": 1, "verdict": 1}
        assert (found.cases, found.recent, found.recent_differences) == (2, 1, ())

    def test_only_real_messages_may_be_replayed(self) -> None:
        assert replay_of((run(), run()), ([result(5)], [result(5)])).gate.is_open
