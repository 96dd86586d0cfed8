from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from replyassist.core.words import Reading
from replyassist.evaluation.coverage import trials as module
from replyassist.evaluation.coverage.trials import ROUNDS, Rounds, tried
from replyassist.evaluation.coverage.ways import asked
from replyassist.faq.template import ReplyTemplate, TemplateVisibility
from replyassist.testing import FakeEncoder
from tests.evaluation.coverage.brand import BARE, BRAND, DAY, PARCEL, TEA, TRACKING


def rounds(templates: Sequence[ReplyTemplate], **options: float) -> Rounds:
    encoder = FakeEncoder()
    return tried(asked(templates, encoder), encoder, day=DAY, seconds=options.get("seconds", 60), seed=0)


def test_every_question_is_hidden_and_asked_and_the_same_again_each_time() -> None:
    first, second = rounds(BRAND), rounds(BRAND)

    assert first == second
    assert {(trial.template, trial.question) for trial in first.trials if trial.is_near} == {
        (number, place) for number, template in enumerate(BRAND) for place in range(len(template.questions))
    }
    assert (first.done, first.planned, first.sampled) == (ROUNDS, ROUNDS, False)


def test_a_hidden_question_is_not_among_those_that_are_known() -> None:
    alone = ReplyTemplate(id="x", title="Opening", questions=["has my parcel come"], reply="From nine to five.")
    found = rounds([alone, TRACKING, TEA])

    assert 0 not in {trial.found for trial in found.trials if trial.template == 0}
    assert {trial.known for trial in found.trials if trial.template == 0} == {0}


def test_more_is_hidden_of_some_templates_for_the_learning_curve() -> None:
    known = {trial.known for trial in rounds(BRAND).trials if trial.template == 0}

    assert known == {0, 1, 2, 3}
    assert all(trial.known == 3 for trial in rounds(BRAND).trials if trial.template == 0 and trial.is_near)


@pytest.mark.parametrize("templates", [[], [PARCEL], [BARE, BARE.model_copy(update={"id": "other"})]])
def test_without_a_rival_or_a_question_nothing_is_tried(templates: list[ReplyTemplate]) -> None:
    assert rounds(templates) == Rounds((), 0, 0, False)


def test_a_template_is_asked_where_and_when_it_may_be_used_and_not_when_it_is_over() -> None:
    soon = PARCEL.model_copy(
        update={"channels": ["mail"], "visibility": TemplateVisibility.PRIVATE, "valid_from": DAY + timedelta(9)}
    )
    over = TRACKING.model_copy(update={"valid_until": DAY - timedelta(1)})
    found = rounds([over, soon, TEA])

    assert {trial.template for trial in found.trials} == {1, 2}
    assert all(trial.is_right for trial in found.trials if trial.template == 1 and trial.is_near)


def test_no_round_begins_after_the_time_is_up_and_one_is_always_made() -> None:
    assert rounds(BRAND, seconds=0.0).done == 1


def test_of_many_templates_a_sample_is_asked_in_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ASKED", 2)
    monkeypatch.setattr(module, "WORK", 1)
    found = rounds(BRAND)

    assert (found.planned, found.sampled) == (module.FEWEST_ROUNDS, True)


def test_progress_is_told_after_each_round() -> None:
    told: list[tuple[int, int]] = []
    encoder = FakeEncoder()
    tried(asked(BRAND, encoder), encoder, day=DAY, seconds=60, progress=lambda done, of: told.append((done, of)))

    assert told == [(done, ROUNDS) for done in range(1, ROUNDS + 1)]


def test_words_of_the_encoder_reach_the_search() -> None:
    class Counting(FakeEncoder):
        read_texts = 0

        def read(self, texts: Sequence[str]) -> list[Reading]:
            self.read_texts += len(texts)
            return [Reading(vector) for vector in self.encode(texts)]

    encoder = Counting()
    found = tried(asked(BRAND, encoder), encoder, day=DAY, seconds=60)

    assert encoder.read_texts >= len(found.trials)
