"""Compiles one text in an empty directory, and reads what the compiler says about it.

The compiler's own record of declarations (the .glob file) and of sentences (`-time`) is the truth that the
readings of this package are compared with.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.rocq.document import Document
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sandboxed import finish, read_output
from holdfast.checkers.rocq.sentences import Positions
from holdfast.core.errors import CheckerDiedError, CheckerError, CheckerTimeoutError
from holdfast.runtime.child import Completed, Limits

__all__ = ["Built", "Compiler", "Declaration", "Library", "Rejected", "sentences_agree"]

_ERROR_PLACE = re.compile(r'^File "[^"]*", lines? (\d+)(?:-\d+)?, characters (\d+)-(\d+):\s*$')
_RANGE = re.compile(rb"Chars (\d+) - (\d+) \[")
_GLOB = re.compile(r"(\w+) (\d+)(?::\d+)? (\S+) (\S+)")
_NOT_A_VERDICT = ("Out of memory", "Stack overflow", "No space left on device", "Cannot allocate memory")


@dataclass(frozen=True, slots=True)
class Library:
    """A logical name, for example `Project.Part.File`."""

    name: str

    @property
    def prefix(self) -> str:
        """Everything before the last component."""
        return self.name.rpartition(".")[0]

    @property
    def stem(self) -> str:
        """The last component, which is the name of the file."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Declaration:
    """One line of a .glob file that declares a name."""

    kind: str
    """`prf`, `def`, `ax`, `inst`, `mod`, `modtype`, `var`, ... as Rocq writes it."""
    byte: int
    """Where the name stands, in bytes of the text."""
    path: str
    """The modules (for `var` the sections) around it, empty at the top."""
    name: str

    @property
    def qualified(self) -> str:
        """The path in the file."""
        return f"{self.path}.{self.name}" if self.path else self.name


@dataclass(frozen=True, slots=True)
class Built:
    """A text that compiled."""

    folder: Path
    declarations: tuple[Declaration, ...]
    output: bytes
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """A text that did not."""

    message: str
    offset: int | None
    """First character of what is at fault, None when the compiler does not say."""
    cpu_s: float
    declarations: tuple[Declaration, ...] = ()
    """What was declared up to there."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """The compiler with the arguments of a project and the limits of an audit."""

    installation: Installation
    arguments: tuple[str, ...]
    limits: Limits

    async def build(self, text: str, library: Library, folder: Path) -> Built | Rejected:
        """Compile `text` as `library` in the new directory `folder`.

        Raises CheckerError when the compiler gave no verdict: a limit, a crash, a full disk.
        """
        file = folder / f"{library.stem}.v"
        await asyncio.to_thread(_write, file, text)
        done = await self._run([*self._words(folder, library), "-time", file.name], folder)
        declarations = _read_glob(file.with_suffix(".glob"))
        if done.returncode == 0:
            return Built(folder, declarations, done.stdout, done.cpu_s)
        return _rejected(done, text, declarations)

    async def probe(self, text: str, library: Library, built: Built, folder: Path) -> Completed:
        """Run `text`, which is ours, in a file of its own beside a library that was built."""
        await asyncio.to_thread(_write, folder / "Probe.v", text)
        words = self._words(built.folder, library)
        return await self._run([*words, "-no-glob", "Probe.v"], folder)

    async def run_apart(self, words: Sequence[str], folder: Path) -> Completed:
        """Run another program of the installation in the new directory `folder`, under the same limits."""
        await asyncio.to_thread(folder.mkdir)
        return await finish(self.installation, words, limits=self.limits, folder=folder)

    def _words(self, folder: Path, library: Library) -> list[str]:
        # The last mapping wins, so an older compiled copy in the project is never the one that is judged.
        own = ["-q", *self.arguments, "-w", "none", "-Q", str(folder), library.prefix]
        return [*self.installation.compiler, *own]

    async def _run(self, words: Sequence[str], folder: Path) -> Completed:
        done = await finish(self.installation, words, limits=self.limits, folder=folder)
        if done.ended == "timeout":
            raise CheckerTimeoutError(
                f"the compiler needed more than {self.limits.wall_s:g} s and was stopped"
            )
        if done.ended != "exit":
            raise CheckerDiedError(f"the compiler was ended by {done.ended} (code {done.returncode})")
        said = done.stderr.decode(errors="replace")
        if done.returncode and any(words in said for words in _NOT_A_VERDICT):
            raise CheckerError(f"the compiler ran out of something: {' '.join(said.split())[-200:]}")
        return done


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode("utf-8", "surrogateescape"))


def sentences_agree(built: Built, text: Document) -> bool:
    """Whether Rocq read exactly the sentences that were read here."""
    ours = {(text.positions.byte(item.start), text.positions.byte(item.end)) for item in text.sentences}
    theirs = {(int(start), int(end)) for start, end in _RANGE.findall(built.output)}
    return ours == theirs


def _rejected(done: Completed, text: str, declarations: tuple[Declaration, ...]) -> Rejected:
    lines = done.stderr.decode(errors="replace").splitlines()
    places = [(number, found) for number, line in enumerate(lines) if (found := _ERROR_PLACE.match(line))]
    errors = [
        (number, found) for number, found in places if "Error" in "".join(lines[number + 1 : number + 2])
    ]
    if not errors:
        return Rejected(
            " ".join(lines).strip() or "the compiler refused the file", None, done.cpu_s, declarations
        )
    number, found = errors[-1]
    message = " ".join(" ".join(lines[number + 1 :]).split()).removeprefix("Error:").strip()
    offset = _offset(text, int(found[1]), int(found[2]))
    return Rejected(message, offset, done.cpu_s, declarations)


def _offset(text: str, line: int, byte_column: int) -> int:
    positions = Positions(text)
    start = positions.byte(positions.offset(line, 1))
    return positions.from_byte(start + byte_column)


def _read_glob(file: Path) -> tuple[Declaration, ...]:
    found: list[Declaration] = []
    for line in (read_output(file) or "").splitlines():
        match = _GLOB.fullmatch(line)
        if match and match[1] != "binder":
            found.append(Declaration(match[1], int(match[2]), match[3].removeprefix("<>"), match[4]))
    return tuple(found)
