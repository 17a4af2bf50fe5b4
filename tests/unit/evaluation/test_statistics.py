import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.evaluation.statistics import Interval, mcnemar, paired_bootstrap, pass_at_k, wilson


# From Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3.
@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(successes: int, total: int, low: float, high: float) -> None:
    found = wilson(successes, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_symmetric_and_holds_the_share(case: tuple[int, int]) -> None:
    successes, total = case
    found, mirrored = wilson(successes, total), wilson(total - successes, total)
    assert 0 <= found.low <= successes / total <= found.high <= 1
    assert math.isclose(found.low, 1 - mirrored.high, abs_tol=1e-12)


@pytest.mark.parametrize(("successes", "total"), [(0, 0), (3, 2), (-1, 2)])
def test_wilson_refuses_what_is_no_count(successes: int, total: int) -> None:
    with pytest.raises(ValueError, match="successes of"):
        wilson(successes, total)


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_subsets_with_a_success(case: tuple[int, int, int]) -> None:
    attempts, successes, k = case
    subsets = list(itertools.combinations(range(attempts), k))
    share = sum(any(pick < successes for pick in subset) for subset in subsets) / len(subsets)
    assert math.isclose(pass_at_k(attempts, successes, k), share)


def test_pass_at_k_of_more_attempts_than_were_made() -> None:
    with pytest.raises(ValueError, match="say nothing of 5"):
        pass_at_k(4, 4, 5)


@pytest.mark.parametrize(
    ("gained", "lost", "p"), [(10, 1, 24 / 2048), (1, 10, 24 / 2048), (3, 3, 1.0), (12, 5, 0.14346)]
)
def test_mcnemar_is_the_sign_test(gained: int, lost: int, p: float) -> None:
    assert math.isclose(mcnemar(gained, lost), p, rel_tol=1e-4)


def difference(sums: np.ndarray) -> np.ndarray:
    return np.asarray(sums[:, 1] - sums[:, 0]) / 400


def test_the_bootstrap_agrees_with_the_normal_interval_where_that_holds() -> None:
    # 400 theorems, 60 gained and 20 lost: the difference is 0.1 with standard error
    # sqrt((60 + 20) / 400 - 0.1 ** 2) / sqrt(400) = 0.0218.
    rows = [(0, 1)] * 60 + [(1, 0)] * 20 + [(1, 1)] * 100 + [(0, 0)] * 220
    found = paired_bootstrap(rows, difference, seed=1)
    assert found is not None
    assert found.low == pytest.approx(0.1 - 1.96 * 0.0218, abs=0.004)
    assert found.high == pytest.approx(0.1 + 1.96 * 0.0218, abs=0.004)
    assert found == paired_bootstrap(rows, difference, seed=1), "the same seed, the same interval"


def test_rows_are_drawn_whole() -> None:
    # Two runs that always agree differ by nothing, however the theorems are drawn.
    rows = [(n % 2, n % 2) for n in range(50)]
    assert paired_bootstrap(rows, difference) == Interval(0.0, 0.0)


def test_no_interval_where_draws_give_no_number() -> None:
    rows = [(5.0, 1.0)] + [(5.0, 0.0)] * 3

    def cost_of_one(sums: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.asarray(sums[:, 0] / sums[:, 1])

    assert paired_bootstrap(rows, cost_of_one) is None
    assert paired_bootstrap([], cost_of_one) is None
