"""A diverse choice."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.pipelines.dataset.choosing import farthest_first
from holdfast.retrieval.lexical import LexicalIndex

FAMILIES = [
    f"{family} x{number} = {family}" for family in ("add", "mul", "leq", "gcd") for number in range(9)
]


def test_each_family_has_a_member_before_any_has_two() -> None:
    for seed in range(5):
        chosen = farthest_first(FAMILIES, 4, seed)
        assert {at // 9 for at in chosen} == {0, 1, 2, 3}


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from(["a b", "b c", "c d e", "", "f"]), max_size=9),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_a_choice_has_what_was_asked_for_each_once(texts: list[str], count: int, seed: int) -> None:
    chosen = farthest_first(texts, count, seed)
    assert len(chosen) == len(set(chosen)) == min(count, len(texts))
    assert chosen == farthest_first(texts, count, seed)


def test_it_is_more_diverse_than_chance() -> None:
    texts = [f"{a} {b} {c}" for a in ("p", "q") for b in ("r", "s", "t") for c in ("u", "v", "w", "x")] * 3
    index = LexicalIndex(texts)

    def nearest(chosen: list[int]) -> float:
        scores = [[index.scores(texts[one])[two] for two in chosen if two != one] for one in chosen]
        return float(np.mean([max(each) for each in scores]))

    drawn = np.random.default_rng(0).permutation(len(texts))[:12].tolist()
    assert nearest(farthest_first(texts, 12, 0)) < nearest(drawn)
