"""What brands may ask of the language model: places, money by day, and a second endpoint where the first fails."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from replyassist.brands.model_use import (
    MICRO,
    BrandModel,
    ModelLimits,
    Places,
    set_model_limits,
)
from replyassist.brands.repository import note_spent, spent_on
from replyassist.brands.service import get_brand, set_time_zone
from replyassist.core.errors import (
    BudgetUsedUp,
    InvalidInput,
    LanguageModelError,
    LanguageModelTimeout,
    UnusableAnswer,
)
from replyassist.core.llm import ChatMessage, ChatModel, OpenAIChatModel, Prices, RestingModel
from replyassist.core.llm.resting import FAILURES, FIRST_PAUSE_SECONDS
from replyassist.inbox.inbound import InboundMessage
from replyassist.proposal import BY_MODEL, BY_TEMPLATE, Proposal
from replyassist.testing import FakeChatModel, FakeEndpoint
from tests.test_worker import GOOD, worker
from tests.world import BRAND, World

ASKED = [ChatMessage("user", "one two three four")]
MESSAGE = InboundMessage("do you ship to Norway??", "instagram", author_name="Tom")


def proposed(world: World, model: ChatModel, spare: ChatModel | None = None) -> Proposal:
    return replace(worker(world, model).proposer, spare=spare).propose(BRAND, MESSAGE)


def limit(world: World, *, concurrency: int | None = None, micro_usd: int | None = None) -> None:
    with world.database.writing() as session:
        set_model_limits(session, BRAND, ModelLimits(concurrency, micro_usd))


def spent(world: World) -> int:
    with world.database.reading() as session:
        return spent_on(session, BRAND, get_brand(session, BRAND).day(world.clock.now()))


class TestMoney:
    def test_what_a_draft_cost_is_kept_with_it_and_with_the_day(self, world: World) -> None:
        first, second = (proposed(world, FakeChatModel([GOOD], prices=Prices(1, 2))) for _ in range(2))

        assert first.drafted_by == BY_MODEL
        assert first.cost_micro_usd > 0
        assert spent(world) == first.cost_micro_usd + second.cost_micro_usd

    def test_what_calls_cost_is_told_in_dollars_by_brand(self, world: World) -> None:
        def told() -> float:
            return REGISTRY.get_sample_value("replyassist_model_cost_usd_total", {"brand": BRAND}) or 0.0

        before = told()
        made = proposed(world, FakeChatModel([GOOD], prices=Prices(1, 2)))
        assert made.cost_micro_usd > 0
        assert told() - before == pytest.approx(made.cost_micro_usd / MICRO)

        with FakeEndpoint() as endpoint:
            endpoint.behaviour = "empty"
            model = OpenAIChatModel(base_url=endpoint.base_url, model="small", prices=Prices(1, 2))
            with closing(model):
                failed = proposed(world, model)
        assert told() - before == pytest.approx((made.cost_micro_usd + failed.cost_micro_usd) / MICRO)
        assert failed.cost_micro_usd > 0, "an answer that cannot be used is paid"

    def test_a_day_without_money_left_drafts_without_the_model_and_says_so(self, world: World) -> None:
        model, spare = FakeChatModel([GOOD], prices=Prices(1, 1)), FakeChatModel([GOOD])
        limit(world, micro_usd=MICRO)
        with world.database.writing() as session:
            note_spent(session, BRAND, get_brand(session, BRAND).day(world.clock.now()), MICRO)
        made = proposed(world, model, spare)

        assert (made.drafted_by, made.cost_micro_usd) == (BY_TEMPLATE, 0)
        assert "budget for the language model is used up today ($1.00)" in " ".join(made.notes)
        assert (model.calls, spare.calls) == ([], [])

    def test_an_answer_that_cannot_be_used_is_paid_all_the_same(self, world: World) -> None:
        """Tokens that a model thought away: it answered nothing, and the bill has them."""
        with FakeEndpoint() as endpoint:
            endpoint.behaviour = "empty"
            model = OpenAIChatModel(base_url=endpoint.base_url, model="small", prices=Prices(1, 2))
            limit(world, micro_usd=1)
            with closing(model):
                first, second = proposed(world, model), proposed(world, model)

        assert first.drafted_by == second.drafted_by == BY_TEMPLATE
        assert first.cost_micro_usd == spent(world) > 0
        assert second.cost_micro_usd == 0
        assert "used up today" in " ".join(second.notes)

    def test_questions_that_are_made_count_and_stop_with_the_days_money(self, world: World) -> None:
        model = FakeChatModel(["1. do you ship to Denmark? | do you ship to 32 countries?"], prices=Prices(1, 1))
        maker = worker(world, model).proposer.question_maker
        assert maker is not None
        limit(world, micro_usd=1)
        maker.make(BRAND, "shipping-abroad")
        assert spent(world) > 0
        with pytest.raises(BudgetUsedUp):
            maker.make(BRAND, "shipping-abroad")
        assert len(model.calls) == 1

    def test_the_day_is_the_brands_own(self, world: World) -> None:
        with world.database.writing() as session:
            set_time_zone(session, BRAND, "Pacific/Auckland")  # noon in UTC is one in the morning there
        model = FakeChatModel([GOOD], prices=Prices(1, 1))
        limit(world, micro_usd=1)
        assert proposed(world, model).drafted_by == BY_MODEL
        assert proposed(world, model).drafted_by == BY_TEMPLATE
        world.clock.advance(hours=12)  # another day in UTC
        assert proposed(world, model).drafted_by == BY_TEMPLATE
        world.clock.advance(hours=11)
        assert proposed(world, model).drafted_by == BY_MODEL

    @pytest.mark.parametrize("limits", [ModelLimits(concurrency=0), ModelLimits(daily_micro_usd=-1)])
    def test_what_are_no_limits_is_refused(self, world: World, limits: ModelLimits) -> None:
        with pytest.raises(InvalidInput), world.database.writing() as session:
            set_model_limits(session, BRAND, limits)

    def test_a_brands_own_limits_come_before_those_of_all(self, world: World) -> None:
        limit(world, micro_usd=7)
        with world.database.reading() as session:
            assert ModelLimits(3, 5).of(get_brand(session, BRAND)) == ModelLimits(3, 7)


class TestPlaces:
    def model(self, world: World, inner: ChatModel, places: Places, brand: str = BRAND) -> BrandModel:
        return BrandModel(inner, brand, ModelLimits(1), world.database, places, today=lambda: world.clock.now().date())

    def test_one_brand_has_no_more_than_its_places_and_takes_none_of_anothers(self, world: World) -> None:
        begun, ends = threading.Event(), threading.Event()

        def hold(_call: Any) -> list[str]:
            begun.set()
            ends.wait(30)
            return ["done"]

        places, quick = Places(), FakeChatModel(["done"])
        slow = self.model(world, FakeChatModel(hold), places)
        holder = threading.Thread(target=lambda: slow.generate(ASKED, candidates=1, max_tokens=9))
        holder.start()
        assert begun.wait(30)
        with pytest.raises(LanguageModelTimeout, match="1 places"):
            self.model(world, quick, places).generate(ASKED, candidates=1, max_tokens=9, deadline_seconds=0.05)
        other = self.model(world, quick, places, "other").generate(ASKED, candidates=1, max_tokens=9)
        ends.set()
        holder.join()

        assert other.completions[0].text == "done"
        assert self.model(world, quick, places).generate(ASKED, candidates=1, max_tokens=9).completions


class TestSecondEndpoint:
    def test_where_the_first_fails_the_second_is_asked_in_its_own_way(self, world: World) -> None:
        failing = FakeChatModel(error=LanguageModelError("the first is down"), name="first")
        spare = FakeChatModel([GOOD], name="second")
        made = proposed(world, failing, spare)

        assert (made.drafted_by, made.model) == (BY_MODEL, "second")
        assert "the first is down; second was asked instead" in made.notes
        assert (len(failing.calls), len(spare.calls)) == (1, 1)

    def test_a_second_one_that_writes_no_answers_is_asked_for_none(self, world: World) -> None:
        failing = FakeChatModel(error=LanguageModelError("the first is down"))
        spare = FakeChatModel([GOOD], profile="chat-small")
        made = proposed(world, failing, spare)

        assert (made.drafted_by, spare.calls) == (BY_TEMPLATE, [])
        assert made.notes == ("the first is down; the template's reply was used",)

    def test_where_both_fail_the_template_is_there(self, world: World) -> None:
        down = FakeChatModel(error=LanguageModelError("down"))
        assert proposed(world, down, down).drafted_by == BY_TEMPLATE

    def test_where_the_first_answers_the_second_is_not_asked(self, world: World) -> None:
        spare = FakeChatModel([GOOD])
        proposed(world, FakeChatModel([GOOD]), spare)
        assert spare.calls == []

    def test_a_model_that_keeps_failing_rests(self) -> None:
        at, inner = [0.0], FakeChatModel(error=LanguageModelError("down"))
        model = RestingModel(inner, now=lambda: at[0])
        for _ in range(FAILURES + 3):
            with pytest.raises(LanguageModelError):
                model.generate(ASKED, candidates=1, max_tokens=9)
        assert len(inner.calls) == FAILURES

        at[0], inner.error = FIRST_PAUSE_SECONDS, None
        assert model.generate(ASKED, candidates=1, max_tokens=9).completions
        inner.error = LanguageModelError("down")
        with pytest.raises(LanguageModelError, match="down"):
            model.generate(ASKED, candidates=1, max_tokens=9)

    def test_calls_that_failed_at_once_are_followed_by_one_short_rest(self) -> None:
        at, depth = [0.0], [FAILURES + 3]

        class AllAtOnce(FakeChatModel):
            def generate(self, *given: Any, **options: Any) -> Any:
                depth[0] -= 1
                if depth[0]:
                    with pytest.raises(LanguageModelError):
                        model.generate(*given, **options)
                at[0] += 0.1
                raise LanguageModelError("down")

        model = RestingModel(AllAtOnce(), now=lambda: at[0])
        with pytest.raises(LanguageModelError, match="down"):
            model.generate(ASKED, candidates=1, max_tokens=9)
        at[0] = 0.1 * FAILURES + FIRST_PAUSE_SECONDS + 0.01
        depth[0] = 1
        with pytest.raises(LanguageModelError, match="down"):
            model.generate(ASKED, candidates=1, max_tokens=9)

    def test_a_model_that_answers_what_cannot_be_used_does_not_rest(self) -> None:
        inner = FakeChatModel(error=UnusableAnswer("empty"))
        model = RestingModel(inner)
        for _ in range(FAILURES + 3):
            with pytest.raises(LanguageModelError, match="empty"):
                model.generate(ASKED, candidates=1, max_tokens=9)
        assert len(inner.calls) == FAILURES + 3
