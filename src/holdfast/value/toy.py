"""A value and an encoder that know what a table says, for tests and examples."""

from collections.abc import Mapping, Sequence

import numpy as np

from holdfast.core.encodings import EncodeSpec
from holdfast.core.goals import Goal
from holdfast.core.vectors import Vector
from holdfast.models.goal_text import goal_text

__all__ = ["TableEncoder", "TableValue"]


class TableValue:
    """Fills `Value`: estimates by the conclusion of the first subgoal; others are unknown."""

    def __init__(self, table: Mapping[str, float], *, weight: float = 1.0) -> None:
        self.weight = weight
        self._table = dict(table)

    async def estimate(self, goals: Sequence[Goal], root: Goal) -> Sequence[float | None]:
        """What the table says."""
        del root
        return [self._table.get(goal.subgoals[0].conclusion) if goal.subgoals else None for goal in goals]


class TableEncoder:
    """Fills `Encoder`: vectors by text; others are unknown."""

    def __init__(self, table: Mapping[str, Sequence[float]], name: str = "table") -> None:
        self.spec = EncodeSpec(model=name, layer="none", pooling="none", normalised=False)
        self._table = {text: np.array(row, dtype=np.float32) for text, row in table.items()}

    async def encode(self, texts: Sequence[str]) -> Sequence[Vector | None]:
        """What the table says."""
        return [self._table.get(text) for text in texts]

    async def encode_goals(self, goals: Sequence[Goal]) -> Sequence[Vector | None]:
        """The same by the goals' texts as Rocq prints them."""
        return await self.encode([goal_text(goal, "bar") for goal in goals])
