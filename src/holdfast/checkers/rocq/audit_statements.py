"""Compares what two compilations of a file declare: the statements as Rocq understood them, not as written.

Both are compiled under one name, and asked from a file of their own with everything written out, so equal
text means equal statements, also over types that the file declares itself.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Rejected
from holdfast.checkers.rocq.audit_probe import Probe, Signature
from holdfast.checkers.rocq.audit_reasons import AuditReason
from holdfast.checkers.rocq.audit_task import Notes, Refusal, Task
from holdfast.checkers.rocq.audit_text import Change
from holdfast.core.errors import SourceError

__all__ = ["changed_statements", "check_statements"]

_WORD = re.compile(r"[^\W\d][\w']*")


async def check_statements(task: Task, notes: Notes, probe: Probe, folder: Path) -> dict[str, Refusal]:
    """Refusals by the path of the theorem; what concerns no theorem in particular becomes a problem.

    Raises SourceError when the original does not compile.
    """
    notes.checks.append("statements")
    assert task.original is not None
    source = task.original.source
    base = await task.compiler.build(source.text, task.library, folder / "original")
    notes.cpu_s += base.cpu_s
    if isinstance(base, Rejected):
        line, column = (0, 0) if base.offset is None else task.original.positions.line_column(base.offset)
        raise SourceError(base.message, file=source.name, line=line, column=column)
    other = Probe(task.compiler, task.library, base, folder / "beside")
    now, before = await _signatures(probe, other)
    notes.cpu_s += other.cpu_s
    refusals: dict[str, Refusal] = {}
    changes = task.difference.changes
    for printed, why in changed_statements(now, before, changes, source.text).items():
        path = next((item.name for item in changes if _ends(printed, item.name)), None)
        if path is None:
            notes.problems.append(f"`{printed}` is not what it is in the original: {why}")
        else:
            refusals[path] = Refusal(AuditReason.STATEMENT, f"its statement is not the original's: {why}")
    return refusals | await _values(changes, probe)


async def _signatures(probe: Probe, other: Probe) -> tuple[Signature, Signature]:
    """Both signatures; where types differ, reduced ones: an admitted obligation is not reduced by itself."""
    now, before = await probe.signature(), await other.signature()
    differing = [name for name, said in before.items() if name in now and now[name] != said]
    if not differing:
        return now, before
    return {**now, **await probe.reduced(differing)}, {**before, **await other.reduced(differing)}


def changed_statements(
    candidate: Signature, original: Signature, changes: Sequence[Change], text: str
) -> Mapping[str, str]:
    """What is not as in the original: printed name, and a sentence about it.

    A name that a proof brings along (`lemma_subproof`) is accepted when the original's `text` never uses it.
    A theorem of a section may lose variables that its proof does not use, as it does wherever it is proved.
    An admitted `Let` is an axiom of the whole file, a proved one is not.
    """
    words = frozenset(_WORD.findall(text))
    free = {change.name for change in changes if change.original.sections}
    local = {change.name for change in changes if change.original.keyword.startswith("Let")}
    found: dict[str, str] = {}
    for name, statement in original.items():
        now = candidate.get(name)
        if now is None and _last(name) in words and not any(_ends(name, path) for path in local):
            found[name] = "it is not declared any more"
        elif now is not None and now != statement and not any(_ends(name, path) for path in free):
            found[name] = f"it now says `{now}`"
    for name in candidate.keys() - original.keys():
        if _last(name) in words:
            found[name] = "a proof declares this name, which the file uses"
    return found


async def _values(changes: Sequence[Change], probe: Probe) -> dict[str, Refusal]:
    """Refuse new proofs of what was complete and transparent: other text may mean its value.

    Nothing can depend on which proof a proposition has.
    """
    local = [item.name for item in changes if item.original.keyword.startswith("Let") and not item.was_open]
    names = [
        item.name
        for item in changes
        if item.original.ending in {"Defined", "Save"} and not item.original.keyword.startswith("Let")
    ]
    sorts = dict(zip(names, await probe.sorts(names), strict=True)) if names else {}
    why = "it is a value that the rest of the file may use, not the proof of a proposition"
    values = [*local, *(name for name, sort in sorts.items() if sort != "Prop")]
    return {name: Refusal(AuditReason.CHANGED, why) for name in values}


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _ends(name: str, path: str) -> bool:
    return name == path or name.endswith(f".{path}")
