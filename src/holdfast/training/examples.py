"""Pairs as the tokens that a model is trained on: the prompt is the one it will be asked with.

The prompt is made by `models/prompts.py` and cut into tokens on its own, exactly as it will be when the model
is asked, and the step's tokens follow; the loss counts those and the end of the text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from holdfast.core.errors import UserError
from holdfast.models.goal_text import fewer_hypotheses, goal_from_text
from holdfast.models.prompts import PromptFormat, Question
from holdfast.training.pairs import Pair

__all__ = ["Example", "Examples", "make_examples", "question_of"]


@dataclass(frozen=True, slots=True)
class Example:
    """One pair as tokens."""

    prompt: tuple[int, ...]
    step: tuple[int, ...]
    """The step and the token that ends a text."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What became of some pairs."""

    kept: tuple[Example, ...]
    shortened: int
    """Pairs whose oldest hypotheses were left out, so that they fit."""
    too_long: int
    """Pairs that do not fit even so, and were left out."""


def question_of(pair: Pair) -> Question:
    """What a model is asked at the goal of a pair."""
    return Question(goal=goal_from_text(pair.state))


def make_examples(
    pairs: Iterable[Pair],
    prompts: PromptFormat,
    tokenizer: Any,  # noqa: ANN401 - transformers says no more
    longest: int,
) -> Examples:
    """Pairs as tokens, none longer than `longest` together.

    Raises UserError where the format is not one that models continue, or the tokenizer ends no text.
    """
    if prompts.kind != "completion":
        raise UserError(f"the prompt format {prompts.name} is a {prompts.kind}: name one for completions")
    if tokenizer.eos_token_id is None:
        raise UserError("the model has no token that ends a text: choose another base model")
    kept: list[Example] = []
    shortened = too_long = 0
    for pair in pairs:
        step = (*_ids(tokenizer, pair.tactic, special=False), int(tokenizer.eos_token_id))
        question, cut = _fitted(pair, prompts, tokenizer, longest - len(step))
        if question is None:
            too_long += 1
            continue
        shortened += cut
        kept.append(Example(_ids(tokenizer, prompts.prompt(question), special=True), step))
    return Examples(tuple(kept), shortened, too_long)


def _fitted(
    pair: Pair,
    prompts: PromptFormat,
    tokenizer: Any,  # noqa: ANN401 - as above
    room: int,
) -> tuple[Question | None, bool]:
    """The question, with as many of the youngest hypotheses as there is room for; whether any is missing."""
    question = question_of(pair)
    if _fits(question, prompts, tokenizer, room):
        return question, False
    if not question.goal.subgoals:
        return None, False
    keep = len(question.goal.subgoals[0].hypotheses)
    while keep >= 0:
        shorter = Question(goal=fewer_hypotheses(question.goal, keep))
        if _fits(shorter, prompts, tokenizer, room):
            return shorter, True
        keep = keep // 2 if keep else -1
    return None, False


def _fits(question: Question, prompts: PromptFormat, tokenizer: Any, room: int) -> bool:  # noqa: ANN401 - as above
    text = prompts.prompt(question)
    return len(text) <= prompts.max_characters and len(_ids(tokenizer, text, special=True)) <= room


def _ids(tokenizer: Any, text: str, *, special: bool) -> tuple[int, ...]:  # noqa: ANN401 - as above
    return tuple(tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"])
