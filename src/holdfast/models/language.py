"""A language model as a proposer: a prompt for each goal, its answers as ranked steps."""

import math
from collections import Counter
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from holdfast.core.completions import Completion, Sampling
from holdfast.core.errors import ContextTooLongError, UserError
from holdfast.core.goals import Goal
from holdfast.core.seams import LanguageModel
from holdfast.core.steps import Advanced, Proposal, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.extract import is_banned, steps_in
from holdfast.models.goal_text import fewer_hypotheses
from holdfast.models.prompts import Attempt, Language, PromptFormat, Question
from holdfast.models.together import together

__all__ = ["ModelProposer"]

_LEAST = -50.0
"""Natural logarithm given to a step that a model finds less likely still."""
_PLANS = 4096


@dataclass(frozen=True, slots=True)
class _Found:
    steps: tuple[str, ...]
    score: float


class ModelProposer:
    """Fills the `Proposer` and `Learner` seams with a language model.

    Scores are log-probabilities per token, so that long steps are not punished for their length; of equal
    steps the best score counts, and equal scores stand in the order of the answers. Where a format asks in a
    chat there are none, and a step's score is the logarithm of its share of the answers. However many
    proposals are wanted, the model is asked for the same `samples` answers, so asking for more only adds.

    Where a format takes whole proofs, what follows the first step is offered at the goal that it led to.

    Args:
        model: who is asked.
        prompts: how it is asked.
        language: what steps are written in.
        samples: how many answers are drawn for a goal, before duplicates are merged.
        seed: makes the draw repeatable where the model allows it.
        votes: rank by share of the answers although the format could have probabilities, for servers that
            give none.
    """

    def __init__(
        self,
        model: LanguageModel,
        prompts: PromptFormat,
        *,
        language: Language,
        samples: int = 8,
        seed: int | None = 0,
        votes: bool = False,
    ) -> None:
        """Ask nothing yet. Raises UserError where the format is not for `language`."""
        if language not in prompts.languages:
            known = ", ".join(prompts.languages)
            raise UserError(
                f"the prompt format {prompts.name} is for {known}, not for {language}: name another"
            )
        self._model = model
        self._format = prompts
        self._language: Language = language
        self._samples = samples
        self._seed = seed
        self._votes = votes or prompts.kind == "chat"
        self._answered: dict[Question, list[_Found]] = {}
        self._plans: dict[tuple[Goal, str], _Found] = {}
        self._planned: dict[Goal, _Found] = {}

    def learn(self, item: Observed | Declared) -> None:
        """Language models are not taught while they work."""

    def judged(self, step: JudgedStep) -> None:
        """Remember the rest of a whole proof whose first step holds."""
        found = self._plans.get((step.goal, step.proposal.step.text))
        match step.verdict:
            case Advanced(goal=goal) if found is not None and goal not in self._planned:
                _remember(self._planned, goal, found)
            case _:
                pass

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """The steps that the model offers for the first subgoal. Raises ModelError where it gives none."""
        return await self.suggest(goal, count)

    async def suggest(
        self,
        goal: Goal,
        count: int,
        *,
        prefix: str = "",
        context: str = "",
        attempts: tuple[Attempt, ...] = (),
        premises: tuple[str, ...] = (),
    ) -> Sequence[Proposal]:
        """At most `count` steps, likeliest first, each of which begins with `prefix`.

        Args:
            goal: what is to be done.
            count: how many are wanted.
            prefix: what is written already.
            context: the text of the file before the place.
            attempts: what was refused there; the last one is to be mended, where the format can ask for that.
            premises: theorems in force that may help, one line each; for formats that have a place for them.
        """
        if not goal.subgoals or count < 1:
            return []
        known = premises if self._format.takes_premises else ()
        asked = Question(goal=goal, prefix=prefix, context=context, attempts=attempts, premises=known)
        found = await self._known(asked)
        planned = None if prefix else self._planned.get(goal)
        if planned is not None:
            found = [planned, *found]
        proposals = self._ranked(found, prefix)[:count]
        self._plan(goal, found)
        return proposals

    async def _known(self, question: Question) -> list[_Found]:
        """Search asks for more of the same goal, which costs nothing; without a seed each draw is new."""
        if self._seed is None:
            return await self._ask(question)
        if question not in self._answered:
            found = await self._ask(question)
            if len(self._answered) >= _PLANS:
                self._answered.pop(next(iter(self._answered)))
            self._answered[question] = found
        return self._answered[question]

    async def _ask(self, question: Question) -> list[_Found]:
        """Ask, with less around the conclusion each time that the prompt does not fit."""
        asked = self._trimmed(question)
        while True:
            try:
                return await (self._voted(asked) if self._votes else self._scored(asked))
            except ContextTooLongError:
                shorter = _shorter(asked)
                if shorter is None:
                    raise
                asked = shorter

    def _trimmed(self, question: Question) -> Question:
        """Short enough for the format; the conclusion, the markers and the prefix always stay.

        Raises ContextTooLongError where those alone are too long.
        """
        limit = self._format.max_characters
        while (length := len(self._format.prompt(question))) > limit:
            shorter = _shorter(question)
            if shorter is None:
                raise ContextTooLongError(
                    f"the conclusion alone makes a prompt of {length} characters; {limit} are sent at most: "
                    "split the goal, or use a prompt format with a larger max_characters"
                )
            question = shorter
        return question

    async def _scored(self, question: Question) -> list[_Found]:
        sampling = self._sampling(question, self._samples, want_logprobs=True)
        answers = await self._model.complete(self._format.prompt(question), sampling)
        return [
            _Found(steps, _per_token(answer))
            for answer in answers
            if (steps := self._steps(question.prefix + answer.text))
        ]

    async def _voted(self, question: Question) -> list[_Found]:
        texts = await (self._chats(question) if self._format.kind == "chat" else self._texts(question))
        steps = [found for text in texts if (found := self._steps(text))]
        votes = Counter(found[0] for found in steps)
        return [_Found(found, math.log(votes[found[0]] / len(texts))) for found in steps]

    async def _texts(self, question: Question) -> list[str]:
        sampling = self._sampling(question, self._samples, want_logprobs=False)
        answers = await self._model.complete(self._format.prompt(question), sampling)
        return [question.prefix + answer.text for answer in answers]

    async def _chats(self, question: Question) -> list[str]:
        return await together(self._chat(question, at) for at in range(self._samples))

    async def _chat(self, question: Question, at: int) -> str:
        sampling = self._sampling(question, 1, want_logprobs=False)
        if sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + at)
        messages = self._format.messages(question)
        return "".join([piece async for piece in self._model.chat(messages, sampling)])

    def _sampling(self, question: Question, count: int, *, want_logprobs: bool) -> Sampling:
        return self._format.sampling(
            count=count, seed=self._seed, prefix=question.prefix, want_logprobs=want_logprobs
        )

    def _steps(self, text: str) -> tuple[str, ...]:
        """The steps of an answer up to the first one that is banned."""
        found = steps_in(text, self._format.take, self._language)
        for at, step in enumerate(found):
            if is_banned(step, self._language):
                return found[:at]
        return found

    def _ranked(self, found: Iterable[_Found], prefix: str) -> list[Proposal]:
        best: dict[str, float] = {}
        for each in found:
            step = each.steps[0]
            if _begins(step, prefix):
                best[step] = max(best.get(step, -math.inf), each.score)
        ranked = sorted(best.items(), key=lambda pair: -pair[1])
        return [Proposal(Step(text), max(score, _LEAST), self._model.name) for text, score in ranked]

    def _plan(self, goal: Goal, found: Iterable[_Found]) -> None:
        for each in found:
            if len(each.steps) > 1:
                _remember(self._plans, (goal, each.steps[0]), replace(each, steps=each.steps[1:]))


def _shorter(question: Question) -> Question | None:
    """Without the part that matters least; None where only the conclusion is left.

    In order: the oldest of several attempts, half of the context, half of the theorems, later subgoals, the
    older hypotheses.
    """
    if len(question.attempts) > 1:
        return replace(question, attempts=question.attempts[1:])
    if question.context:
        return replace(question, context=question.context[len(question.context) // 2 + 1 :])
    if question.premises:
        return replace(question, premises=question.premises[: len(question.premises) // 2])
    first = question.goal.subgoals[0]
    if len(question.goal.subgoals) > 1:
        return replace(question, goal=fewer_hypotheses(question.goal, len(first.hypotheses)))
    if not first.hypotheses:
        return None
    return replace(question, goal=fewer_hypotheses(question.goal, len(first.hypotheses) // 2))


def _per_token(answer: Completion) -> float:
    """The mean; the worst where a stop left no token whole, which is not worth more than a guess."""
    return math.fsum(answer.logprobs) / len(answer.logprobs) if answer.logprobs else _LEAST


def _begins(step: str, prefix: str) -> bool:
    """Whatever the blanks."""
    return "".join(step.split()).startswith("".join(prefix.split()))


K = TypeVar("K")


def _remember(memory: MutableMapping[K, _Found], key: K, found: _Found) -> None:
    """Keep the newest few; a search that goes on for days does not grow without end."""
    if len(memory) >= _PLANS:
        memory.pop(next(iter(memory)))
    memory.setdefault(key, found)
