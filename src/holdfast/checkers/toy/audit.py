"""The toy's audit: a whole file from its text, each theorem judged by the kernel alone."""

from collections.abc import Mapping

from holdfast.checkers.toy.document import Axiom, Document, Theorem, parse_document
from holdfast.checkers.toy.formulas import Formula
from holdfast.checkers.toy.kernel import ProofError, globals_of, infer
from holdfast.checkers.toy.reader import ScriptError, known_before, run_script
from holdfast.checkers.toy.states import finished_term
from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["audit_document"]


def audit_document(source: Source, original: Source | None) -> AuditReport:
    """Judge every theorem of `source`.

    A theorem is proved when the kernel finds its statement for the term that its script builds, and all
    it rests on is an axiom or, unproved, a theorem that `original` left unproved as well.
    """
    try:
        document = parse_document(source)
        before = None if original is None else parse_document(original)
    except SourceError as error:
        return AuditReport(source.name, (), (str(error),))
    problems = () if before is None else _changes(document, before)
    allowed = None if before is None else _assumed(before)
    verdicts: dict[str, TheoremAudit] = {}
    rests_on: dict[str, tuple[str, ...]] = {}
    for item in document.items:
        if isinstance(item, Axiom):
            rests_on[item.name] = (item.name,)
            continue
        verdict = _judge(document, item, rests_on, allowed, refuse_all=bool(problems))
        verdicts[item.name] = verdict
        rests_on[item.name] = verdict.axioms if verdict.verdict == "proved" else (item.name,)
    return AuditReport(source.name, tuple(verdicts.values()), problems, checks=("text", "kernel"))


def _changes(document: Document, original: Document) -> tuple[str, ...]:
    """What differs from `original` beside scripts."""
    now = [(type(item), item.name, item.statement) for item in document.items]
    then = [(type(item), item.name, item.statement) for item in original.items]
    if now == then:
        return ()
    return ("the axioms and statements are not those of the original",)


def _assumed(original: Document) -> frozenset[str]:
    """Names of the axioms and of the theorems that the original does not prove."""
    report = audit_document(original.source, None)
    axioms = {item.name for item in original.items if isinstance(item, Axiom)}
    return frozenset(axioms | {theorem.name for theorem in report.theorems if theorem.verdict == "refused"})


def _judge(
    document: Document,
    theorem: Theorem,
    rests_on: Mapping[str, tuple[str, ...]],
    allowed: frozenset[str] | None,
    *,
    refuse_all: bool,
) -> TheoremAudit:
    line, _ = document.place(theorem.head.start)

    def refused(reason: str, message: str) -> TheoremAudit:
        return TheoremAudit(theorem.name, "refused", reason, message, line=line)

    if refuse_all:
        return refused("changed", "the file is not the original with its holes filled")
    if theorem.last.text == "admitted" or any(step.text == "sorry" for step in theorem.script):
        return refused("hole", f"{theorem.name} is not finished")
    try:
        used = _rebuilt(theorem, known_before(document, theorem.name))
    except (ScriptError, ProofError) as error:
        return refused("not_a_proof", str(error))
    axioms = tuple(dict.fromkeys(axiom for name in used for axiom in rests_on[name]))
    foreign = [axiom for axiom in axioms if allowed is not None and axiom not in allowed]
    if foreign:
        return refused("new_axiom", f"it rests on {foreign[0]}, which the original does not assume")
    return TheoremAudit(theorem.name, "proved", axioms=axioms, line=line)


def _rebuilt(theorem: Theorem, known: Mapping[str, Formula]) -> tuple[str, ...]:
    """Names that the proof uses directly. Raises ProofError, ScriptError where it is none."""
    *_, (state, _) = run_script(theorem, known)
    term = finished_term(state)
    proved = infer(term, {}, known)
    if proved != theorem.statement:
        raise ProofError(f"the script proves {proved}, not {theorem.statement}")
    return globals_of(term)
