"""The embedded proposer for Python: synthesis from the examples of the hole at hand."""

import ast
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from holdfast.checkers.python.bodies import as_generator
from holdfast.checkers.python.brief import Brief, literal_of
from holdfast.checkers.python.suite import CallCase, Displays, Raises, Returns, Truth
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.seams import Proposer
from holdfast.core.steps import Proposal, Proved, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.repair import Effort
from holdfast.models.synthesis.task import Example, HelperSignature, Parameter, SynthesisTask, is_plain

__all__ = ["MakeProposer", "Metered", "PythonLearner", "Work", "synthesis_task", "why_no_task", "yielding"]


class Metered(Proposer, Protocol):
    """A proposer that works on its own account."""

    @property
    def cpu_s(self) -> float:
        """CPU seconds used so far."""
        ...

    @property
    def ended(self) -> str:
        """Why it has no more to propose where that is a failure, else empty."""
        ...


MakeProposer: TypeAlias = Callable[[SynthesisTask], AbstractAsyncContextManager[Metered]]
"""Starts the proposer of one hole."""


@dataclass(slots=True)
class Work:
    """What proposers are told of one hole, and what they did for it."""

    context: str
    """The file up to the body, without tests."""
    task: SynthesisTask | None
    """None where the synthesiser cannot be told what is wanted."""
    is_generator: bool = False
    """Whether bodies have to hand out one by one what the synthesiser returns."""
    why_not: str = ""
    """Why there is no task, as a clause."""
    synthesiser: Metered | None = None
    effort: Effort = field(default_factory=Effort)
    passed: list[str] = field(default_factory=list)
    """Bodies that passed all tests, in order."""
    _bill_s: float | None = None

    @property
    def trouble(self) -> str:
        """Why the synthesiser had nothing to offer, where it was not for want of time; a clause."""
        if self.task is None:
            return self.why_not
        said = "" if self.synthesiser is None else self.synthesiser.ended
        return f"the synthesiser ended: {said}" if said else ""

    def bill_s(self) -> float:
        """CPU seconds of the synthesiser when this was first asked, at the end of the search."""
        if self._bill_s is None:
            self._bill_s = 0.0 if self.synthesiser is None else self.synthesiser.cpu_s
        return self._bill_s


class PythonLearner:
    """Fills `Learner` with a proposer for each hole, started when its goal is first asked for.

    An async context manager: it holds the process of the hole at hand.
    """

    def __init__(self, works: Mapping[tuple[Subgoal, ...], Work], make: MakeProposer) -> None:
        """Propose for the goals of `works`; for others there is nothing to offer."""
        self.works = works
        self._make = make
        self._stack = AsyncExitStack()
        self._at: tuple[Subgoal, ...] = ()
        self._proposer: Metered | None = None

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Bodies that agree with the shown examples, the simplest first."""
        work = self.works.get(goal.subgoals)
        if work is None or work.task is None or count == 0:
            return ()
        if goal.subgoals != self._at or self._proposer is None:
            await self._stack.aclose()
            work.synthesiser = await self._stack.enter_async_context(self._make(work.task))
            self._proposer = work.synthesiser
            self._at = goal.subgoals
        offers = await self._proposer.propose(goal, count)
        return yielding(offers) if work.is_generator else offers

    def learn(self, item: Observed | Declared) -> None:
        """Nothing yet: what the file defines is in the task."""

    def judged(self, step: JudgedStep) -> None:
        """Remember what passed; the synthesiser goes on where it stopped."""
        match step.verdict:
            case Proved() if step.goal.subgoals in self.works:
                self.works[step.goal.subgoals].passed.append(step.proposal.step.text)
            case _:
                pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()


def yielding(offers: Sequence[Proposal]) -> list[Proposal]:
    """Bodies of a generator: what is offered as a list is handed out one by one."""
    return [replace(each, step=Step(as_generator(each.step.text))) for each in offers]


def synthesis_task(brief: Brief, path: str = "") -> SynthesisTask | None:
    """What the synthesiser is asked for a hole; None where it has no example that can be told to it.

    `path` is the name of the file as seen from the folder that its imports start in.
    """
    if (brief.method and not brief.of_class) or any(
        not each.positional and each.default is None for each in brief.inputs
    ):
        return None
    examples = [_example(brief, case) for case in brief.shown if isinstance(case, CallCase)]
    known = tuple(example for example in examples if example is not None)
    if not known:
        return None
    return SynthesisTask(
        name=brief.name.rpartition(".")[2],
        parameters=tuple(_parameters(brief)),
        returns=_returned(brief),
        examples=known,
        helpers=tuple(
            HelperSignature(
                each.name,
                tuple(Parameter(one.name, one.annotation) for one in each.inputs if one.default is None),
                each.returns,
            )
            for each in brief.helpers
        ),
        prelude=_placed(brief, path) + brief.prelude,
        text=brief.docstring,
    )


def _placed(brief: Brief, path: str) -> str:
    """What makes a program believe that it stands in a file of its job's folder.

    In a package, other modules may import that file, so that it has to be there.
    """
    if not path:
        return ""
    package = ".".join(PurePosixPath(path).parts[:-1])
    lines = ["import os", f"__file__, __package__ = os.path.abspath({path!r}), {package!r}"]
    if package:
        text = f"{brief.prelude}\n{brief.header}:\n    raise NotImplementedError\n"
        lines.append("os.makedirs(os.path.dirname(__file__), exist_ok=True)")
        lines.append(f"with open(__file__, 'w', encoding='utf-8') as file: file.write({text!r})")
    return "\n".join(lines) + "\n"


def _through(brief: Brief) -> tuple[str, ...]:
    """What a test has to put around a call for its value to be that which the body is about."""
    if brief.waited_for:
        return ("asyncio.run",)
    return ("list",) if brief.is_generator else ()


def _returned(brief: Brief) -> str | None:
    """The type of what the synthesiser makes: for a generator, a list of its items."""
    if not brief.is_generator or brief.returns is None:
        return brief.returns
    inner = brief.returns.partition("[")[2].rpartition("]")[0].split(",")[0].strip()
    return f"list[{inner}]" if inner else "list"


def why_no_task(brief: Brief) -> str:
    """Why the synthesiser cannot be told of a hole, as a clause."""
    if brief.method and not brief.of_class:
        return "the synthesiser does not look into objects, so that methods take a language model (--model)"
    return "the synthesiser learns from calls on plain data, and no test is one"


def _parameters(brief: Brief) -> Sequence[Parameter]:
    return [Parameter(each.name, each.annotation) for each in brief.given if not each.name.startswith("*")]


def _example(brief: Brief, case: CallCase) -> Example | None:
    """A test as an example; None for one that is not a call of the function with plain data."""
    call = case.call
    if call.function != brief.name or call.through != _through(brief):
        return None
    bound = _bound(brief, call.arguments, dict(call.keywords))
    if bound is None or not is_plain(bound):
        return None
    match case.expectation:
        case Returns(value=value) if is_plain(value):
            return Example(bound, value)
        case Truth(wanted=wanted) if brief.returns == "bool":
            return Example(bound, wanted)
        case Raises(exceptions=[name, *_]):
            return Example(bound, raises=name)
        case Displays() as displays:
            return _displayed(bound, displays)
        case _:
            return None


def _bound(brief: Brief, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """One value for each parameter, in order; None where the call does not fit or a default is no literal."""
    names = [each for each in brief.given if not each.name.startswith("*")]
    if len(arguments) > sum(each.positional for each in names):
        return None
    values = list(arguments)
    for each in names[len(arguments) :]:
        if each.name in keywords:
            values.append(keywords[each.name])
            continue
        try:
            values.append(ast.literal_eval(each.default or ""))
        except (ValueError, SyntaxError):
            return None
    return tuple(values) if set(keywords) <= {each.name for each in names[len(arguments) :]} else None


def _displayed(bound: tuple[Any, ...], displays: Displays) -> Example | None:
    want = displays.want.strip()
    if want.startswith("Traceback"):
        return Example(bound, raises=want.splitlines()[-1].partition(":")[0].rpartition(".")[2])
    literal = literal_of(displays)
    value = None if literal is None else ast.literal_eval(literal)
    return Example(bound, value) if literal is not None and is_plain(value) else None
