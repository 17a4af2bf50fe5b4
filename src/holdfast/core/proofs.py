"""Found proofs, as trees: what search returns and what a checker prints into a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.core.steps import Step

__all__ = ["Proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A step, then a proof for each subgoal that it leaves, in order.

    One child continues the whole state that the step leaves (so a state whose subgoals hang together
    stays one line of steps); two or more children are proofs of as many independent subgoals.
    """

    step: Step
    children: tuple["Proof", ...] = ()

    def steps(self) -> Iterator[Step]:
        """Every step, parents before children, children in order."""
        yield self.step
        for child in self.children:
            yield from child.steps()

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back."""
        return {"step": self.step.text, "children": [child.to_json() for child in self.children]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Proof":
        """The proof that `to_json` wrote. Raises KeyError or TypeError on other data."""
        return cls(Step(str(data["step"])), tuple(cls.from_json(child) for child in data["children"]))
