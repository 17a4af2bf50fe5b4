"""Lists the theorems of a compiled text, by the compiler's own account of their names and places."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.audit_build import Declaration
from holdfast.checkers.rocq.document import Document, Theorem
from holdfast.checkers.rocq.vernacular import Role

__all__ = ["Target", "closed_theorems", "find_targets", "misread", "report_names"]

_PROVED = frozenset({"prf", "def", "inst", "var", "coe", "canonstruc", "thm", "ex"})
_PARAMETERS = re.compile(r"\(\s*(?:Import\s|Export\s)?\s*((?:[^\W\d][\w']*\s+)*[^\W\d][\w']*)\s*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One theorem to judge."""

    name: str
    """As reported: short where that is unambiguous in the file, else its path."""
    path: str
    """Its path in the library; empty where the compiler did not name it."""
    theorem: Theorem
    line: int
    inside: bool
    """Whether it exists inside of something only: a functor, a module type, a section (`Let`)."""
    parameters: tuple[str, ...] = ()
    """The parameters of the functors around it."""
    interfaces: tuple[str, ...] = ()
    """The paths of the module types around it."""

    @property
    def admitted(self) -> bool:
        """Whether the text says that it is a hole."""
        return self.theorem.ending == "Admitted"


def closed_theorems(document: Document) -> list[Theorem]:
    """The theorems that have an end and are kept."""
    return [item for item in document.theorems if item.end is not None and item.ending != "Abort"]


def report_names(document: Document) -> dict[int, str]:
    """The name to report of each theorem, by the number of its statement; as those of holes are made."""
    short = Counter(theorem.name for theorem in document.theorems)
    paths = Counter(theorem.path for theorem in document.theorems)
    names: dict[int, str] = {}
    for theorem in document.theorems:
        name = theorem.name if short[theorem.name] == 1 else theorem.path
        if paths[theorem.path] > 1:
            name += f"@{document.place(theorem.statement)[0]}"
        names[theorem.statement] = name
    return names


def find_targets(document: Document, declarations: Sequence[Declaration]) -> tuple[Target, ...]:
    """Every theorem that was proved or admitted, in file order.

    What the compiler did not name, as obligations, is listed when it is admitted only.
    """
    declared = _by_sentence(document, declarations)
    names = report_names(document)
    found: list[Target] = []
    for theorem in closed_theorems(document):
        paths = [item.qualified for item in declared.get(theorem.statement, ()) if item.kind in _PROVED]
        if theorem.keyword.startswith("Let"):
            paths = [".".join((*theorem.modules, name)) for name in theorem.names]
        if not paths and theorem.ending == "Admitted":
            paths = [""]
        for number, path in enumerate(paths):
            name = names[theorem.statement] if number == 0 else path.rpartition(".")[2]
            found.append(_target(document, theorem, path, name))
    return tuple(found)


def misread(document: Document, declarations: Sequence[Declaration]) -> str:
    """Where the compiler and the reading of the text disagree about theorems; empty if nowhere."""
    theorems = {theorem.statement: theorem for theorem in document.theorems}
    for index, items in _by_sentence(document, declarations).items():
        if _is_undone(document, index):
            continue
        for item in items:
            theorem = theorems.get(index)
            if item.kind == "prf" and (theorem is None or item.path != ".".join(theorem.modules)):
                line, column = document.place(index)
                return (
                    f"{line}:{column}: Rocq declares `{item.qualified}` here, which is not what the text says"
                )
    return ""


def _is_undone(document: Document, index: int) -> bool:
    """Whether a sentence is taken back at once, though the compiler records what it declares."""
    command = document.commands[index]
    return command is not None and command.keyword in {"Fail", "Succeed"}


def _target(document: Document, theorem: Theorem, path: str, name: str) -> Target:
    start = theorem.statement
    around = [block for block in document.blocks if block.start < start and (block.end or start) >= start]
    interfaces, parameters, modules = [], [], []
    for block in around:
        if block.kind is not Role.SECTION:
            modules.append(block.name)
            parameters += _parameters(document.text(block.start), block.name)
        if block.kind is Role.MODULE_TYPE:
            interfaces.append(".".join(modules))
    return Target(
        name=name,
        path=path,
        theorem=theorem,
        line=document.place(start)[0],
        inside=bool(parameters or interfaces) or theorem.keyword.startswith("Let"),
        parameters=tuple(parameters),
        interfaces=tuple(interfaces),
    )


def _parameters(sentence: str, name: str) -> list[str]:
    """The names of a functor's parameters: in brackets right behind its own name."""
    _, _, behind = sentence.partition(name)
    found: list[str] = []
    while match := _PARAMETERS.match(behind.lstrip()):
        found += match[1].split()
        behind = _after_bracket(behind.lstrip())
    return found


def _after_bracket(text: str) -> str:
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return text[at + 1 :]
    return ""


def _by_sentence(document: Document, declarations: Sequence[Declaration]) -> dict[int, list[Declaration]]:
    starts = [document.positions.byte(sentence.start) for sentence in document.sentences]
    found: dict[int, list[Declaration]] = {}
    for item in declarations:
        found.setdefault(bisect_right(starts, item.byte) - 1, []).append(item)
    return found
