"""Goals as Lean prints them, read into sequents."""

import re
from collections.abc import Iterator, Sequence

from holdfast.core.goals import Hypothesis, Subgoal

__all__ = ["read_goal"]

_CASE = re.compile(r"case ([^\n]+)\n")
_TURNSTILE = re.compile(r"^(?:⊢|\|) ?", re.MULTILINE)


def read_goal(text: str) -> Subgoal:
    """One goal: its name behind `case`, hypotheses, the conclusion.

    Raises ValueError where there is no conclusion.
    """
    found = _CASE.match(text)
    name = found[1].strip() if found else ""
    body = text[found.end() :] if found else text
    marks = list(_TURNSTILE.finditer(body))
    if not marks:
        raise ValueError("a goal without a conclusion")
    last = marks[-1]
    conclusion = " ".join(body[last.end() :].split())
    return Subgoal(tuple(_hypotheses(body[: last.start()].splitlines())), conclusion, handle=name)


def _hypotheses(lines: Sequence[str]) -> Iterator[Hypothesis]:
    entries: list[str] = []
    for line in lines:
        if line.startswith(" ") and entries:  # a type that goes on in further lines
            entries[-1] += f" {line.strip()}"
        elif line.strip():
            entries.append(line.strip())
    for entry in entries:
        names, _, rest = entry.partition(" : ")
        kind, defined, body = rest.partition(" := ")
        yield Hypothesis(tuple(names.split()), kind, body if defined else None)
