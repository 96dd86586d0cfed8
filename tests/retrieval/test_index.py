from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replyassist.core.embedding import Encoder, SentenceTransformerEncoder, Vectors
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.fits import FEATURES, fit_for
from replyassist.retrieval.index import PLACES_KEPT, TemplateIndex, TemplateMatch
from replyassist.testing import FakeEncoder
from tests.world import shipping

DAY = date(2026, 11, 22)
DECAF = ReplyTemplate(
    id="decaf",
    title="Do you have a decaf?",
    questions=["is there coffee without caffeine?", "something for the evening"],
    reply="Our decaf is called Lullaby.",
)
HOURS = ReplyTemplate(id="hours", title="When are you open?", questions=[], reply="We open at 9:00.")
PARAPHRASES = [
    ("fernhill", "do you deliver to Sweden as well?", "shipping-abroad"),
    ("fernhill", "my bag of beans arrived ripped open", "damaged-parcel"),
    ("fernhill", "anything without caffeine?", "decaf"),
    ("fernhill", "how do I pause my subscription over the holidays", "subscription-manage"),
    ("fernhill", "the voucher code is not accepted at checkout", "discount-code"),
    ("harbour", "how long until a withdrawal is in my bank account?", "withdrawal-time"),
    ("harbour", "I cannot remember my passcode", "forgot-passcode"),
    ("harbour", "can I hold an account together with my husband?", "joint-accounts"),
    ("harbour", "is my money safe if the bank fails?", "deposit-protection"),
    ("harbour", "please tell me how to delete my account", "close-account"),
]


def search(
    text: str, *templates: ReplyTemplate, encoder: Encoder | None = None, **overrides: Any
) -> tuple[TemplateMatch, ...]:
    encoder = encoder or FakeEncoder()
    index = TemplateIndex(templates or [shipping(), DECAF, HOURS], encoder)
    options: dict[str, Any] = {"limit": 10, "channel": "instagram", "visibility": "public", "day": DAY}
    return index.search(encoder.encode([text])[0], **(options | overrides))


def ids(matches: Sequence[TemplateMatch]) -> list[str]:
    return [match.template_id for match in matches]


def test_each_template_is_found_once_and_the_best_comes_first() -> None:
    matches = search("do you ship to Norway?")

    assert ids(matches)[0] == "shipping-abroad"
    assert sorted(ids(matches)) == ["decaf", "hours", "shipping-abroad"]
    assert [match.probability for match in matches] == sorted((match.probability for match in matches), reverse=True)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Do you ship abroad?", "title"),
        ("international delivery?", "question"),
        ("We ship to 32 countries in Europe. Delivery takes 4 to 7 working days.", "reply"),
    ],
)
def test_a_template_is_scored_by_its_best_text(text: str, field: str) -> None:
    best = search(text)[0]

    assert (best.template_id, best.matched_text, best.matched_field) == ("shipping-abroad", text, field)
    assert best.score == pytest.approx(1.0, abs=1e-4 if field != "reply" else 0.2)


def test_sureness_is_never_more_than_that_any_template_answers() -> None:
    matches = search("do you ship to Norway?")

    assert len({match.answerable for match in matches}) == 1
    assert 0 < matches[0].probability <= matches[0].answerable < 1


def test_the_fit_that_is_given_weighs_and_says_how_sure_to_be() -> None:
    shipped = fit_for("any")
    unsure = shipped.calibration.model_copy(
        update={"right": shipped.calibration.right.model_copy(update={"bias": -99})}
    )
    only_titles = shipped.model_copy(update={"ranking": (0.0, 1.0, 0.0, 0.0, 0.0, 0.0), "calibration": unsure})
    encoder = FakeEncoder()
    where: dict[str, Any] = {"limit": 2, "channel": "x", "visibility": "public", "day": DAY}
    titled = shipping(title="is there a decaf", questions=["hm"]), DECAF.model_copy(update={"title": "hm"})
    index = TemplateIndex(titled, encoder, fit=only_titles)
    first = index.search(encoder.encode(["is there a decaf"])[0], **where)[0]

    assert (first.template_id, first.probability) == ("shipping-abroad", 0.0)
    own = TemplateIndex(titled, encoder, fit=only_titles, calibration=shipped.calibration)
    assert own.search(encoder.encode(["is there a decaf"])[0], **where)[0].probability > 0.0


def test_the_signals_for_fitting_are_those_of_the_first_template_that_may_be_used() -> None:
    index, message = TemplateIndex([shipping(valid_until="2020-01-01"), DECAF], FakeEncoder()), "do you ship to Norway?"
    vector = FakeEncoder().encode([message])[0]
    where: dict[str, Any] = {"channel": "x", "visibility": "public", "day": DAY}
    found = index.first_signals(vector, text=message, **where)

    assert found is not None
    assert (found[0], found[1].answerable.shape, found[1].right.shape) == ("decaf", (4,), (1, 2))
    match = index.search(vector, text=message, limit=1, **where)[0]
    assert match.probability == pytest.approx(index.calibration.probabilities([found[1]])[0], abs=1e-4)
    assert index.changed([]).first_signals(vector, text=message, **where) is None


def test_what_the_ranking_weighs_can_be_seen_for_fitting_it() -> None:
    index = TemplateIndex([shipping(), DECAF, HOURS], FakeEncoder())

    assert index.features(FakeEncoder().encode(["decaf"])[0], text="decaf").shape == (3, len(FEATURES))


def test_a_match_carries_what_the_later_stages_need() -> None:
    template = shipping()
    match = search("do you ship to Norway?", template)[0]

    assert (match.template_id, match.version, match.title) == (template.id, template.version, template.title)
    assert match.reply == "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (2, 2), (3, 3), (20, 3)])
def test_no_more_than_the_limit_is_returned_and_the_best_are_kept(limit: int, count: int) -> None:
    matches = search("do you have a decaf?", limit=limit)

    assert ids(matches) == ids(search("do you have a decaf?"))[:count]


def test_a_template_with_many_examples_does_not_crowd_out_the_others() -> None:
    many = shipping(questions=[f"do you ship to Norway {number}?" for number in range(50)])

    assert sorted(ids(search("do you ship to Norway?", many, DECAF, HOURS, limit=3))) == [
        "decaf",
        "hours",
        "shipping-abroad",
    ]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"valid_from": "2026-11-23"}, {}),
        ({"valid_until": "2026-11-21"}, {}),
        ({"channels": ["tiktok"]}, {}),
        ({"channels": ["instagram"]}, {"channel": "tiktok"}),
        ({"visibility": "private"}, {}),
        ({"visibility": "public"}, {"visibility": "private"}),
    ],
)
def test_a_template_that_may_not_be_used_here_and_now_is_left_out(fields: Any, where: dict[str, Any]) -> None:
    assert ids(search("do you ship to Norway?", shipping(**fields), DECAF, **where)) == ["decaf"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"valid_from": "2026-11-22"}, {}),
        ({"valid_until": "2026-11-22"}, {}),
        ({"channels": ["tiktok", "instagram"]}, {}),
        ({"channels": []}, {"channel": "anything"}),
        ({"visibility": "any"}, {"visibility": "private"}),
        ({"visibility": "private"}, {"visibility": "private"}),
    ],
)
def test_a_template_that_may_be_used_is_found(fields: Any, where: dict[str, Any]) -> None:
    assert ids(search("do you ship to Norway?", shipping(**fields), DECAF, **where))[0] == "shipping-abroad"


def test_templates_that_are_left_out_do_not_use_up_the_limit() -> None:
    outdated = [shipping(id=f"old-{number}", valid_until="2020-01-01") for number in range(20)]

    assert ids(search("do you ship to Norway?", *outdated, shipping(), DECAF, limit=1)) == ["shipping-abroad"]


def test_no_template_at_all_finds_nothing() -> None:
    encoder = FakeEncoder()
    index = TemplateIndex([], encoder)

    found = index.search(encoder.encode(["hello"])[0], limit=3, channel="x", visibility="public", day=DAY)
    assert (found, len(index), index.template("x")) == ((), 0, None)


def test_templates_none_of_which_may_be_used_find_nothing() -> None:
    assert search("do you ship?", shipping(valid_until="2020-01-01")) == ()


def test_two_templates_with_the_same_words_are_both_found() -> None:
    twin = shipping(id="twin")
    matches = search("do you ship to Norway?", shipping(), twin)

    assert sorted(ids(matches)) == ["shipping-abroad", "twin"]
    assert matches[0].score == matches[1].score


def test_a_text_that_stands_twice_in_a_template_counts_once() -> None:
    double = shipping(title="do you ship to Norway?", questions=["do you ship to Norway?"] * 3)

    assert ids(search("do you ship to Norway?", double, DECAF)) == ["shipping-abroad", "decaf"]


def test_a_template_without_a_title_is_found_by_the_words_of_its_id() -> None:
    template = ReplyTemplate(id="cancel_order", reply="Press the button in your account.")
    numbered = ReplyTemplate(id="17", reply="We are closed.")

    assert search("cancel order", template, numbered)[0].matched_field == "title"


def test_a_template_is_found_by_its_id() -> None:
    index = TemplateIndex([shipping(), DECAF], FakeEncoder())

    assert index.template("decaf") == DECAF
    assert index.template("tea") is None


def test_rounding_never_makes_a_score_leave_its_range() -> None:
    class LongVectors(FakeEncoder):
        """Vectors that are a little longer than one, as arithmetic in float32 makes them."""

        def encode(self, texts: Sequence[str]) -> Vectors:
            return np.asarray(super().encode(texts) * np.float32(1.001), dtype=np.float32)

    assert search("Do you ship abroad?", encoder=LongVectors())[0].score == 1.0


@given(
    text=st.text(max_size=80),
    questions=st.lists(st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and "\x00" not in text)),
    limit=st.integers(1, 5),
)
@settings(max_examples=50, deadline=None)
def test_whatever_is_asked_scores_are_cosines_in_order(text: str, questions: list[str], limit: int) -> None:
    matches = search(text, shipping(questions=questions), DECAF, HOURS, limit=limit)

    assert len(matches) == len(set(ids(matches))) == min(limit, 3)
    assert all(-1.0 <= match.score <= 1.0 for match in matches)
    assert [match.probability for match in matches] == sorted((match.probability for match in matches), reverse=True)


def learned(template_id: str, text: str, *, against: bool = False) -> LearnedExample:
    return LearnedExample(id=1, template_id=template_id, text=text, counts_against=against)


def all_about(index: TemplateIndex, *texts: str) -> list[tuple[TemplateMatch, ...]]:
    where: dict[str, Any] = {"limit": 5, "channel": "instagram", "visibility": "public", "day": DAY}
    return [index.search(FakeEncoder().encode([text])[0], text=text, **where) for text in texts]


def test_a_message_that_was_learned_is_found_as_such() -> None:
    index = TemplateIndex([shipping(), HOURS], FakeEncoder(), examples=[learned("hours", "is somebody there now?")])
    best = all_about(index, "is somebody there now?")[0][0]

    assert (best.template_id, best.matched_field, best.score) == ("hours", "learned", 1.0)


def test_what_was_learned_against_a_template_makes_it_less_likely() -> None:
    examples = [learned("shipping-abroad", "do you ship decaf?", against=True)]
    plain, warned = (TemplateIndex([shipping(), DECAF], FakeEncoder(), examples=taught) for taught in ([], examples))
    before, after = (all_about(index, "do you ship decaf?")[0] for index in (plain, warned))
    sure = [{match.template_id: match.probability for match in found} for found in (before, after)]

    assert sure[1]["shipping-abroad"] < sure[0]["shipping-abroad"]


def test_a_changed_index_is_that_of_the_new_templates_and_leaves_the_old_one_alone() -> None:
    texts = ["do you ship to Norway?", "when do you open", "coffee without caffeine"]
    before = TemplateIndex([shipping(), DECAF], FakeEncoder())
    answers = all_about(before, *texts)
    now = [DECAF, HOURS, shipping(title="Where do you ship?")]
    after = before.changed(now, [learned("hours", "are you open late")])
    fresh = TemplateIndex(now, FakeEncoder(), examples=[learned("hours", "are you open late")])

    assert all_about(after.renewed(), *texts) == all_about(fresh, *texts)
    assert all_about(before, *texts) == answers
    assert [len(index) for index in (after, fresh)] == [len(fresh)] * 2


def test_what_was_learnt_serves_on_for_the_templates_that_stay() -> None:
    questions = {name: [f"{name} {number}" for number in range(4)] for name in ("parcel", "voucher", "opening")}
    three = [ReplyTemplate(id=name, questions=asked, reply=f"About {name}.") for name, asked in questions.items()]
    index = TemplateIndex(three[:2], FakeEncoder())
    after = index.changed([three[2], three[1]])

    assert after.wants_renewal
    assert ids(all_about(after, "voucher 7")[0])[0] == "voucher"
    assert ids(all_about(after, "opening 7")[0])[0] == "opening"
    assert not after.renewed().wants_renewal


def test_changing_everything_away_and_back_leaves_nothing_behind() -> None:
    index = TemplateIndex([shipping()], FakeEncoder())
    empty = index.changed([])

    assert (len(empty), all_about(empty, "do you ship?")) == (0, [()])
    assert all_about(empty.changed([shipping()]), "do you ship?") == all_about(index, "do you ship?")


@pytest.fixture(scope="module")
def real() -> tuple[Encoder, dict[str, TemplateIndex]]:
    """The real encoder with the sample brands' templates."""
    encoder = SentenceTransformerEncoder("minilm")
    indexes = {
        brand: TemplateIndex(read_templates(resource_folder("faq") / brand).templates, encoder)
        for brand in ("fernhill", "harbour")
    }
    return encoder, indexes


@pytest.mark.encoder
@pytest.mark.parametrize(("brand", "text", "template_id"), PARAPHRASES)
def test_a_plain_paraphrase_finds_its_template(
    real: tuple[Encoder, dict[str, TemplateIndex]], brand: str, text: str, template_id: str
) -> None:
    encoder, indexes = real
    matches = indexes[brand].search(
        encoder.encode([text])[0], limit=3, channel="instagram", visibility="private", day=DAY
    )

    assert ids(matches)[0] == template_id


def test_where_templates_may_be_used_is_worked_out_once_also_after_many_made_up_channels() -> None:
    index = TemplateIndex([shipping(), DECAF], FakeEncoder())
    for number in range(PLACES_KEPT):
        index.allowed(channel=f"made-up-{number}", visibility="public", day=DAY)
    first = index.allowed(channel="instagram", visibility="public", day=DAY)

    assert index.allowed(channel="instagram", visibility="public", day=DAY) is first
