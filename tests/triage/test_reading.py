from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from replyassist.core.embedding import Vectors
from replyassist.core.encoders import CHECKS, MPNET
from replyassist.inbox.inbound import InboundMessage
from replyassist.triage import Kind, Mood, Route, Triage, triage
from replyassist.triage.measures import LETTER_PLACES, WORD_PLACES, parts_of, shape_of, words_row
from replyassist.triage.reader import PATH, load_reader, save_reader, shipped_reader
from replyassist.triage.risks import topics
from replyassist.triage.routes import RouteTable, routes
from tests.triage.readings import reading, reading_of

TWO_MEGABYTES = 2 * 1024 * 1024
SHIP = "do you ship to Norway?"
NO_REPLY, REVIEW, OTHERS, INSULTS = routes().routes


def depths_like(encoder: str) -> Vectors:
    return np.zeros_like(shipped_reader().layers[encoder].mean)


@pytest.fixture(params=[0, 1])
def encoder(request: pytest.FixtureRequest) -> str:
    number: int = request.param
    return list(shipped_reader().layers)[number]


def test_the_likeliest_kind_and_the_next_are_told() -> None:
    found = reading(own_case=0.6, complaint=0.3)
    assert (found.kind, found.probability) == (Kind.OWN_CASE, 0.6)
    assert found.runner_up == (Kind.COMPLAINT, 0.3)


@pytest.mark.parametrize("kind", ["closing", "our_own_words", "automatic_mail", "spam"])
def test_what_is_very_surely_not_asked_of_us_gets_no_draft(kind: str) -> None:
    sure, less = (
        triage("Cheers, will do", reading=reading_of({kind: each}))
        for each in (NO_REPLY.least + 0.01, REVIEW.least + 0.01)
    )
    assert (sure.route, sure.urgency) == (Route.NO_REPLY, NO_REPLY.urgency)
    assert (less.route, less.urgency) == (Route.REVIEW, REVIEW.urgency)


def test_a_talk_to_others_needs_less_to_wait_than_other_kinds() -> None:
    talk, closing = ({kind: OTHERS.least + 0.01, "question": 0.6} for kind in ("talk_to_others", "closing"))
    assert triage(SHIP, reading=reading_of(talk)).route is Route.REVIEW
    assert triage(SHIP, reading=reading_of(closing)).route is Route.DRAFT


def test_the_reason_names_the_likeliest_kind_of_those_that_want_no_reply() -> None:
    found = triage(SHIP, reading=reading(closing=0.45, spam=0.03, our_own_words=0.46))
    assert found.reason == "no_answer_due: it reads like our own words"


def test_a_statement_waits_for_a_person_without_a_draft() -> None:
    found = triage("Just cancelled my subscription", reading=reading(statement=0.9))
    assert (found.route, found.urgency) == (Route.REVIEW, REVIEW.urgency)


def test_insults_wait_for_a_person_and_are_never_put_away() -> None:
    found = triage("you absolute clowns", reading=reading(abuse=0.97))
    assert (found.route, found.urgency) == (Route.REVIEW, INSULTS.urgency)


def test_a_risk_in_words_goes_to_a_person_whatever_the_reading_says() -> None:
    assert triage("i want to die", reading=reading(closing=0.99)).route is Route.ESCALATE


def test_a_risk_that_is_read_goes_to_a_person_and_says_how_sure_that_is() -> None:
    found = triage("the kettle went up in my hands", reading=reading(complaint=0.9, risks={"health": 0.8}))
    assert (found.route, found.urgency) == (Route.ESCALATE, topics()["health"].urgency)
    assert "80% sure" in found.risks[0].explanation


def test_what_may_be_grave_is_drafted_for_and_watched() -> None:
    may_be = (routes().watch_from + routes().escalate_from) / 2
    found = triage(SHIP, reading=reading(question=0.95, risks={"health": may_be}))
    assert (found.route, found.is_high_risk) == (Route.DRAFT, True)
    assert [risk.is_watched for risk in found.risks] == [True]


@pytest.mark.parametrize(("kind", "is_risk"), [("complaint", True), ("question", False), ("crisis", True)])
def test_what_is_asked_before_anybody_was_hurt_is_no_risk_to_learn_from(kind: str, is_risk: bool) -> None:
    assert topics()["grave"].is_in(kind, ["safety"]) is is_risk
    assert topics()["grave"].is_in(kind, ["safety", "legal"])


def test_illness_in_words_goes_to_a_person_where_nothing_is_asked() -> None:
    text = "i got sick from your latte"
    for likely in ({"praise": 0.9}, {"statement": 0.9}, {"closing": 0.95}):
        assert triage(text, reading=reading_of(likely, sentiment=0.9)).route is Route.ESCALATE


def test_what_is_watched_is_neither_thanked_nor_put_away() -> None:
    may_be = {"danger": (routes().watch_from + routes().escalate_from) / 2}
    for likely in ({"praise": 0.97}, {"closing": 0.97}):
        found = triage(SHIP, reading=reading_of(likely, risks=may_be, sentiment=0.9))
        assert (found.route, found.is_plain_praise) == (Route.DRAFT, False)


def test_praise_that_does_not_sound_like_it_is_not_thanked() -> None:
    for sentiment, thanked in ((0.5, True), (routes().thanks_sentiment - 0.1, False)):
        assert triage(SHIP, reading=reading(praise=0.97, sentiment=sentiment)).is_plain_praise is thanked


def test_a_message_that_a_person_called_a_crisis_goes_to_a_person() -> None:
    assert triage(SHIP, reading=reading(crisis=0.97)).route is Route.ESCALATE


def test_words_of_another_language_need_no_consent() -> None:
    assert triage("mon avocat arrive", reading=reading(question=0.97)).route is Route.ESCALATE


def test_a_remark_in_trouble_does_not_go_to_the_end_of_the_queue() -> None:
    calm, unhappy = (triage("still waiting", reading=reading(statement=0.9, sentiment=each)) for each in (0.0, -0.9))
    assert calm.urgency < unhappy.urgency


def test_words_of_a_topic_that_is_no_floor_need_the_consent_of_the_reading() -> None:
    text = "you will hear from my lawyer"
    for likely, route in ((routes().words_count_from + 0.01, Route.ESCALATE), (0.001, Route.DRAFT)):
        found = triage(text, reading=reading(question=0.95, risks={"legal": likely}))
        assert (found.route, [risk.kind for risk in found.risks]) == (route, ["legal"])


def test_a_topic_that_does_not_escalate_is_shown_and_keeps_the_draft() -> None:
    found = triage(SHIP, reading=reading(question=0.95, risks={"vip": 0.9}))
    assert (found.route, found.is_high_risk) == (Route.DRAFT, True)


def test_in_a_language_that_was_not_fitted_a_reading_decides_nothing() -> None:
    text = "Wo ist meine Bestellung? Ich warte seit einer Woche und bekomme keine Antwort."
    found = triage(text, languages=("de",), reading=reading(closing=0.99, risks={"health": 0.9}))
    assert (found.route, found.risks) == (Route.DRAFT, ())
    assert found.reading is not None


def test_praise_is_thanked_only_where_it_is_read_as_meant() -> None:
    text = "wow great job, really impressive"
    assert not triage(text).is_plain_praise
    assert not triage(text, reading=reading(irony=0.5, praise=0.3)).is_plain_praise
    assert triage(text, reading=reading(praise=0.97)).is_plain_praise


def test_the_mood_follows_from_the_reading() -> None:
    text = "three weeks for a bag of coffee"
    assert triage(text, reading=reading(irony=0.4, complaint=0.3)).mood is Mood.COMPLAINT
    assert triage(text, reading=reading(praise=0.8)).mood is Mood.PRAISE
    assert triage(text, reading=reading(question=0.8)).mood is Mood.QUESTION
    assert triage(text, reading=reading(own_case=0.9, sentiment=-0.9)).mood is Mood.COMPLAINT
    assert triage(text, reading=reading(own_case=0.9, sentiment=0.1)).mood is Mood.QUESTION


def test_anger_is_more_urgent_and_most_so_where_all_can_read() -> None:
    calm, angry = (reading(complaint=0.9, sentiment=each) for each in (-0.4, -0.95))
    urgencies = [
        triage(SHIP, reading=given, is_public=is_public).urgency
        for given, is_public in ((calm, False), (calm, True), (angry, False), (angry, True))
    ]
    assert urgencies == sorted(set(urgencies))


def test_doubts_follow_from_the_table() -> None:
    def doubts(**likely: float) -> list[str]:
        return [rule.name for rule in routes().doubts_of(reading_of(likely))]

    assert doubts(own_case=0.9) == ["own_case"]
    assert doubts(question=0.98) == []
    assert doubts(statement=0.99) == ["not_asked"]
    assert doubts(question=0.5, talk_to_others=0.45) == ["not_asked"]


def test_a_table_with_an_unknown_kind_is_refused() -> None:
    table = routes().model_dump(mode="json", by_alias=True)
    with pytest.raises(ValueError, match="jokes"):
        RouteTable.model_validate(table | {"thanks": {"kinds": ["jokes"], "from": 0.5}})


def test_a_triage_of_before_has_no_reading() -> None:
    before = triage(SHIP).model_dump(mode="json")
    del before["reading"]
    assert Triage.model_validate(before).reading is None


def test_a_reading_of_before_has_no_risks_and_no_sentiment() -> None:
    before = triage(SHIP, reading=reading(question=0.8)).model_dump(mode="json")
    for name in ("risks", "sentiment", "nearest"):
        del before["reading"][name]
    found = Triage.model_validate(before).reading
    assert found is not None
    assert (found.risks, found.sentiment, found.nearest) == ({}, None, None)


def test_a_triage_with_a_reading_is_read_back_as_it_was() -> None:
    found = triage(SHIP, reading=reading(question=0.8))
    assert Triage.model_validate_json(found.model_dump_json()) == found


def test_the_shipped_weights_are_small_and_whole() -> None:
    reader = shipped_reader()
    heads = len(Kind) + len(topics()) + 1
    assert PATH.stat().st_size < TWO_MEGABYTES
    assert set(reader.kinds) == set(Kind)
    assert reader.risks == tuple(topics())
    assert reader.words.shape == (WORD_PLACES + LETTER_PLACES, heads)
    for layers in reader.layers.values():
        assert layers.weights.shape == (layers.mean.size + len(shape_of(InboundMessage())), heads)
        assert len(layers.examples) == len(reader.texts) == len(reader.kinds_of_texts)


@pytest.mark.parametrize("text", ["", "?", "a", "👍", "x" * 5000, "Ünï \ud800 \n\n @a @b 12345 https://x.example"])
def test_any_text_is_read(text: str, encoder: str) -> None:
    found = shipped_reader().read(InboundMessage(text), depths_like(encoder), encoder=encoder)
    assert sum(found.probabilities.values()) == pytest.approx(1, abs=0.01)
    assert found.digest == shipped_reader().digest
    assert found.nearest is not None
    assert found.nearest.kind is found.kind


def test_weights_that_are_kept_read_the_same(tmp_path: Path, encoder: str) -> None:
    save_reader(shipped_reader(), tmp_path / "reader.npz")
    depths = depths_like(encoder) + 0.1
    first, again = (
        reader.read(InboundMessage(SHIP), depths, encoder=encoder)
        for reader in (shipped_reader(), load_reader(tmp_path / "reader.npz"))
    )
    assert again.probabilities == first.probabilities
    assert again.nearest == first.nearest


@pytest.mark.encoder
def test_the_weights_are_of_the_encoders_that_go_by_a_name() -> None:
    from replyassist.core.embedding import SentenceTransformerEncoder

    digests = {SentenceTransformerEncoder(known.name).model_digest for known in (CHECKS, MPNET)}
    assert set(shipped_reader().layers) == digests


def test_runs_of_letters_stay_within_words_and_equal_words_fall_on_equal_places() -> None:
    (_, words), (_, runs) = parts_of("abc abc")
    assert sorted(words.tolist()) == [1, 2]
    assert set(runs.tolist()) == {2}
    places, values = words_row("abc", shipped_reader().rarity)
    assert len(places) == len(values) == len(set(places.tolist()))
