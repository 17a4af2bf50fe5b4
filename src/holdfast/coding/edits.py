"""Changes to a text as models write them, applied exactly or not at all.

Two forms are read: blocks of search and replace, and unified diffs. What is searched for has to stand in the
text to the letter, and only once; a diff's line numbers only choose between several such places. A change
that does not fit is an error: nothing is guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.coding.records import Edit

__all__ = ["Change", "MisfitError", "apply", "changes_in"]

_SEARCH = re.compile(
    r"^<{5,9}[ \t]*SEARCH[^\n]*\n(?P<search>(?:(?!^={5,9}[ \t]*$|^<{5,9}[ \t]*SEARCH).*\n)*?)^={5,9}[ \t]*\n"
    r"(?P<replace>(?:(?!^<{5,9}[ \t]*SEARCH).*\n)*?)^>{5,9}[ \t]*REPLACE[ \t]*$",
    re.MULTILINE,
)
_HUNK = re.compile(r"^@@ -(?P<line>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@[^\n]*$", re.MULTILINE)


class MisfitError(Exception):
    """A change that does not fit the text; its text is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """Lines to be found and lines to stand there instead; each text empty or ending in a newline."""

    search: str
    replace: str
    line: int = 0
    """Where they are meant to be found, 1-based; 0 where that is not said."""


def changes_in(text: str) -> tuple[Change, ...]:
    """The changes of an answer in order; empty where there are none."""
    blocks = tuple(Change(match["search"], match["replace"]) for match in _SEARCH.finditer(f"{text}\n"))
    return blocks or tuple(_hunks(text))


def apply(changes: Sequence[Change], text: str) -> tuple[str, tuple[Edit, ...]]:
    """The text with all changes made one after the other, and what was changed. Raises MisfitError."""
    is_dos = "\r\n" in text
    changed = text.replace("\r\n", "\n") if is_dos else text
    ends = changed.endswith("\n") or not changed
    changed = changed if ends else f"{changed}\n"
    for number, change in enumerate(changes, 1):
        at = _place(change, changed, number)
        changed = changed[:at] + change.replace + changed[at + len(change.search) :]
    if not ends:
        changed = changed.removesuffix("\n")
    edits = tuple(Edit(change.search, change.replace) for change in changes)
    return (changed.replace("\n", "\r\n") if is_dos else changed), edits


def _place(change: Change, text: str, number: int) -> int:
    """The offset at which a change is made."""
    if not change.search:
        if text.strip():
            raise MisfitError(f"change {number} does not say where it belongs")
        return 0
    found = [match.start() for match in re.finditer(f"^(?={re.escape(change.search)})", text, re.MULTILINE)]
    if not found:
        raise MisfitError(f"the lines that change {number} searches for are not in the program")
    if len(found) > 1 and change.line:
        there = [at for at in found if text.count("\n", 0, at) + 1 == change.line]
        found = there or found
    if len(found) > 1:
        raise MisfitError(
            f"the lines that change {number} searches for are in the program {len(found)} times"
        )
    return found[0]


def _hunks(text: str) -> Iterator[Change]:
    heads = list(_HUNK.finditer(text))
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        lines = list(_hunk_lines(text[head.end() + 1 : end]))
        old = [line[1:] for line in lines if line[0] != "+"]
        new = [line[1:] for line in lines if line[0] != "-"]
        while old and new and not old[-1] and not new[-1]:
            old.pop()
            new.pop()
        if old != new:
            yield Change(_lines(old), _lines(new), int(head["line"]))


def _hunk_lines(text: str) -> Iterator[str]:
    """The lines of a hunk with their signs, up to what is no longer one."""
    for line in text.split("\n"):
        if not line:
            yield " "  # an empty line of context often comes without its space
        elif line[0] in " +-" and not line.startswith(("--- ", "+++ ")):
            yield line
        elif line[0] != "\\":  # which tells that there is no newline at the end
            return


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
