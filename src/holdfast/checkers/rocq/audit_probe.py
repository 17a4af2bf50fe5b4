"""Asks Rocq about a compiled library from a file of its own; nothing in the library can change the answer.

Each answer goes to a file of its own: text that the library prints cannot be taken for an answer. The library
is required, not imported, so its notations are not in force.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Built, Compiler, Library
from holdfast.checkers.rocq.sandboxed import read_output
from holdfast.core.errors import CheckerError

__all__ = ["Assumption", "Located", "Probe", "Signature", "parse_assumptions", "parse_located"]

_OPTIONS = (
    "Set Printing All. Set Printing Depth 1000000. Set Printing Width 1000. Unset Printing Universes. "
    'Unset Default Timeout. Unset Silent. Set Warnings "none".\n'
)
_CLOSED = "Closed under the global context"
_HEADER = re.compile(r"(?:Axioms|Section Variables|Theory|Opaque constants|Transparent constants):?\s*$")
_TYPED = re.compile(r"(?P<name>[^\s:]+)(?:\s*:\s*(?P<type>.*))?$", re.DOTALL)
_UNSAFE = re.compile(
    r"(?P<name>\S+) (?:is assumed to be (?:guarded|positive|terminating)|relies on .*)\.?$", re.DOTALL
)
_USED_IN = re.compile(r"used in \S+\s+to prove\b")
"""What follows an axiom that is plainly false."""
_LOCATED = re.compile(r"^(?:Constant|Inductive|Constructor) (\S+)", re.MULTILINE)
_ENTRY = re.compile(r"(?P<name>\S+?)\s*:\s(?P<type>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing that a theorem rests on."""

    name: str
    """As printed: shortened as far as it stays unambiguous where it was printed."""
    statement: str
    unsafe: str = ""
    """What the kernel did not check about `name`, in Rocq's words; empty for an axiom."""


@dataclass(frozen=True, slots=True)
class Located:
    """What a printed name stands for."""

    name: str
    """Fully qualified."""
    library: str
    """The library that declares it, empty when unknown."""
    file: Path | None
    """Where that library was loaded from."""


Signature = Mapping[str, str]
"""Every name of a library, as printed from outside, and its type with everything written out."""


class Probe:
    """Questions about one built library; each method runs the compiler once or twice."""

    def __init__(self, compiler: Compiler, library: Library, built: Built, folder: Path) -> None:
        """Answers go to new directories under `folder`."""
        self._compiler = compiler
        self._library = library
        self._built = built
        self._folder = folder
        self._count = 0
        self._answered = 0
        self.cpu_s = 0.0
        """CPU seconds of the compiler so far."""

    async def assumptions(self, names: Sequence[str]) -> list[tuple[Assumption, ...] | None]:
        """What each theorem, named by its path in the library, rests on; None where it cannot be named.

        One joint question comes first: most files rest on nothing.
        """
        if not names:
            return []
        joint = "".join(f"let _ := @{self._path(name)} in " for name in names)
        text = f"Definition everything : True := {joint}I.\n"
        answers = await self._ask([text], ["Print Assumptions everything."])
        if answers is not None and parse_assumptions(answers[0]) == ():
            return [()] * len(names)
        left = list(dict.fromkeys(names))
        while left:  # what cannot be named is left out, one by one
            asked = await self._ask([], [f"Print Assumptions {self._path(name)}." for name in left])
            if asked is not None:
                found = dict(zip(left, map(parse_assumptions, asked), strict=True))
                return [found.get(name) for name in names]
            left.pop(self._answered)
        return [None] * len(names)

    async def signature(self) -> Signature:
        """All that the library declares outside functors and module types."""
        blacklist = 'Remove Search Blacklist "_subproof" "_subterm" "Private_".\n'
        answers = await self._ask([blacklist], [f"Search _ inside {self._library.name}."])
        if answers is None:
            raise CheckerError("Rocq did not list the library")
        entries = (_ENTRY.fullmatch(entry) for entry in _entries(answers[0]))
        return {entry["name"]: " ".join(entry["type"].split()) for entry in entries if entry}

    async def sorts(self, names: Sequence[str]) -> list[str]:
        """The sort of the statement of each theorem: `Prop`, `Set`, `Type`, ..."""
        question = "Check ltac:(let t := type of (@{}) in let s := type of t in exact s)."
        answers = await self._ask([], [question.format(self._path(name)) for name in names])
        if answers is None:
            raise CheckerError("Rocq did not say what the theorems are")
        return [answer.split()[0] for answer in answers]

    async def reduced(self, names: Sequence[str]) -> Signature:
        """The types of names that are printed in `signature`, with nothing left to reduce but definitions."""
        question = "Check ltac:(let t := type of (@{}) in let t := eval cbv beta iota zeta in t in exact t)."
        answers = await self._ask([], [question.format(name) for name in names])
        if answers is None:
            raise CheckerError("Rocq did not say what the theorems state")
        return {name: " ".join(said.split()) for name, said in zip(names, answers, strict=True)}

    async def locate(self, names: Sequence[str]) -> list[Located | None]:
        """What printed names of assumptions stand for; None for none, or more than one."""
        answers = await self._ask([], [*(f"Locate Term {name}." for name in names), "Print Libraries."])
        if answers is None:
            raise CheckerError("Rocq did not say where the assumptions come from")
        libraries = self._loaded(answers[-1])
        full = [parse_located(answer) for answer in answers[:-1]]
        owners = [max((lib for lib in libraries if name and name.startswith(lib + ".")), key=len, default="")
                  for name in full]  # fmt: skip
        files = await self._files(sorted({owner for owner in owners if owner}))
        return [
            Located(name, owner, files.get(owner)) if name else None
            for name, owner in zip(full, owners, strict=True)
        ]

    async def libraries(self) -> list[str]:
        """The names of all loaded libraries."""
        answers = await self._ask([], ["Print Libraries."])
        if answers is None:
            raise CheckerError("Rocq did not list its libraries")
        return self._loaded(answers[0])

    def _loaded(self, answer: str) -> list[str]:
        return [*(line.strip() for line in answer.split("\n") if line.startswith(" ")), self._library.name]

    async def _files(self, libraries: Sequence[str]) -> dict[str, Path]:
        answers = await self._ask([], [f"Locate Library {name}." for name in libraries])
        if answers is None:
            return {}
        files = map(_file, answers)
        return {name: file for name, file in zip(libraries, files, strict=True) if file is not None}

    def _path(self, name: str) -> str:
        return f"{self._library.name}.{name}"

    async def _ask(self, preparation: Sequence[str], questions: Sequence[str]) -> list[str] | None:
        """The answers, or None when Rocq refuses one; `_answered` tells how many it had answered."""
        self._count += 1
        folder = self._folder / f"probe{self._count}"
        self._answered = 0
        text = "".join((
            f"Require {self._library.name}.\n", _OPTIONS, *preparation,
            f'Redirect "own" Locate Library {self._library.name}.\n',
            *(f'Redirect "a{number}" {question}\n' for number, question in enumerate(questions)),
        ))  # fmt: skip
        done = await self._compiler.probe(text, self._library, self._built, folder)
        self.cpu_s += done.cpu_s
        files = [folder / f"a{number}.out" for number in range(len(questions))]
        own = await asyncio.to_thread(_read, [folder / "own.out"])
        if own and _file(own[0]) != (self._built.folder / f"{self._library.stem}.vo").resolve():
            raise CheckerError(
                f"another compiled copy of {self._library.name} was loaded, not the audited one"
            )
        if done.returncode:
            self._answered = max(0, len(await asyncio.to_thread(_read, files)) - 1)
            return None
        return await asyncio.to_thread(_read, files)


def _read(files: Sequence[Path]) -> list[str]:
    return [text for file in files if (text := read_output(file)) is not None]


def _file(answer: str) -> Path | None:
    """The file in the answer to `Locate Library`."""
    _, _, path = " ".join(answer.split()).partition(" from file ")
    return Path(path).resolve() if path else None


def parse_assumptions(answer: str) -> tuple[Assumption, ...]:
    """Read the answer to `Print Assumptions`. What cannot be read becomes an assumption, never nothing."""
    if answer.strip() == _CLOSED:
        return ()
    found: list[Assumption] = []
    variables = hypotheses_only = False
    for entry in _entries(answer):
        if _HEADER.fullmatch(entry):
            variables = entry.startswith("Section Variables")
            hypotheses_only = variables or hypotheses_only
        elif not variables and not (found and _USED_IN.match(entry)):
            found.append(_assumption(entry))
    if found or hypotheses_only:
        return tuple(found)
    return (Assumption("?", answer.strip(), "Rocq's answer could not be read"),)


def parse_located(answer: str) -> str | None:
    """The full name that comes first in the answer to `Locate Term`."""
    found = _LOCATED.search(answer)
    return found[1] if found else None


def _assumption(entry: str) -> Assumption:
    unsafe = _UNSAFE.fullmatch(entry)
    if unsafe:
        return Assumption(unsafe["name"], "", entry)
    typed = _TYPED.fullmatch(entry)
    if typed and typed["type"]:
        return Assumption(typed["name"], " ".join(typed["type"].split()))
    return Assumption("?", "", entry)


def _entries(answer: str) -> list[str]:
    """Paragraphs that begin in the first column and go on indented."""
    entries: list[str] = []
    for line in answer.split("\n"):
        if line[:1].isspace() and entries:
            entries[-1] += "\n" + line
        elif line.strip():
            entries.append(line)
    return entries
