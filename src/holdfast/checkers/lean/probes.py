"""Questions put to Lean behind the last line of a file: what each theorem says, and what it rests on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.checkers.lean.messages import Message

__all__ = ["Answer", "Probes", "answers"]

# Everything that is left to inference written out, nothing cut short.
_OPTIONS = (
    "pp.rawOnError true",
    "pp.proofs true",
    "pp.deepTerms true",
    "pp.maxSteps 10000000",
    "pp.all true",
)
_RESTS = re.compile(r"' depends on axioms: \[(?P<names>.*)\]\s*\Z", re.DOTALL)
_FREE = re.compile(r"' does not depend on any axioms\s*\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Lean said of one theorem."""

    statement: str = ""
    """As elaborated; empty where Lean knows no such theorem."""
    axioms: tuple[str, ...] | None = None
    """All that it rests on, None where Lean did not say."""


@dataclass(frozen=True, slots=True)
class Probes:
    """A text with questions behind it."""

    text: str
    lines: Mapping[int, tuple[str, str]]
    """By line, from 1: which question it is, `axioms` or `statement`, and of which theorem."""
    first: int
    """The first line behind the text itself."""

    @classmethod
    def of(cls, text: str, names: Sequence[str]) -> "Probes":
        """The questions on theorems with these full names."""
        first = text.count("\n") + 2
        # What the file ends with may have something to say about the next command, so the first is repeated.
        # A file's notation would be printed in place of a name that it stands for.
        asked = ["set_option pp.fullNames true"] * 2 + ["set_option pp.notation false"]
        lines = {}
        for name in names:
            lines[first + len(asked)] = ("axioms", name)
            asked.append(f"#print axioms _root_.{name}")
        asked += [f"set_option {option}" for option in _OPTIONS]
        for name in names:
            lines[first + len(asked)] = ("statement", name)
            asked.append(f"#check @_root_.{name}")
        return cls(text + "\n" + "\n".join(asked) + "\n", lines, first)


def answers(probes: Probes, messages: Sequence[Message]) -> Mapping[str, Answer]:
    """What was answered, by theorem; a question with two answers or a complaint has none."""
    said: dict[int, list[Message]] = {}
    for message in messages:
        said.setdefault(message.pos.line, []).append(message)
    found: dict[str, Answer] = {}
    for line, (kind, name) in probes.lines.items():
        data = _only(said.get(line, []))
        old = found.get(name, Answer())
        new = Answer(old.statement, _axioms(data)) if kind == "axioms" else Answer(data, old.axioms)
        found[name] = new
    return found


def _only(messages: Sequence[Message]) -> str:
    if len(messages) != 1 or messages[0].severity != "information":
        return ""
    return messages[0].data


def _axioms(data: str) -> tuple[str, ...] | None:
    if _FREE.search(data):
        return ()
    found = _RESTS.search(data)
    return None if found is None else tuple(name.strip() for name in found["names"].split(","))
