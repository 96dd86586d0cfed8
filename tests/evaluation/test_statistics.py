"""Every interval and test is held against a published or independently computed value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.evaluation.statistics import (
    bootstrap_interval,
    cohens_d_paired,
    cohens_h,
    cohens_kappa,
    holm,
    mcnemar_exact,
    paired_bootstrap,
    paired_shares,
    permutation_test,
    proportion_interval,
)


class TestProportionInterval:
    def test_wilsons_own_formula_gives_the_published_bounds(self) -> None:
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81 of 263
        interval = proportion_interval(81, 263)

        assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)
        assert interval.value == pytest.approx(81 / 263)

    def test_no_failure_in_few_cases_is_not_certainty(self) -> None:
        interval = proportion_interval(10, 10)

        assert interval.high == 1.0
        assert round(interval.low, 3) == 0.722

    def test_a_share_of_nothing_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="no cases"):
            proportion_interval(0, 0)

    @given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_the_bounds_hold_the_value_within_zero_and_one(self, counts: tuple[int, int]) -> None:
        interval = proportion_interval(*counts)

        assert 0.0 <= interval.low <= interval.value <= interval.high <= 1.0


class TestBootstrapInterval:
    def test_it_covers_the_true_mean_about_as_often_as_it_says(self) -> None:
        generator = np.random.default_rng(7)
        covered = 0
        for _ in range(100):
            interval = bootstrap_interval(list(generator.normal(3.0, 1.0, 40)), resamples=600)
            covered += interval.low <= 3.0 <= interval.high

        assert 88 <= covered <= 100

    def test_the_same_values_give_the_same_interval(self) -> None:
        values = [0.1, 0.5, 0.9, 0.4, 0.7]

        assert bootstrap_interval(values) == bootstrap_interval(values)

    def test_values_that_are_all_alike_have_no_spread(self) -> None:
        interval = bootstrap_interval([0.5, 0.5, 0.5])

        assert (interval.low, interval.high, interval.n) == (0.5, 0.5, 3)

    def test_the_mean_of_nothing_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="no values"):
            bootstrap_interval([])


class TestPairedBootstrap:
    def test_a_constant_gain_is_seen_through_any_noise_between_cases(self) -> None:
        noise = np.random.default_rng(1).normal(0, 10, 60)

        interval = paired_bootstrap(list(noise), list(noise + 0.2 + np.linspace(-0.1, 0.1, 60)))

        assert interval.value == pytest.approx(0.2)
        assert interval.low > 0.15

    def test_unequal_lengths_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="pairs"):
            paired_bootstrap([1.0], [1.0, 2.0])


class TestExactTests:
    def test_mcnemar_is_the_two_sided_binomial(self) -> None:
        # 5 against 15 of 20 discordant pairs: 2 * P(X <= 5 | 20, 1/2) = 0.0414
        assert mcnemar_exact(5, 15) == pytest.approx(0.0414, abs=5e-5)

    def test_no_discordant_pair_is_no_evidence(self) -> None:
        assert mcnemar_exact(0, 0) == 1.0

    def test_a_permutation_test_of_few_pairs_counts_every_sign(self) -> None:
        # the sum is 9 of at most 11; of 2^5 = 32 sign flips 3 on each side reach 9 (none, or one of the two ones)
        assert permutation_test([1.0, 2.0, 3.0, 4.0, -1.0]) == pytest.approx(6 / 32)

    def test_a_clear_difference_of_many_pairs_is_significant_and_noise_is_not(self) -> None:
        noise = np.random.default_rng(3).normal(0, 1, 200)

        assert permutation_test(list(noise + 1.0)) < 0.001
        assert permutation_test(list(noise - noise.mean())) > 0.9

    def test_no_difference_at_all_is_no_evidence(self) -> None:
        assert permutation_test([0.0, 0.0]) == 1.0


class TestSeveralTests:
    def test_holm_multiplies_by_the_tests_that_are_left_and_never_falls(self) -> None:
        assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])

    def test_nothing_to_adjust_is_nothing(self) -> None:
        assert holm([]) == []


class TestEffectSizes:
    def test_cohens_h_of_the_textbook(self) -> None:
        # Cohen 1988, section 6.2: p1 = .65 against p2 = .50 gives h of .30
        assert cohens_h(0.5, 0.65) == pytest.approx(0.30, abs=0.006)

    def test_cohens_d_is_in_units_of_the_spread_of_the_differences(self) -> None:
        assert cohens_d_paired([1.0, 3.0]) == pytest.approx(2.0 / np.sqrt(2.0))
        assert cohens_d_paired([1.0, 1.0]) is None


class TestKappa:
    def test_the_textbook_table(self) -> None:
        # Fleiss, Levin and Paik 2003, table 18.2: kappa of .676, standard error of .088 (20 of 100 subjects differ)
        first = ["p"] * 80 + ["n"] * 10 + ["o"] * 10
        counts = [("p", 75), ("n", 1), ("o", 4), ("p", 5), ("n", 4), ("o", 1), ("p", 0), ("n", 0), ("o", 10)]
        second = [label for label, count in counts for _ in range(count)]

        interval = cohens_kappa(first, second)

        assert interval is not None
        assert interval.value == pytest.approx(0.676, abs=0.001)
        assert (interval.high - interval.low) / 2 / 1.96 == pytest.approx(0.088, abs=0.002)

    def test_agreement_by_chance_is_zero(self) -> None:
        interval = cohens_kappa(["a", "a", "b", "b"] * 20, ["a", "b", "a", "b"] * 20)

        assert interval is not None
        assert interval.value == pytest.approx(0.0)
        assert interval.low < 0 < interval.high

    def test_perfect_agreement_is_one(self) -> None:
        interval = cohens_kappa(["a", "b"], ["a", "b"])

        assert interval is not None
        assert (interval.value, interval.n) == (1.0, 2)

    def test_one_label_only_says_nothing_about_agreement(self) -> None:
        assert cohens_kappa(["a", "a"], ["a", "a"]) is None
        assert cohens_kappa([], []) is None


class TestPairedShares:
    @given(wins=st.integers(0, 9), losses=st.integers(0, 4), same=st.integers(1, 9))
    def test_where_every_case_counts_twice_it_is_mcnemars_exact_test(self, wins: int, losses: int, same: int) -> None:
        before = [False] * wins + [True] * losses + [True] * same
        after = [True] * wins + [False] * losses + [True] * same

        found = paired_shares(before, after)

        assert found is not None
        assert found.p_value == pytest.approx(mcnemar_exact(losses, wins))

    def test_a_case_may_count_on_one_side_alone(self) -> None:
        found = paired_shares([True, True, None, None], [True, True, False, None])

        assert found is not None
        assert (found.before, found.difference.n) == (1.0, 3)
        assert found.after == pytest.approx(2 / 3)
        assert found.p_value == 1.0

    def test_many_swaps_are_drawn_and_not_counted(self) -> None:
        found = paired_shares([True] * 40, [False] * 20 + [True] * 20)

        assert found is not None
        assert found.p_value == pytest.approx(1 / 10_000)
        assert found.difference.low < found.difference.value == -0.5 < found.difference.high < 0

    def test_fewer_ready_of_which_as_large_a_share_is_right_is_no_difference(self) -> None:
        found = paired_shares([True] * 30, [True] * 10 + [None] * 20)

        assert found is not None
        assert (found.difference.value, found.p_value) == (0.0, 1.0)

    @pytest.mark.parametrize(("before", "after"), [([], []), ([None], [True]), ([True], [None])])
    def test_a_side_without_a_case_has_no_share(self, before: list[bool | None], after: list[bool | None]) -> None:
        assert paired_shares(before, after) is None
