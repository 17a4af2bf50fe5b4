"""What every encoder keeps to."""

import numpy as np

from holdfast.core.seams import Encoder
from holdfast.models.goal_text import goal_from_text, goal_text

TEXTS = (
    f"n, m : nat\n{'=' * 28}\nn + m = m + n",
    f"P : Prop\nH : P\n{'=' * 28}\nP",
    f"x : nat\n{'=' * 28}\nx = x\n\nx : nat\n{'=' * 28}\nx <= S x",
)
"""As Rocq prints them."""


class EncoderContract:
    """Subclasses give a fixture `encoder`, an encoder that knows `TEXTS`."""

    async def test_a_vector_a_text_all_of_one_length(self, encoder: Encoder) -> None:
        vectors = [vector for vector in await encoder.encode(TEXTS) if vector is not None]
        assert len(vectors) == len(TEXTS)
        assert len({vector.shape for vector in vectors}) == 1
        assert all(np.isfinite(vector).all() and vector.any() for vector in vectors)

    async def test_a_goal_has_the_same_vector_whatever_stands_beside_it(self, encoder: Encoder) -> None:
        together = await encoder.encode(TEXTS)
        apart = [(await encoder.encode([text]))[0] for text in reversed(TEXTS)][::-1]
        for one, other in zip(together, apart, strict=True):
            assert one is not None
            assert other is not None
            assert np.allclose(one, other, atol=1e-6)

    async def test_goals_have_the_vectors_of_their_texts(self, encoder: Encoder) -> None:
        goals = [goal_from_text(text) for text in TEXTS]
        assert [goal_text(goal, "bar") for goal in goals] == list(TEXTS)
        by_text, by_goal = await encoder.encode(TEXTS), await encoder.encode_goals(goals)
        for one, other in zip(by_text, by_goal, strict=True):
            assert one is not None
            assert other is not None
            assert np.allclose(one, other, atol=1e-6)

    async def test_nothing_has_no_vectors(self, encoder: Encoder) -> None:
        assert list(await encoder.encode([])) == []
        assert list(await encoder.encode_goals([])) == []

    async def test_the_spec_is_always_the_same(self, encoder: Encoder) -> None:
        before = encoder.spec.digest()
        await encoder.encode(TEXTS)
        assert encoder.spec.digest() == before
