"""What the files of an experiment tell of its library: stages that are finished, and each function's life."""

from dataclasses import dataclass
from pathlib import Path

from holdfast.core.errors import UserError
from holdfast.library.calls import called
from holdfast.library.entries import Usage, read_entry
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Program
from holdfast.library.stages.keeping import STORE
from holdfast.library.stages.tree import STAGES, finished, read_json
from holdfast.library.store import Reader

__all__ = ["Function", "find_function", "functions_in"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function of a library."""

    candidate: Candidate
    number: int
    """The place at which it entered, from 1."""
    stage: int
    """The stage in which it did."""
    users: tuple[str, ...]
    """Training tasks whose programs call it."""
    callers: tuple[str, ...]
    """Functions of the library that call it."""
    callees: tuple[str, ...]
    examples: int
    versions: tuple[str, ...]
    """Who proposed each text that it had, the newest first, by the version that it entered with."""
    usage: Usage
    """What came of programs that call it, those of validation tasks among them."""

    def record(self) -> dict[str, object]:
        """As plain data."""
        plain: dict[str, object] = to_plain(self)
        return plain


def functions_in(folder: Path) -> tuple[Function, ...]:
    """The functions of the latest library of an experiment, in the order in which they entered.

    Raises UserError where there is none yet, StorageError.
    """
    first = _accepted(folder, 3)
    if first is None:
        raise UserError(f"stage 3 of {folder} is not finished: run it with holdfast library run --stage 3")
    last = _accepted(folder, 6) if 6 in finished(folder) else None
    accepted, stage = (first, 3) if last is None else (last, 6)
    stored = read_json(folder / STAGES[stage] / "programs.json") or {}
    programs = from_plain(dict[str, Program], stored)
    early = {each.name for each in first}
    texts = {each.name: Program("", (each.source,)) for each in accepted}
    # What a docstring says, and its examples call, is not called by the function.
    calls = {name: called(text, texts.keys() - {name}) for name, text in texts.items()}
    reader = Reader(folder / STORE)
    usage = reader.usages()
    return tuple(
        Function(
            candidate=each,
            number=number,
            stage=3 if each.name in early else 6,
            users=tuple(key for key, program in programs.items() if called(program, [each.name])),
            callers=tuple(name for name, found in calls.items() if each.name in found),
            callees=tuple(sorted(calls[each.name])),
            examples=_examples(each.source),
            versions=_versions(reader, each.name),
            usage=usage.get(each.name, Usage()),
        )
        for number, each in enumerate(accepted, 1)
    )


def find_function(folder: Path, name: str) -> Function:
    """One of them. Raises UserError where there is none of that name."""
    found = {each.candidate.name: each for each in functions_in(folder)}
    if name not in found:
        known = ", ".join(found) or "none"
        raise UserError(f"the library of {folder} has no function {name}; it has {known}")
    return found[name]


def _accepted(folder: Path, stage: int) -> tuple[Candidate, ...] | None:
    stored = read_json(folder / STAGES[stage] / "functions.json")
    return None if stored is None else from_plain(tuple[Candidate, ...], stored["functions"])


def _versions(reader: Reader, name: str) -> tuple[str, ...]:
    found: list[str] = []
    last = ""
    for version in reader.versions():
        digest = version.functions.get(name, "")
        if digest and digest != last:
            found.append(f"{version.number}: {read_entry(reader.directory, digest).proposer}")
        last = digest
    return tuple(reversed(found))


def _examples(source: str) -> int:
    return sum(line.lstrip().startswith(">>>") for line in source.splitlines())
