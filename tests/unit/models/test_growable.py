"""The array that grows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.growable import Growable


@given(st.lists(st.lists(st.integers(0, 9), max_size=700), max_size=8))
def test_it_holds_what_was_appended_in_order(blocks: list[list[int]]) -> None:
    grown = Growable(np.int64)
    for block in blocks:
        grown.extend(np.array(block, dtype=np.int64))
    flat = [value for block in blocks for value in block]
    assert len(grown) == len(flat)
    assert grown.view().tolist() == flat
    assert grown.view().dtype == np.int64


def test_one_block_may_be_larger_than_twice_what_there_is() -> None:
    grown = Growable(np.uint32)
    grown.extend(np.arange(10_000, dtype=np.uint32))
    grown.extend(np.arange(3, dtype=np.uint32))
    assert grown.view()[-4:].tolist() == [9_999, 0, 1, 2]
