"""Goals encoded by a language model, wherever it runs; a text that it fails on has no vector."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import BadAnswerError, ContextTooLongError
from holdfast.core.goals import Goal
from holdfast.core.seams import LanguageModel
from holdfast.core.vectors import Vector
from holdfast.models.goal_text import GoalStyle, goal_from_text, goal_text

__all__ = ["ModelEncoder"]

_BATCH = 32


class ModelEncoder:
    """Fills `Encoder` with `LanguageModel.embed`.

    A batch that is answered badly is asked for again in halves, so that one bad text costs its own vector
    only. What keeps all texts from being encoded is raised.

    Args:
        model: closed by who made it.
        spec: what is known of how the model makes vectors.
        style: how goals are printed; texts in another style are printed anew, so that a goal has one vector.
            None for texts that are no goals, which are encoded as they are.
    """

    def __init__(self, model: LanguageModel, spec: EncodeSpec, *, style: GoalStyle | None = "bar") -> None:
        self.spec = spec if style is None else replace(spec, text=f"goal, {style} style")
        self._model = model
        self._style = style
        self._dimension: int | None = None

    async def encode(self, texts: Sequence[str]) -> Sequence[Vector | None]:
        """One vector a text, None where the model has none for it. Raises ModelError."""
        if self._style is None:
            return await self._all(texts)
        return await self.encode_goals([goal_from_text(text) for text in texts])

    async def encode_goals(self, goals: Sequence[Goal]) -> Sequence[Vector | None]:
        """The same for goals, printed in the style that was chosen."""
        return await self._all([goal_text(goal, self._style or "bar") for goal in goals])

    async def _all(self, texts: Sequence[str]) -> Sequence[Vector | None]:
        found: list[Vector | None] = []
        for at in range(0, len(texts), _BATCH):
            found += await self._encoded(texts[at : at + _BATCH])
        return found

    async def _encoded(self, texts: Sequence[str]) -> list[Vector | None]:
        try:
            vectors = await self._model.embed(texts)
            return [self._checked(vector) for vector in vectors]
        except (BadAnswerError, ContextTooLongError):
            if len(texts) == 1:
                return [None]
        half = len(texts) // 2
        return [*await self._encoded(texts[:half]), *await self._encoded(texts[half:])]

    def _checked(self, vector: Sequence[float]) -> Vector:
        if self._dimension is None and vector:
            self._dimension = len(vector)
        if len(vector) != self._dimension or not any(vector) or not all(map(math.isfinite, vector)):
            raise BadAnswerError(f"{self._model.name} gave a vector that is zero, not finite or too short")
        return np.array(vector, dtype=np.float32)
