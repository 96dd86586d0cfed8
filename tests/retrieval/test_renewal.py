from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from replyassist.core.embedding import Vectors
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateIndex
from replyassist.retrieval.renewal import ATTEMPTS, ENCODED_AT_ONCE, BrandIndex, WantedContents
from replyassist.testing import FakeEncoder
from tests.world import shipping

DAY = date(2026, 11, 22)
DECAF = ReplyTemplate(id="decaf", title="Do you have a decaf?", reply="Our decaf is called Lullaby.")
LARGE = shipping(
    reply="We ship nowhere.", links=[], facts={}, questions=[f"ship {n}" for n in range(ENCODED_AT_ONCE + 1)]
)
TAUGHT = [
    ReplyTemplate(id="open", questions=["are you open", "when open", "open today?"], reply="At 9."),
    ReplyTemplate(id="tea", questions=["have you tea", "green tea?", "tea bags?"], reply="No tea."),
]


class HeldEncoder(FakeEncoder):
    """Waits before it encodes the questions of ``LARGE``, until it may go on; fails as often as it is told."""

    def __init__(self, *, failures: int = 0) -> None:
        self.inside, self.go_on = threading.Event(), threading.Event()
        self.failures = failures

    def encode(self, texts: Sequence[str]) -> Vectors:
        if LARGE.questions[-1] in texts:
            self.inside.set()
            assert self.go_on.wait(10)
            if self.failures:
                self.failures -= 1
                raise MemoryError
        return super().encode(texts)


def wanted(revision: int, *templates: ReplyTemplate) -> Callable[[WantedContents], WantedContents]:
    return lambda _: WantedContents(revision, {template.id: (template.version, template) for template in templates})


def built(encoder: FakeEncoder) -> Callable[[WantedContents], TemplateIndex]:
    return lambda first: TemplateIndex([template for _, template in first.templates.values()], encoder)


def brand(encoder: FakeEncoder, *, rest: float = 0.0, seconds_before_retry: float = 300.0) -> BrandIndex:
    build = built(encoder)

    return BrandIndex(build, seconds_between_attempts=0.0, seconds_before_retry=seconds_before_retry, rest=rest)


def best(index: TemplateIndex, text: str) -> tuple[str, str]:
    query = FakeEncoder().encode([text])[0]
    found = index.search(query, limit=1, channel="x", visibility="public", day=DAY)[0]
    return found.template_id, found.reply


def test_a_small_change_is_searchable_at_once() -> None:
    mine = brand(HeldEncoder())
    mine.current(1, wanted(1, shipping()))
    index = mine.current(2, wanted(2, shipping(), DECAF))

    assert best(index, "do you have a decaf?") == ("decaf", DECAF.reply)


def test_a_large_change_does_not_hold_up_who_asks() -> None:
    encoder = HeldEncoder()
    mine = brand(encoder)
    mine.current(1, wanted(1, shipping(), DECAF))
    meanwhile = mine.current(2, wanted(2, LARGE))
    assert encoder.inside.wait(10)

    assert [template.id for template in meanwhile.templates] == ["shipping-abroad"], "what was deleted is gone at once"
    assert best(meanwhile, "Do you ship abroad?")[1] == "We ship nowhere.", "and a new reply counts at once"
    assert len(meanwhile) < ENCODED_AT_ONCE
    encoder.go_on.set()
    assert mine.wait(30)
    assert len(mine.current(2, wanted(2, LARGE))) > ENCODED_AT_ONCE


def test_what_changes_while_a_large_change_is_encoded_is_in_the_result() -> None:
    encoder = HeldEncoder()
    mine = brand(encoder)
    mine.current(1, wanted(1, shipping()))
    mine.current(2, wanted(2, LARGE))
    assert encoder.inside.wait(10)
    mine.current(3, wanted(3, LARGE, DECAF))
    encoder.go_on.set()

    assert mine.wait(30)
    index = mine.current(3, wanted(3))
    assert [template.id for template in index.templates] == ["shipping-abroad", "decaf"]
    assert len(index) > ENCODED_AT_ONCE


def test_what_is_deleted_while_it_is_encoded_does_not_come_back() -> None:
    encoder = HeldEncoder()
    mine = brand(encoder)
    mine.current(1, wanted(1, shipping()))
    mine.current(2, wanted(2, LARGE, DECAF))
    assert encoder.inside.wait(10)
    mine.current(3, wanted(3, DECAF))
    encoder.go_on.set()

    assert mine.wait(30)
    assert [template.id for template in mine.current(3, wanted(3)).templates] == ["decaf"]


def test_searches_go_on_while_an_index_is_renewed() -> None:
    encoder = HeldEncoder()
    mine = brand(encoder)
    mine.current(1, wanted(1, shipping(), DECAF))
    mine.current(2, wanted(2, LARGE, DECAF))
    assert encoder.inside.wait(10)
    answers: list[tuple[str, str]] = []

    def search() -> None:
        answers.extend(best(mine.current(2, wanted(2)), "do you have a decaf?") for _ in range(20))

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert not encoder.go_on.is_set()
    assert answers == [("decaf", DECAF.reply)] * 80
    encoder.go_on.set()
    assert mine.wait(30)


def test_the_classifier_is_trained_anew_in_the_background() -> None:
    mine = brand(FakeEncoder())
    first = mine.current(1, wanted(1, shipping(), DECAF))
    mine.current(2, wanted(2, *TAUGHT))
    assert mine.wait(30)
    index = mine.current(2, wanted(2))

    assert first.is_trained
    assert index.is_trained
    assert not index.wants_renewal


def test_the_index_is_completed_and_trained_before_its_encoder_is_replaced() -> None:
    encoder, is_set_anew = HeldEncoder(), threading.Event()
    encoder.go_on.set()
    done: list[tuple[bool, bool, str]] = []

    def replace(first: WantedContents) -> TemplateIndex:
        served = mine.current(2, wanted(2))
        done.append((served.is_whole, served.is_trained, best(served, "ship 7")[0]))
        return built(FakeEncoder())(first)

    def is_current(index: TemplateIndex) -> bool:
        return index.encoder is not encoder or not is_set_anew.is_set()

    mine = BrandIndex(built(encoder), replace=replace, is_current=is_current, rest=0.0)
    mine.current(1, wanted(1, DECAF))
    is_set_anew.set()
    mine.current(2, wanted(2, *TAUGHT, LARGE))

    assert mine.wait(30)
    assert done == [(True, True, "shipping-abroad")]
    assert mine.current(2, wanted(2)).encoder is not encoder


def test_a_failing_renewal_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    encoder = HeldEncoder(failures=ATTEMPTS - 1)
    encoder.go_on.set()
    mine = brand(encoder)
    mine.current(1, wanted(1, shipping()))
    mine.current(2, wanted(2, LARGE))

    assert mine.wait(30)
    assert len(mine.current(2, wanted(2))) > ENCODED_AT_ONCE
    assert len(caplog.records) == ATTEMPTS - 1


def test_a_renewal_that_fails_for_good_ends_and_the_next_change_tries_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    encoder = HeldEncoder(failures=ATTEMPTS)
    encoder.go_on.set()
    mine = brand(encoder)
    mine.current(1, wanted(1, shipping()))
    mine.current(2, wanted(2, LARGE))
    assert mine.wait(30)
    index = mine.current(2, wanted(2))

    assert best(index, "Do you ship abroad?")[1] == "We ship nowhere."
    mine.current(3, wanted(3, LARGE, DECAF))
    assert mine.wait(30)
    assert len(mine.current(3, wanted(3))) > ENCODED_AT_ONCE


def test_a_renewal_that_failed_for_good_is_tried_again_later_when_people_search(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    encoder = HeldEncoder(failures=ATTEMPTS)
    encoder.go_on.set()
    mine = brand(encoder, seconds_before_retry=0.0)
    mine.current(1, wanted(1, shipping()))
    mine.current(2, wanted(2, LARGE))
    assert mine.wait(30)

    assert not mine.current(2, wanted(2)).is_whole
    assert mine.wait(30)
    assert mine.current(2, wanted(2)).is_whole


def test_after_a_training_the_next_waits_but_new_texts_do_not() -> None:
    encoder = HeldEncoder()
    mine = brand(encoder, rest=1e9)
    mine.current(1, wanted(1, *TAUGHT))
    mine.current(2, wanted(2, *TAUGHT, DECAF))
    assert mine.wait(30)
    assert mine.current(2, wanted(2)).is_trained, "the first change is trained on at once"
    mine.current(3, wanted(3, *TAUGHT))
    mine.current(4, wanted(4, *TAUGHT, LARGE))
    assert encoder.inside.wait(10)
    encoder.go_on.set()
    mine.close()

    assert mine.wait(30)
    index = mine.current(4, wanted(4))
    assert index.is_whole
    assert not index.is_trained


def test_after_closing_nothing_more_is_begun() -> None:
    mine = brand(FakeEncoder())
    mine.current(1, wanted(1, *TAUGHT))
    mine.close()

    assert not mine.current(2, wanted(2, *TAUGHT, DECAF)).is_trained
    assert mine.wait(0)
