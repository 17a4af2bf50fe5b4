"""Judges the theorems of a file that compiled: reading, statements, assumptions, second checker."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Built, Rejected, sentences_agree
from holdfast.checkers.rocq.audit_chk import second_check
from holdfast.checkers.rocq.audit_inside import ask_inside
from holdfast.checkers.rocq.audit_judge import Ground, judge, refuse
from holdfast.checkers.rocq.audit_probe import Assumption, Located, Probe
from holdfast.checkers.rocq.audit_reasons import AuditReason
from holdfast.checkers.rocq.audit_statements import check_statements
from holdfast.checkers.rocq.audit_task import Notes, Refusal, Task
from holdfast.checkers.rocq.audit_theorems import Target, find_targets, misread
from holdfast.checkers.rocq.vernacular import Role
from holdfast.core.audits import TheoremAudit

__all__ = ["judge_compiled"]


async def judge_compiled(task: Task, notes: Notes, built: Built, folder: Path) -> None:
    """Add the verdicts on all theorems, and the problems of the file, to `notes`.

    Args:
        task: what is audited.
        notes: the report in the making.
        built: the compiled candidate.
        folder: where further directories may be made.
    """
    targets = find_targets(task.document, built.declarations)
    await _check_reading(task, notes, built, folder)
    if notes.problems:
        notes.theorems += [refuse(item, AuditReason.UNREADABLE, notes.problems[0]) for item in targets]
        return
    probe = Probe(task.compiler, task.library, built, folder)
    refusals = await check_statements(task, notes, probe, folder) if task.original else {}
    notes.checks.append("assumptions")
    chosen = [target for target in targets if _is_asked(task, target)]
    rests = await _ask(task, notes, probe, chosen, folder)
    ground = await _ground(task, built, probe, [item for found in rests.values() for item in found])
    notes.theorems += [_verdict(target, refusals, rests, ground) for target in chosen]
    _add_admitted_obligations(task, notes)
    notes.cpu_s += probe.cpu_s
    if task.settings.coqchk:
        await _second_check(task, notes, built)


async def _check_reading(task: Task, notes: Notes, built: Built, folder: Path) -> None:
    """Rocq has to have read what was read here."""
    notes.checks.append("sentences")
    if not sentences_agree(built, task.document):
        notes.problems.append("Rocq does not read the same sentences in this text as are read here")
    wrong = misread(task.document, built.declarations)
    if wrong:
        notes.problems.append(wrong)
    if not notes.problems:
        await _check_words(task, notes, folder)


async def _check_words(task: Task, notes: Notes, folder: Path) -> None:
    """Have Rocq's grammar say that new sentences with a capital letter are tactics, not commands.

    Behind a goal selector, only tactics are sentences.
    """
    words = [index for change in task.difference.changes for index in change.words]
    if not words:
        return
    text = task.document.source.text
    for index in sorted(words, reverse=True):
        start = task.document.sentences[index].start
        text = f"{text[:start]}1: {text[start:]}"
    built = await task.compiler.build(text, task.library, folder / "words")
    notes.cpu_s += built.cpu_s
    if isinstance(built, Rejected):
        notes.problems.append(f"a sentence of a new proof is not a tactic: {built.message}")


def _is_asked(task: Task, target: Target) -> bool:
    """With an original, what did not change is what it was."""
    return task.original is None or target.admitted or task.changed(target.theorem) is not None


async def _ask(
    task: Task, notes: Notes, probe: Probe, targets: Sequence[Target], folder: Path
) -> dict[str, tuple[Assumption, ...]]:
    """What each theorem that is proved rests on, by its path."""
    proved = [target for target in targets if not target.admitted]
    names = [target.path for target in proved if not target.inside]
    answers = await probe.assumptions(names)
    rests = {name: found for name, found in zip(names, answers, strict=True) if found is not None}
    left = [target for target in proved if target.inside or target.path not in rests]
    return rests | await ask_inside(task, notes, probe, left, folder)


def _verdict(
    target: Target,
    refusals: Mapping[str, Refusal],
    rests: Mapping[str, tuple[Assumption, ...]],
    ground: Ground,
) -> TheoremAudit:
    if target.admitted:
        return refuse(target, AuditReason.ADMITTED, "it is admitted, not proved")
    refusal = refusals.get(target.theorem.path)
    if refusal is not None:
        return refuse(target, refusal.reason, refusal.message)
    if refusals:
        other = next(iter(refusals))
        return refuse(target, AuditReason.NOT_JUDGED, f"`{other}` may change what this means and was refused")
    return judge(target, rests[target.path], ground)


async def _ground(task: Task, built: Built, probe: Probe, assumptions: Sequence[Assumption]) -> Ground:
    names = sorted({item.name for item in assumptions if item.name != "?"})
    located: dict[str, Located | None] = {}
    if names:
        located = dict(zip(names, await probe.locate(names), strict=True))
    return Ground(
        library=task.library.name,
        installed=task.compiler.installation.library,
        allowed=task.settings.allowed_axioms,
        declarations=built.declarations,
        has_original=task.original is not None,
        located=located,
    )


def _add_admitted_obligations(task: Task, notes: Notes) -> None:
    for index, command in enumerate(task.document.commands):
        if command is not None and command.keyword == "Admit" and command.role is Role.INERT:
            line, _ = task.document.place(index)
            name = f"{command.rest.rpartition(' of ')[2].lower()}@{line}"
            message = "its obligations are admitted, not proved"
            notes.theorems.append(
                TheoremAudit(name, "refused", AuditReason.ADMITTED.value, message, line=line)
            )


async def _second_check(task: Task, notes: Notes, built: Built) -> None:
    notes.checks.append("coqchk")
    sentences = sorted({require.sentence for require in task.document.requires})
    requires = [task.document.text(index) for index in sentences]
    found = await second_check(task.compiler, task.library, built, requires, built.declarations)
    notes.problems += found
