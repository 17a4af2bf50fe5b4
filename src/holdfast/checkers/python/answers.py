"""What comes back from the sandbox for one request, read strictly."""

from dataclasses import dataclass
from typing import TypeAlias

from holdfast.checkers.python.compare import value_of
from holdfast.checkers.python.inside.wire import Malformed, Plain, Tree, parse
from holdfast.checkers.python.show import show
from holdfast.checkers.python.verdicts import Reason

__all__ = ["Answer", "NoAnswer", "Returned", "Threw", "read_answer", "read_fields"]


@dataclass(frozen=True, slots=True)
class Returned:
    """The call came to a value."""

    tree: Tree
    printed: str = ""

    def value(self) -> Plain:
        """The plain data. Raises Malformed where it is none."""
        return value_of(self.tree)

    def __str__(self) -> str:
        """The value as Python writes it. Raises Malformed."""
        return show(self.tree)


@dataclass(frozen=True, slots=True)
class Threw:
    """The call raised an exception."""

    names: tuple[str, ...]
    """The full names of its class and of the classes above, in order."""
    message: str
    line: int = 0
    """The last line of the program that it passed, 0 when unknown."""
    printed: str = ""

    @property
    def name(self) -> str:
        """What tracebacks call it."""
        return self.names[0].removeprefix("builtins.").removeprefix("__main__.")

    def __str__(self) -> str:
        """The last line of its traceback, and where it came from."""
        text = f"{self.name}: {self.message}" if self.message else self.name
        return f"{text} (line {self.line})" if self.line else text


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There is nothing to judge."""

    reason: Reason
    message: str


Answer: TypeAlias = Returned | Threw | NoAnswer


def read_answer(data: bytes, nonce: str) -> Answer:
    """The answer to the request of that number; what does not belong to it is no answer."""
    try:
        return _read(read_fields(data, nonce))
    except Malformed as error:
        return NoAnswer(Reason.FORBIDDEN, f"what came back is not an answer: {error}")


def read_fields(data: bytes, nonce: str) -> dict[str, Tree]:
    """The parts of the answer to the request of that number. Raises Malformed."""
    reply = parse(data)
    if not isinstance(reply, dict) or reply.pop("n", None) != nonce:
        raise Malformed("it does not belong to what was asked")
    return reply


def _read(reply: dict[str, Tree]) -> Answer:
    printed = _text(reply.get("p", ""))
    if "e" in reply:
        names, line = reply["e"], reply.get("l", 0)
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise Malformed("an exception without a name")
        return Threw(tuple(names), _text(reply.get("m", "")), line if isinstance(line, int) else 0, printed)
    if "x" in reply:
        return NoAnswer(Reason.MISSING, f"the program has no {_text(reply['x'])}")
    if "u" in reply:
        return NoAnswer(Reason.WRONG_TYPE, f"it returned what is no plain data: {_text(reply['u'])}")
    if "v" not in reply:
        raise Malformed("there is nothing in it")
    return Returned(reply["v"], printed)


def _text(value: Tree) -> str:
    if not isinstance(value, str):
        raise Malformed("a text is missing")
    return value
