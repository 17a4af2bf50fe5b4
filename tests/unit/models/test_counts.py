"""Counts of kinds at shapes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.counts import KindCounts

SHAPES = ("=", "= n")
steps = st.lists(
    st.tuples(
        st.tuples(st.sampled_from("=<"), st.sampled_from("nm")), st.sampled_from(["auto", "lia", "ring"])
    ),
    max_size=30,
)


@given(steps)
def test_chances_lie_between_nought_and_one_and_sum_to_one_at_most(
    counted: list[tuple[tuple[str, str], str]],
) -> None:
    counts = KindCounts()
    counts.extend(counted)
    chances = [counts.probability(("=", "n"), kind) for kind in ("auto", "lia", "ring", "never")]
    assert all(0.0 < chance < 1.0 for chance in chances)
    assert sum(chances) <= 1.0 + 1e-9


def test_before_anything_was_counted_the_prior_holds() -> None:
    assert KindCounts().probability(SHAPES, "auto", prior=0.25) == pytest.approx(0.25)


def test_what_was_right_at_a_shape_is_likely_there() -> None:
    counts = KindCounts()
    counts.extend([(SHAPES, "ring")] * 20 + [(("<=", "<= n"), "lia")] * 20)
    assert counts.probability(SHAPES, "ring") > 0.8 > 0.2 > counts.probability(SHAPES, "lia")
    assert counts.probability(("=", "= new"), "ring") > counts.probability(("=", "= new"), "lia")
    assert counts.probability(("new", "new n"), "ring") == counts.probability(("new", "new n"), "lia")


def test_a_copy_goes_its_own_way() -> None:
    counts = KindCounts()
    counts.add(SHAPES, "ring")
    twin = counts.copy()
    assert twin.probability(SHAPES, "ring") == counts.probability(SHAPES, "ring")
    twin.add(SHAPES, "ring")
    assert twin.probability(SHAPES, "ring") > counts.probability(SHAPES, "ring")
