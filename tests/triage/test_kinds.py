from __future__ import annotations

import numpy as np
import pytest

from replyassist.inbox.inbound import Inbound
from replyassist.triage import Kind, KindReading, Mood, Route, Triage, triage
from replyassist.triage.kind_reader import PATH, shipped_reader
from replyassist.triage.kinds import NO_REPLY_FROM, OWN_CASE_FROM
from replyassist.triage.measures import measure, parts_of, row_length

TWO_MEGABYTES = 2 * 1024 * 1024
DIMENSION = 384


def reading(**likely: float) -> KindReading:
    rest = (1 - sum(likely.values())) / (len(Kind) - len(likely))
    return KindReading(probabilities={kind: likely.get(kind.value, rest) for kind in Kind}, digest="test")


def test_the_likeliest_kind_and_the_next_are_told() -> None:
    found = reading(own_case=0.6, complaint=0.3)
    assert (found.kind, found.probability) == (Kind.OWN_CASE, 0.6)
    assert found.runner_up == (Kind.COMPLAINT, 0.3)


@pytest.mark.parametrize("kind", ["closing", "talk_to_others", "our_own_words", "automatic_mail", "spam"])
def test_what_is_very_surely_not_asked_of_us_needs_no_reply(kind: str) -> None:
    sure, less = (triage("Cheers, will do", reading=reading(**{kind: each})) for each in (0.95, 0.7))
    assert (sure.route, sure.urgency) == (Route.NO_REPLY, 5)
    assert (less.route, less.urgency) == (Route.DRAFT, 5)


def test_several_kinds_that_need_no_reply_count_together() -> None:
    assert reading(closing=0.5, talk_to_others=NO_REPLY_FROM - 0.5).needs_no_reply


def test_a_risk_goes_to_a_person_whatever_the_reading_says() -> None:
    assert triage("You'll hear from my lawyer.", reading=reading(closing=0.99)).route is Route.ESCALATE


def test_blame_in_the_clothes_of_praise_is_not_thanked() -> None:
    text = "wow great job, really impressive"
    assert triage(text).is_plain_praise
    assert not triage(text, reading=reading(irony=0.5, praise=0.3)).is_plain_praise
    assert triage(text, reading=reading(praise=0.6, irony=0.2)).is_plain_praise


def test_the_mood_follows_from_the_reading() -> None:
    text = "three weeks for a bag of coffee"
    assert triage(text, reading=reading(irony=0.4, complaint=0.3)).mood is Mood.COMPLAINT
    assert triage(text, reading=reading(praise=0.8)).mood is Mood.PRAISE
    assert triage(text, reading=reading(question=0.8)).mood is Mood.QUESTION


def test_doubts_follow_from_the_probabilities() -> None:
    assert reading(own_case=OWN_CASE_FROM).may_be_own_case
    assert not reading(question=0.9).may_be_own_case
    assert reading(statement=0.95).may_not_be_asked_of_us
    assert reading(question=0.5, talk_to_others=0.4).may_not_be_asked_of_us
    assert not reading(question=0.9).may_not_be_asked_of_us


def test_a_triage_of_before_has_no_reading() -> None:
    before = triage("do you ship to Norway?").model_dump(mode="json")
    del before["reading"]
    assert Triage.model_validate(before).reading is None


def test_a_triage_with_a_reading_is_read_back_as_it_was() -> None:
    found = triage("do you ship to Norway?", reading=reading(question=0.8))
    assert Triage.model_validate_json(found.model_dump_json()) == found


def test_the_shipped_weights_are_small_and_fit_their_rows() -> None:
    reader = shipped_reader()
    assert PATH.stat().st_size < TWO_MEGABYTES
    assert set(reader.kinds) == set(Kind)
    assert reader.weights.shape == (row_length(DIMENSION), len(Kind))


@pytest.mark.parametrize("text", ["", "?", "a", "👍", "x" * 5000, "Ünï \ud800 \n\n @a @b 12345 https://x.example"])
def test_any_text_is_read(text: str) -> None:
    found = shipped_reader().read(Inbound(text), np.zeros(DIMENSION, dtype=np.float32))
    assert sum(found.probabilities.values()) == pytest.approx(1, abs=0.01)
    assert found.digest == shipped_reader().digest


def test_runs_of_letters_stay_within_words_and_equal_words_fall_on_equal_places() -> None:
    (_, words), (_, runs) = parts_of("abc abc")
    assert sorted(words.tolist()) == [1, 2]
    assert set(runs.tolist()) == {2}
    reader = shipped_reader()
    places, values = measure(Inbound("abc"), np.zeros(DIMENSION, dtype=np.float32), reader.rarity)
    assert len(places) == len(values)
    assert len(set(places.tolist())) == len(places)
