"""Solutions as function bodies: written down, run once more on the examples as they stand, ranked."""

import builtins
import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.models.synthesis.task import Example, Plain, SynthesisTask
from holdfast.models.synthesis.terms import Term, render, setups
from holdfast.models.synthesis.trees import Branch, Tree, tree_cost
from holdfast.models.synthesis.values import same

__all__ = ["Bodies", "Body"]

_UNUSED_COST: Final = 6
"""Added for each parameter that a body does not look at."""


@dataclass(frozen=True, slots=True, order=True)
class Body:
    """A function body that does what the examples show."""

    cost: int
    text: str


class Bodies:
    """Turns expressions and trees into bodies that hold."""

    def __init__(self, task: SynthesisTask, namespace: Mapping[str, Plain]) -> None:
        """`namespace` is what the file's other code defines."""
        self._task = task
        self._namespace = namespace
        self._known: set[str] = set()

    def make(self, solution: Tree) -> Body | None:
        """The body; None where it is known or does not hold when it is run."""
        text = "\n".join(_lines(solution))
        if text in self._known:
            return None
        self._known.add(text)
        if not self._holds(text):
            return None
        unused = sum(parameter.name not in _uses(solution) for parameter in self._task.parameters)
        return Body(tree_cost(solution) + _UNUSED_COST * unused, text)

    def _holds(self, text: str) -> bool:
        names = ", ".join(parameter.name for parameter in self._task.parameters)
        source = f"def {self._task.name}({names}):\n" + "".join(f"    {line}\n" for line in text.split("\n"))
        scope = dict(self._namespace)
        try:
            exec(compile(source, "<candidate>", "exec"), scope)  # noqa: S102 - all of this runs inside the sandbox
        except (SyntaxError, ValueError):
            return False
        function = scope[self._task.name]
        return all(_as_shown(function, example) for example in self._task.examples)


def _as_shown(function: Callable[..., Plain], example: Example) -> bool:
    args = copy.deepcopy(example.args)
    try:
        value = function(*args)
    except Exception as error:  # noqa: BLE001 - any exception may be the one that is shown
        wanted = getattr(builtins, example.raises or "", None)
        return type(error).__name__ == example.raises or (isinstance(wanted, type) and type(error) is wanted)
    return example.raises is None and same(value, example.expected) and same(args, example.args)


def _uses(tree: Tree) -> frozenset[str]:
    if isinstance(tree, Branch):
        return tree.test.uses | _uses(tree.yes) | _uses(tree.no)
    return tree.uses


def _terms(tree: Tree) -> Iterator[Term]:
    if isinstance(tree, Branch):
        yield tree.test
        yield from _terms(tree.yes)
        yield from _terms(tree.no)
    else:
        yield tree


def _lines(tree: Tree) -> Iterator[str]:
    blocks: list[str] = []
    for term in _terms(tree):
        blocks += [block for block in setups(term) if block not in blocks]
    for block in blocks:
        yield from block.split("\n")
    yield from _returns(tree)


def _returns(tree: Tree) -> Iterator[str]:
    while isinstance(tree, Branch):
        yield f"if {render(tree.test)}:"
        for line in _returns(tree.yes):
            yield f"    {line}"
        tree = tree.no
    yield render(tree) if tree.op.name == "raise" else f"return {render(tree)}"
