"""The embedded proposers as a language model, so that clients of such can ask them.

A prompt is read as the goal between `[GOAL]` and `[PROOFSTEP]`, else as what stands in its last fenced
block, else as a goal whole; what stands behind `[PROOFSTEP]` is the prefix. Each answer is one step and one
token. The vector of a text counts the hashed features of its goal.
"""

import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeAlias

import numpy as np

from holdfast.apps.server.goals import read_goal
from holdfast.core.completions import Completion, Message, Sampling
from holdfast.core.errors import BadAnswerError
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal
from holdfast.models.features import features

__all__ = ["DIMENSION", "EMBEDDED_NAME", "EmbeddedModel", "Propose"]

Propose: TypeAlias = Callable[[Goal, int, str], Awaitable[Sequence[Proposal]]]

EMBEDDED_NAME = "holdfast-embedded"
DIMENSION = 512
_MARKED = re.compile(r"\[GOAL\](.*?)\[PROOFSTEP\](.*)\Z", re.DOTALL)
_FENCED = re.compile(r"```[^\n`]*\n(.*?)\n?```", re.DOTALL)


class EmbeddedModel:
    """Fills the `LanguageModel` seam."""

    def __init__(self, propose: Propose) -> None:
        """`propose` gives at most so many steps for a goal that begin with a prefix."""
        self._propose = propose

    @property
    def name(self) -> str:
        """Always the same."""
        return EMBEDDED_NAME

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """The likeliest steps, best first, the last again where they are few; at temperature 0 just the best.

        Raises BadAnswerError where nothing is offered.
        """
        goal, prefix = _read(prompt + sampling.prefix)
        found = await self._propose(goal, 1 if sampling.temperature == 0 else sampling.count, prefix)
        if not found:
            text = "the embedded proposers offer nothing for this prompt: send a goal with a conclusion"
            raise BadAnswerError(text)
        padded = [*found, *[found[-1]] * (sampling.count - len(found))]
        return [_completion(one, prefix, sampling) for one in padded]

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        """The likeliest step for the goal in the last turn."""
        text = messages[-1].text if messages else ""
        (answer,) = await self.complete(text, sampling)
        yield answer.text

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """Vectors of length 1; goals that look alike are near. Raises BadAnswerError on an empty goal."""
        return [_vector(text) for text in texts]

    async def aclose(self) -> None:
        """Nothing is held."""


def _read(prompt: str) -> tuple[Goal, str]:
    marked = _MARKED.search(prompt)
    if marked is not None:
        return read_goal(marked[1]), marked[2]
    fenced = _FENCED.findall(prompt)
    return read_goal(fenced[-1] if fenced else prompt), ""


def _completion(proposal: Proposal, prefix: str, sampling: Sampling) -> Completion:
    text = proposal.step.text[len(prefix.lstrip()) :]
    text = text[: min([at for stop in sampling.stop if stop and (at := text.find(stop)) >= 0], default=None)]
    logprobs = (proposal.logprob,) if sampling.want_logprobs else ()
    return Completion(text, logprobs, "stop", 1)


def _vector(text: str) -> tuple[float, ...]:
    goal, _ = _read(text)
    vector = np.zeros(DIMENSION)
    for subgoal in goal.subgoals:
        codes = features(subgoal).astype(np.int64)
        np.add.at(vector, codes % DIMENSION, np.where(codes // DIMENSION % 2, 1.0, -1.0))
    length = float(np.linalg.norm(vector))
    if not length:
        raise BadAnswerError("this text has no features: send a goal with a conclusion")
    return tuple((vector / length).tolist()) if math.isfinite(length) else ()
