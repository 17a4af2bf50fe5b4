"""What a model thinks a library should have: functions that do not exist yet, and who asks for them."""

import keyword
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from holdfast.library.records import Task
from holdfast.pipelines.dataset.asking import Unusable, record_in

__all__ = [
    "Changed",
    "Idea",
    "Instruction",
    "LeftOut",
    "Proposal",
    "instructions_of",
    "read_batch",
    "read_changes",
    "read_merge",
    "together",
]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,59}")


def _named(name: str) -> str:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ValueError(f"{name[:60]!r} is no name for a function")
    return name


def _one_line(text: str) -> str:
    return " ".join(text.split())


Name = Annotated[str, AfterValidator(_named)]
Line = Annotated[str, Field(max_length=2000), AfterValidator(_one_line)]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a training task."""

    key: str
    """`TASK#STEP`, steps counted from 1."""
    task: str
    text: str


@dataclass(frozen=True, slots=True)
class Idea:
    """A function that is proposed."""

    name: str
    signature: str
    """Its parameters and what it gives, as text."""
    purpose: str
    support: tuple[str, ...]
    """Keys of the instructions that ask for it, sorted."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """Keys of the tasks that ask for it, sorted."""
        return tuple(sorted({each.rpartition("#")[0] for each in self.support}))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A function that was proposed and is no more."""

    name: str
    why: str
    support: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a library should have, all in all."""

    ideas: tuple[Idea, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def common(self, tasks: int) -> tuple[Idea, ...]:
        """Those that at least so many tasks ask for."""
        return tuple(each for each in self.ideas if len(each.tasks) >= tasks)

    def rare(self, tasks: int) -> tuple[Idea, ...]:
        """The others; they are kept, and not built."""
        return tuple(each for each in self.ideas if len(each.tasks) < tasks)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Function(_Answer):
    name: Name
    signature: Line
    purpose: Line


class _Served(_Function):
    serves: tuple[int, ...] = Field(min_length=1)


class _Batch(_Answer):
    functions: tuple[_Served, ...]


class _Merged(_Function):
    merges: tuple[int, ...] = Field(min_length=1)


class _Out(_Answer):
    number: int
    why: Line


class _Merge(_Answer):
    functions: tuple[_Merged, ...]
    left_out: tuple[_Out, ...] = ()


class _Change(_Answer):
    action: Literal["add", "modify", "remove"]
    number: int | None = None
    name: Name | None = None
    signature: Line = ""
    purpose: Line = ""
    why: Line
    serves: tuple[int, ...] = ()


class _Changes(_Answer):
    changes: tuple[_Change, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that a model wants of a proposal, understood."""

    action: str
    name: str
    why: str


def instructions_of(tasks: Iterable[Task]) -> tuple[Instruction, ...]:
    """All instructions, in order."""
    return tuple(
        Instruction(f"{task.key}#{at}", task.key, step.instruction)
        for task in tasks
        for at, step in enumerate(task.steps, 1)
    )


def read_batch(answer: str, shown: Sequence[Instruction]) -> tuple[Idea, ...]:
    """The functions that a batch of instructions asks for. Raises Unusable or ValidationError."""
    found = record_in(answer, _Batch).functions
    return together(
        Idea(each.name, each.signature, each.purpose, _served(each.name, each.serves, shown))
        for each in found
    )


def read_merge(answer: str, shown: Sequence[Idea]) -> Proposal:
    """One proposal made of several: each function is in it or left out for a reason.

    What a function rests on is the union of what it was merged from, whatever the model says.
    Raises Unusable or ValidationError.
    """
    found = record_in(answer, _Merge)
    told = {number for each in found.functions for number in each.merges}
    told |= {each.number for each in found.left_out}
    wanted = set(range(1, len(shown) + 1))
    if told - wanted:
        raise Unusable(f"there is no function {min(told - wanted)}: they go from 1 to {len(shown)}")
    if wanted - told:
        missing = min(wanted - told)
        raise Unusable(f"function {missing} ({shown[missing - 1].name}) is neither in merges nor in left_out")
    ideas = together(
        Idea(
            each.name,
            each.signature,
            each.purpose,
            tuple(sorted({key for number in each.merges for key in shown[number - 1].support})),
        )
        for each in found.functions
    )
    merged = {number for each in found.functions for number in each.merges}
    left = tuple(
        LeftOut(shown[each.number - 1].name, each.why, shown[each.number - 1].support)
        for each in found.left_out
        if each.number not in merged
    )
    return Proposal(ideas, left)


def read_changes(
    answer: str, proposal: Proposal, shown: Sequence[Instruction]
) -> tuple[Proposal, tuple[Changed, ...]]:
    """A proposal after the changes of an answer. Raises Unusable or ValidationError."""
    ideas: dict[int, Idea] = dict(enumerate(proposal.ideas, 1))
    left, changed = list(proposal.left_out), []
    for each in record_in(answer, _Changes).changes:
        old = None if each.number is None else ideas.get(each.number)
        if each.action == "add":
            new = _added(each, shown)
            ideas[max([len(proposal.ideas), *ideas]) + 1] = new
            name = new.name
        elif old is None or each.number is None:
            raise Unusable(f"to {each.action}, number names a function from 1 to {len(proposal.ideas)}")
        elif each.action == "remove":
            left.append(LeftOut(old.name, each.why, old.support))
            name = ideas.pop(each.number).name
        else:
            more = _served(old.name, each.serves, shown) if each.serves else ()
            name = each.name or old.name
            ideas[each.number] = Idea(
                name,
                each.signature or old.signature,
                each.purpose or old.purpose,
                tuple(sorted({*old.support, *more})),
            )
        changed.append(Changed(each.action, name, each.why))
    return Proposal(together(ideas.values()), tuple(left)), tuple(changed)


def _added(change: _Change, shown: Sequence[Instruction]) -> Idea:
    if change.name is None:
        raise Unusable("a function that is added has a name")
    return Idea(change.name, change.signature, change.purpose, _served(change.name, change.serves, shown))


def together(ideas: Iterable[Idea]) -> tuple[Idea, ...]:
    """Ideas of one name as one, which rests on all that they rest on; the first says what it is."""
    first: dict[str, Idea] = {}
    support: defaultdict[str, set[str]] = defaultdict(set)
    for each in ideas:
        first.setdefault(each.name, each)
        support[each.name].update(each.support)
    return tuple(
        Idea(name, each.signature, each.purpose, tuple(sorted(support[name]))) for name, each in first.items()
    )


def _served(name: str, numbers: Sequence[int], shown: Sequence[Instruction]) -> tuple[str, ...]:
    wrong = [number for number in numbers if not 1 <= number <= len(shown)]
    if wrong or not numbers:
        told = f"there is no instruction {wrong[0]}" if wrong else "it names no instruction"
        raise Unusable(f"{name} serves instructions from 1 to {len(shown)}: {told}")
    return tuple(sorted({shown[number - 1].key for number in numbers}))
