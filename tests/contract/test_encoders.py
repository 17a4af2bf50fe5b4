"""All encoders keep to the contract."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from tests.contract.encoder_suite import TEXTS, EncoderContract

from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import BadAnswerError, ModelUnreachableError
from holdfast.core.seams import Encoder
from holdfast.value.hashed import HashedEncoder
from holdfast.value.model_encoder import ModelEncoder
from holdfast.value.toy import TableEncoder

pytestmark = pytest.mark.asyncio

SPEC = EncodeSpec(model="letters", layer="none", pooling="none", normalised=False)


@dataclass
class Letters:
    """A model whose vectors count letters; some texts it answers badly."""

    bad: str = "\0"
    reachable: bool = True
    name: str = "letters"

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        if not self.reachable:
            raise ModelUnreachableError("nobody answers")
        if any(self.bad in text for text in texts):
            raise BadAnswerError("one of them is NaN")
        return [tuple(float(text.count(letter)) + 0.5 for letter in "nPx=:") for text in texts]

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        raise NotImplementedError

    def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


class TestHashed(EncoderContract):
    @pytest.fixture
    def encoder(self) -> Encoder:
        return HashedEncoder(64)


class TestTable(EncoderContract):
    @pytest.fixture
    def encoder(self) -> Encoder:
        return TableEncoder({text: (1.0, float(number)) for number, text in enumerate(TEXTS)})


class TestModel(EncoderContract):
    @pytest.fixture
    def encoder(self) -> Encoder:
        return ModelEncoder(Letters(), SPEC)


async def test_a_text_that_a_model_fails_on_has_no_vector_and_costs_no_other_its_own() -> None:
    encoder = ModelEncoder(Letters(bad="x <= S x"), SPEC)
    assert [vector is not None for vector in await encoder.encode([*TEXTS, TEXTS[0]])] == [
        True, True, False, True,
    ]  # fmt: skip


async def test_a_model_that_cannot_be_reached_is_an_error_not_an_unknown() -> None:
    with pytest.raises(ModelUnreachableError):
        await ModelEncoder(Letters(reachable=False), SPEC).encode(TEXTS)


async def test_a_goal_has_one_vector_in_whichever_style_it_comes() -> None:
    lean = "n m : nat\n⊢ n + m = m + n"
    encoder = ModelEncoder(Letters(), SPEC)
    (one,), (other,) = await encoder.encode([lean]), await encoder.encode(TEXTS[:1])
    assert one is not None
    assert other is not None
    assert (one == other).all()


async def test_the_style_of_goals_is_part_of_the_spec() -> None:
    bar, turnstile = (ModelEncoder(Letters(), SPEC, style=style).spec for style in ("bar", "turnstile"))
    assert "style" in bar.differences(turnstile)
    assert bar.differences(bar) == ""


async def test_texts_that_are_no_goals_are_encoded_as_they_are() -> None:
    text = "addn is commutative"
    encoder = ModelEncoder(Letters(), SPEC, style=None)
    assert encoder.spec == SPEC
    ((vector,), (sent,)) = await encoder.encode([text]), await Letters().embed([text])
    assert vector is not None
    assert vector.tolist() == pytest.approx(sent)
