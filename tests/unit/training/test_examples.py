"""What a policy is trained on is, to the token, what it will be asked."""

from pathlib import Path

import pytest
from tests.tiny_model import tokenizer

from holdfast.core.errors import UserError
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import load_format
from holdfast.training.examples import make_examples, question_of
from holdfast.training.pairs import Pair

GOLDEN = Path(__file__).parent / "golden"
FORMAT = load_format("proofstep.v1")
STATE = """\
A : Type
x, y : A
l := cons x nil : list A
H : x = y
============================
In y l \\/ False

n : nat
============================
0 <= n"""
"""As Rocq prints a state."""


def pair(state: str = STATE, tactic: str = "left; subst; simpl; auto") -> Pair:
    return Pair(theorem="t", state=state, tactic=tactic, depth=0)


def test_the_text_is_the_one_that_was_agreed_on() -> None:
    pieces = tokenizer()
    (example,) = make_examples([pair()], FORMAT, pieces, 1000).kept
    text = pieces.decode(example.prompt) + pieces.decode(example.step)
    assert text == (GOLDEN / "proofstep.txt").read_text(encoding="utf-8").removesuffix("\n")


def test_the_prompt_is_cut_into_tokens_as_it_is_when_the_model_is_asked() -> None:
    pieces = tokenizer()
    (example,) = make_examples([pair()], FORMAT, pieces, 1000).kept
    asked = FORMAT.prompt(question_of(pair()))
    assert list(example.prompt) == pieces(asked)["input_ids"]
    assert example.step[-1] == pieces.eos_token_id
    assert pieces.decode(example.step[:-1]) == "left; subst; simpl; auto"


def test_what_is_too_long_loses_its_oldest_hypotheses_and_never_its_conclusion() -> None:
    pieces = tokenizer()
    hypotheses = "\n".join(f"H{at} : {at} <= {at} + 1" for at in range(40))
    long = pair(f"{hypotheses}\n⊢ conclusion")
    found = make_examples([long, pair("⊢ " + "x" * 500)], FORMAT, pieces, 100)
    assert (found.shortened, found.too_long) == (1, 1)
    (example,) = found.kept
    assert len(example.prompt) + len(example.step) <= 100
    text = pieces.decode(example.prompt)
    assert "H39" in text
    assert "H0 " not in text
    assert text.endswith("⊢ conclusion[PROOFSTEP]")


def test_only_formats_that_models_continue_can_be_trained() -> None:
    with pytest.raises(UserError, match="is a chat"):
        make_examples([pair()], load_format("instruct.v1"), tokenizer(), 100)


def test_the_format_says_itself_which_languages_it_is_for() -> None:
    with pytest.raises(UserError, match="is for lean, rocq"):
        ModelProposer(None, FORMAT, language="python")  # type: ignore[arg-type]
