"""The independent re-check of a whole file, which alone calls a theorem proved.

The text is read first: where there is an original, all but proofs has to be the original's to the letter, and
each new proof has to be nothing but a proof; where there is none, the file must not run code in the checker.
Then Lean checks the file in a fresh process and says of each theorem what it states and what it rests on. As
the file is checked from its text, in its order, no theorem can rest on itself or on a later one.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.checkers.lean.compiling import Checked, CompileSettings, check_text
from holdfast.checkers.lean.document import Document, Theorem, read_document
from holdfast.checkers.lean.file_guard import forbidden_words
from holdfast.checkers.lean.guard import object_to
from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.probes import Answer, Probes, answers
from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["STANDARD_AXIOMS", "AuditReason", "AuditSettings", "audit"]

STANDARD_AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})
"""The axioms of Lean's own library, on which nearly everything rests."""
_HOLE = "sorryAx"
_CHECKS = ("text", "lean", "axioms", "statements")


class AuditReason(StrEnum):
    """Words of `TheoremAudit.reason`."""

    DOES_NOT_COMPILE = "does_not_compile"
    """Lean refuses the theorem or its proof."""
    NOT_JUDGED = "not_judged"
    """Something else in the file was refused first; nothing is known about this theorem."""
    ADMITTED = "admitted"
    """The theorem is still a hole."""
    DEPENDS_ON_HOLE = "depends_on_hole"
    """The proof rests on something that is left open, in this file or in another."""
    AXIOM = "axiom"
    """The proof rests on an axiom that was not there to begin with, or that nobody allowed."""
    FORBIDDEN = "forbidden"
    """The file runs code in the checker, or weakens it."""
    CHANGED = "changed"
    """The file differs from the original in more than proofs."""
    NOT_A_PROOF = "not_a_proof"
    """What stands in place of the proof is more, or less, than a proof."""
    STATEMENT = "statement"
    """The statement, as Lean understood it, is not the original's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """How strict an audit is, and what it may use."""

    allowed_axioms: frozenset[str] = STANDARD_AXIOMS
    """Axioms that proofs may rest on, in full."""
    compiling: CompileSettings = field(default_factory=CompileSettings)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as Lean understood it."""

    document: Document
    probes: Probes
    checked: Checked
    answers: Mapping[str, Answer]
    level: str
    """How Lean was kept apart from the machine."""
    judged: tuple[Theorem, ...]
    """The theorems, and the examples that were looked at as theorems."""


async def audit(
    source: Source,
    original: Source | None = None,
    *,
    installation: Installation,
    settings: AuditSettings | None = None,
) -> AuditReport:
    """Judge every theorem of `source`; see `holdfast.core.seams.Checker.audit`.

    Raises CheckerError where Lean gave no verdict.
    """
    settings = settings or AuditSettings()
    try:
        document = read_document(source)
        before = None if original is None else read_document(original)
    except SourceError as error:
        return AuditReport(source.name, (), (str(error),), checks=_CHECKS[:1])
    refused = _refused_by_text(document, before)
    if refused is not None:
        return refused
    then, examples = None, _changed_examples(document, before)
    if before is not None:
        then = await _ask_lean(before, examples, installation, settings)
    now = await _ask_lean(document, examples, installation, settings)
    cpu_s = now.checked.cpu_s + (0.0 if then is None else then.checked.cpu_s)
    return _judged(now, then, settings, cpu_s)


def _refused_by_text(document: Document, original: Document | None) -> AuditReport | None:
    """The report on a file that Lean need not see, None for one that it is to see."""
    if original is None:
        found = next(forbidden_words(document.source.text, document.tokens), None)
        if found is None:
            return None
        line, column = document.positions.line_column(found.start)
        problem = f"{line}:{column}: {found.text} can make the checker say anything"
        return _all(document, AuditReason.FORBIDDEN, "the file may do what it likes to the checker", problem)
    changed = _first_change(document, original)
    if changed is not None:
        line, column = document.positions.line_column(changed)
        problem = f"{line}:{column}: the file differs from the original in more than proofs"
        return _all(document, AuditReason.CHANGED, "the file is not the original with other proofs", problem)
    bad = dict(_objections(document, original))
    if not bad:
        return None
    return AuditReport(
        document.source.name,
        tuple(
            _refuse(document, each, AuditReason.NOT_A_PROOF, bad[each.name])
            if each.name in bad
            else _refuse(document, each, AuditReason.NOT_JUDGED, "another proof was refused first")
            for each in document.provable
            if not each.is_example or each.name in bad
        ),
        checks=_CHECKS[:1],
    )


def _first_change(document: Document, original: Document) -> int | None:
    """Where a text differs from the original in more than proofs, None where it does not."""
    now, then = _frame(document), _frame(original)
    for (place, text), (_, other) in zip(now, then, strict=False):
        if text != other:
            return place
    return None if len(now) == len(then) else len(document.source.text)


def _frame(document: Document) -> list[tuple[int, str]]:
    """All that is no proof, in pieces with their places; comments behind a proof are part of it."""
    text = document.source.text
    first = document.commands[0].start if document.commands else len(text)
    pieces = [(0, text[:first])]
    for command in document.commands:
        theorem = command.theorem
        if theorem is None or not theorem.body:
            pieces.append((command.start, text[command.start : command.end]))
        else:
            # What follows a bar is a proof by itself, what follows `:=` is one as well.
            head = text[command.start : theorem.body_start].rstrip().removesuffix(":=").rstrip()
            pieces.append((command.start, head))
    return pieces


def _objections(document: Document, original: Document) -> list[tuple[str, str]]:
    """The names of theorems whose new proofs are none, and why not."""
    found = []
    for new, old in zip(document.provable, original.provable, strict=True):
        text = _proof(document, new)
        if text != _proof(original, old):
            objection = object_to(text, may_be_open=True)
            if objection is not None:
                found.append((new.name, objection.message))
    return found


def _is_still_open(theorem: Theorem) -> bool:
    return any(token.text in {"sorry", "admit"} for token in theorem.body)


def _changed_examples(document: Document, original: Document | None) -> frozenset[str]:
    """The examples with new proofs, by name: nothing is said of others, which may be no propositions."""
    if original is None:
        return frozenset()
    pairs = zip(document.provable, original.provable, strict=True)
    return frozenset(
        new.name for new, old in pairs if new.is_example and _proof(document, new) != _proof(original, old)
    )


def _proof(document: Document, theorem: Theorem) -> str:
    return document.source.text[theorem.body_start : theorem.body_end]


async def _ask_lean(
    document: Document, examples: frozenset[str], installation: Installation, settings: AuditSettings
) -> _Read:
    """Have Lean read the text, with some examples as theorems, of which alone it says what they rest on."""
    judged = tuple(each for each in document.provable if not each.is_example or each.name in examples)
    text = document.source.text
    for each in reversed(judged):
        if each.is_example:
            behind = text[each.start + len("example") :]
            text = f"{text[: each.start]}theorem _root_.{each.name}{behind}"
    probes = Probes.of(text, list(dict.fromkeys(each.name for each in judged)))
    checked = await check_text(probes.text, installation, settings.compiling)
    found = answers(probes, checked.messages)
    return _Read(document, probes, checked, found, installation.level, judged)


def _judged(now: _Read, then: _Read | None, settings: AuditSettings, cpu_s: float) -> AuditReport:
    document = now.document
    broken, problems = _errors(now)
    if then is not None:
        _, known = _errors(then)
        problems = problems if not known else [*problems, *known]
    allowed = settings.allowed_axioms | (_assumed(then) if then is not None else frozenset())
    verdicts = []
    named = Counter(_plain(each.name) for each in document.commands)
    for theorem in now.judged:
        if named[_plain(theorem.name)] > 1:
            # Lean takes a name once only: one of them has another name than it seems to have.
            message = f"something else in the file is called {theorem.name} as well"
            verdict = _refuse(document, theorem, AuditReason.NOT_JUDGED, message)
        elif theorem.name in broken:
            verdict = _refuse(document, theorem, AuditReason.DOES_NOT_COMPILE, broken[theorem.name])
        elif problems:
            verdict = _refuse(document, theorem, AuditReason.NOT_JUDGED, "Lean does not accept the file")
        else:
            verdict = _judge(now, then, theorem, allowed)
        verdicts.append(verdict)
    return AuditReport(
        document.source.name, tuple(verdicts), tuple(problems), cpu_s, _CHECKS, level=now.level
    )


def _plain(name: str) -> str:
    return name.replace("«", "").replace("»", "")


def _errors(read: _Read) -> tuple[dict[str, str], list[str]]:
    """What Lean said against theorems, and against the rest of the file."""
    broken: dict[str, str] = {}
    problems: list[str] = []
    document = read.document
    for message in read.checked.messages:
        if message.severity != "error" or message.pos.line in read.probes.lines:
            continue
        at = document.positions.offset(message.pos.line, message.pos.column)
        words = " ".join(message.data.split())[:300]
        said = f"{message.pos.line}:{message.pos.column + 1}: {words}"
        around = next((each for each in document.commands if each.start <= at < each.end), None)
        if around is not None and around.theorem in read.judged:
            assert around.theorem is not None
            broken.setdefault(around.theorem.name, said)
        else:
            problems.append(said)
    return broken, problems


def _assumed(original: _Read) -> frozenset[str]:
    """What the original assumes: its own axioms, and what its theorems rest on."""
    own = {each.axiom for each in original.document.commands if each.axiom}
    used = {name for answer in original.answers.values() for name in answer.axioms or ()}
    return frozenset(own | used) - {_HOLE}


def _judge(now: _Read, then: _Read | None, theorem: Theorem, allowed: frozenset[str]) -> TheoremAudit:
    document, answer = now.document, now.answers[theorem.name]
    if _is_still_open(theorem):
        message = f"{theorem.name} is not finished"
        return _refuse(document, theorem, AuditReason.ADMITTED, message, answer.axioms or ())
    if answer.axioms is None or not answer.statement:
        return _refuse(document, theorem, AuditReason.DOES_NOT_COMPILE, "Lean has no such theorem in the end")
    foreign = [name for name in answer.axioms if name not in allowed]
    if _HOLE in foreign:
        message = "it rests on something that is left open"
        return _refuse(document, theorem, AuditReason.DEPENDS_ON_HOLE, message, answer.axioms)
    if foreign:
        whose = "nobody allowed" if then is None else "the original does not assume"
        message = f"it rests on {foreign[0]}, which {whose}"
        return _refuse(document, theorem, AuditReason.AXIOM, message, answer.axioms)
    if then is not None and then.answers[theorem.name].statement != answer.statement:
        message = "as Lean reads it, the statement is not that of the original"
        return _refuse(document, theorem, AuditReason.STATEMENT, message, answer.axioms)
    return TheoremAudit(theorem.name, "proved", axioms=answer.axioms, line=_line(document, theorem))


def _refuse(
    document: Document, theorem: Theorem, reason: AuditReason, message: str, axioms: tuple[str, ...] = ()
) -> TheoremAudit:
    line = _line(document, theorem)
    return TheoremAudit(theorem.name, "refused", reason.value, message, axioms, line)


def _all(document: Document, reason: AuditReason, message: str, problem: str) -> AuditReport:
    verdicts = tuple(_refuse(document, each, reason, message) for each in document.theorems)
    return AuditReport(document.source.name, verdicts, (problem,), checks=_CHECKS[:1])


def _line(document: Document, theorem: Theorem) -> int:
    return document.positions.line_column(theorem.start)[0]
