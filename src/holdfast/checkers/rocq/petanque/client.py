"""Asks petanque, one request at a time, and believes only answers to what it asked."""

import itertools
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from holdfast.checkers.rocq.petanque.links import Link
from holdfast.checkers.rocq.petanque.wire import PetError, RunResult, read_goal, read_message, request
from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.runtime.child import Limits

__all__ = ["Petanque"]

_MOST_NOTES = 10_000
"""How many notes may come in front of an answer."""


class Petanque:
    """A live petanque. What it is asked after a CheckerError is not answered: start another one."""

    def __init__(self, link: Link) -> None:
        """Ask nothing yet; the link becomes the client's own."""
        self.link = link
        self.asked = 0
        """How many requests it was sent."""
        self._numbers = itertools.count(1)

    async def set_workspace(self, root: str, limits: Limits) -> None:
        """Look for libraries as the `_CoqProject` in `root`, the URI of a folder, says."""
        await self._ask("petanque/setWorkspace", {"debug": False, "root": root}, limits)

    async def root_state(self, uri: str, limits: Limits) -> int:
        """The state before the first sentence of a file. Raises PetError, CheckerError."""
        return (await self._result("petanque/get_root_state", {"uri": uri}, limits)).st

    async def run(self, state: int, sentence: str, limits: Limits) -> RunResult:
        """What a sentence makes of a state. Raises PetError, CheckerError."""
        return await self._result("petanque/run", {"st": state, "tac": sentence}, limits)

    async def goal(self, state: int, limits: Limits) -> Goal | None:
        """The goals of a state, None outside proofs. Raises PetError, CheckerError."""
        try:
            return read_goal(await self._ask("petanque/goals", {"st": state}, limits))
        except CheckerError:
            await self.link.aclose()
            raise

    async def aclose(self) -> None:
        """End it."""
        await self.link.aclose()

    async def _result(self, method: str, params: Mapping[str, object], limits: Limits) -> RunResult:
        said = await self._ask(method, params, limits)
        try:
            return RunResult.model_validate(said)
        except ValidationError as error:
            await self.link.aclose()
            raise CheckerError("petanque's answer to a sentence cannot be read") from error

    async def _ask(self, method: str, params: Mapping[str, object], limits: Limits) -> Any:  # noqa: ANN401 - JSON
        self.asked += 1
        number = next(self._numbers)
        try:
            answer = await self._answer(request(number, method, params), limits)
            return _result_of(answer, number)
        except CheckerError:
            await self.link.aclose()
            raise

    async def _answer(self, line: bytes, limits: Limits) -> Mapping[str, Any]:
        """The next message that is no note."""
        for _ in range(_MOST_NOTES):
            message = read_message(await self.link.send(line, limits))
            if "method" not in message:
                return message
            line = b""
        raise CheckerError("petanque talks and does not answer")


def _result_of(answer: Mapping[str, Any], number: int) -> Any:  # noqa: ANN401 - JSON
    if answer.get("id") != number or isinstance(answer.get("id"), bool):
        raise CheckerError("petanque answered another request")
    error = answer.get("error")
    if isinstance(error, dict):
        code, message = error.get("code"), error.get("message")
        if not isinstance(code, int) or not isinstance(message, str):
            raise CheckerError("petanque gave an error that cannot be read")
        raise PetError(code, message)
    if error is not None or "result" not in answer:
        raise CheckerError("petanque's answer has neither a result nor an error")
    return answer["result"]
