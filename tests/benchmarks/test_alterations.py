from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist_bench.alterations import KINDS, alter

REPLY = "Yes, they allow 2 pets until 10:30 for 12 GBP. Anything else?"


def altered(text: str, kind: str) -> set[str | None]:
    return {alter(text, kind=kind, seed=seed) for seed in range(40)}


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("number", ("Yes, they allow ", " pets until 10:30 for 12 GBP. Anything else?")),
        ("time", ("Yes, they allow 2 pets until ", ":30 for 12 GBP. Anything else?")),
        ("price", ("Yes, they allow 2 pets until 10:30 for ", ". Anything else?")),
    ],
)
def test_only_a_fact_of_the_kind_is_altered(kind: str, kept: tuple[str, str]) -> None:
    for version in altered(REPLY, kind):
        assert version is not None
        assert version != REPLY
        assert version.startswith(kept[0])
        assert version.endswith(kept[1])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It takes 14 days.", "number"),
        ("It costs €5.", "number"),
        ("It closes at 9 pm.", "number"),
        ("They have 2 rooms.", "time"),
        ("They are over 65 years old.", "time"),
        ("They have 2 rooms.", "price"),
        ("Sounds lovely.", "negation"),
        ("Would you like 2 tickets for 10 GBP at 10:30?", "number"),
        ("Would you like 2 tickets for 10 GBP at 10:30?", "price"),
        ("I can book it. Is that fine?", "negation"),
    ],
)
def test_a_text_without_a_fact_of_the_kind_is_left_alone(text: str, kind: str) -> None:
    assert altered(text, kind) == {None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is no gym.", {"There is a gym."}),
        ("There are a few rooms.", {None}),
        ("No, they do not offer delivery.", {"Yes, they do offer delivery."}),
        ("Pets aren't welcome.", {"Pets are welcome."}),
        ("You cannot smoke here.", {"You can smoke here."}),
        ("They won't take cash.", {"They will take cash."}),
        ("Yes, they offer WiFi.", {"No, they do not offer WiFi."}),
        ("The hotel offers laundry.", {"The hotel does not offer laundry."}),
        ("It is free of charge.", {"It is not free of charge.", "It is at an extra charge."}),
        ("Dogs are allowed.", {"Dogs are not allowed."}),
        ("There is a gym.", {"There is no gym."}),
    ],
)
def test_a_statement_is_turned_into_its_opposite(text: str, expected: set[str]) -> None:
    assert altered(text, "negation") == expected


def test_hours_stay_on_their_clock() -> None:
    hours = {version.split()[-2] for version in altered("It closes at 12 pm today.", "time") if version}
    assert hours <= {"1", "2", "3", "9", "10", "11", "pm"}
    assert altered("Until 23:00.", "time") == {f"Until {hour}:00." for hour in ("20", "21", "22", "00", "01", "02")}


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        alter(REPLY, kind="colour", seed=0)


@given(st.text(max_size=80), st.sampled_from(KINDS), st.integers(min_value=0, max_value=5))
def test_the_same_text_kind_and_seed_give_the_same_and_never_the_text_itself(text: str, kind: str, seed: int) -> None:
    first = alter(text, kind=kind, seed=seed)
    assert first == alter(text, kind=kind, seed=seed)
    assert first != text
