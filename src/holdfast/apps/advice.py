"""Who is asked for suggestions: the embedded learner, a language model, or both together."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from holdfast.core.errors import ModelError
from holdfast.core.goals import Goal
from holdfast.core.seams import Proposer
from holdfast.core.steps import Proposal
from holdfast.models.extract import is_banned
from holdfast.models.prompts import Language
from holdfast.models.recall import Recall
from holdfast.search.suggest import blend, offers

__all__ = ["Advice", "FindRecall", "Suggests", "advise", "no_recall"]

FindRecall: TypeAlias = Callable[[], Awaitable[Recall | None]]
"""Makes what finds theorems for prompts at a place; None where nothing does."""

_SPARE = 4
"""How many more are asked for, in the place of those that are banned."""


async def no_recall() -> None:
    """Fills `FindRecall` where no theorem is to be named."""


class Suggests(Protocol):
    """Whoever offers steps that go on from what is written, such as a `ModelProposer`."""

    def suggest(
        self,
        goal: Goal,
        count: int,
        *,
        prefix: str = "",
        context: str = "",
        premises: tuple[str, ...] = (),
    ) -> Coroutine[Any, Any, Sequence[Proposal]]:
        """At most `count` steps that begin with `prefix`, likeliest first; raises ModelError."""
        ...


@dataclass(frozen=True, slots=True)
class Advice:
    """What is offered at a goal."""

    proposals: tuple[Proposal, ...]
    """Likeliest first."""
    notes: tuple[str, ...] = ()
    """Sentences on who could not be asked."""


async def advise(
    embedded: Proposer | None,
    model: Suggests | None,
    goal: Goal,
    count: int,
    *,
    prefix: str = "",
    context: str = "",
    language: Language = "rocq",
    recall: FindRecall = no_recall,
) -> Advice:
    """At most `count` steps that begin with `prefix`, none of which skips its goal.

    The model is told of theorems that `recall` finds; nothing is searched where none is asked.

    Where both are asked and the model gives no answer, the embedded proposer's are offered with a note;
    where the model is asked alone, ModelError is raised.
    """
    lists: list[Sequence[Proposal]] = []
    notes: list[str] = []
    if embedded is not None:
        lists.append(await offers(embedded, goal, count + _SPARE, prefix))
    if model is not None:
        try:
            theorems = await recall()
            known = () if theorems is None else await theorems.lines(goal)
            told = await model.suggest(goal, count, prefix=prefix, context=context, premises=known)
            lists.append(told)
        except ModelError as error:
            if embedded is None:
                raise
            notes.append(str(error))
    allowed = [[one for one in found if not is_banned(one.step.text, language)] for found in lists]
    found = blend(allowed, count) if len(allowed) > 1 else allowed[0][:count] if allowed else []
    return Advice(tuple(found), tuple(notes))
