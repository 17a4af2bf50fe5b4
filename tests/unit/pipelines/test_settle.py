"""What the audit refuses is dropped, and nothing else."""

from collections.abc import Mapping

import pytest

from holdfast.core.audits import AuditReport, TheoremAudit
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step
from holdfast.pipelines.results import HoleResult
from holdfast.pipelines.settle import settle

pytestmark = pytest.mark.asyncio

SOURCE = Source("file", "")


class Auditor:
    """Prints the steps of a file's proofs one a line, and judges by a table of what is wrong with them."""

    def __init__(self, wrong: Mapping[str, str], behind: str = "") -> None:
        self.wrong = wrong
        self.behind = behind
        self.audits = 0

    def fill(self, source: Source, proofs: Mapping[Hole, Proof]) -> Source:
        lines = [f"{hole.name} {proof.step.text}" for hole, proof in proofs.items()]
        blanks = ["  \n" for line in lines if line.endswith("with other blanks")]
        new = [line for line in lines if not line.endswith(("as before", "with other blanks"))]
        return Source(source.name, "\n".join([*new, *blanks]))

    async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
        """The first wrong proof leaves the others unjudged; `behind` breaks the text that follows."""
        assert original == SOURCE
        self.audits += 1
        names = [line.split()[0] for line in source.text.splitlines() if line.strip()]
        bad = next((name for name in names if name in self.wrong), None)
        problems = (f"{self.behind} breaks what follows",) if self.behind in names else ()
        stopped = bad is not None or bool(problems)
        theorems = [
            TheoremAudit(name, "refused", "does_not_compile", self.wrong[name])
            if name == bad
            else TheoremAudit(name, "refused" if stopped else "proved", "not_judged" if stopped else "")
            for name in names
        ]
        return AuditReport(source.name, tuple(theorems), problems)


def _found(name: str, step: str = "auto") -> HoleResult:
    return HoleResult(Hole(name, HoleKind.NAMED, 0, 0, 1, 1), "proved", proof=Proof(Step(step)))


async def _statuses(auditor: Auditor, *results: HoleResult) -> dict[str, str]:
    filled = await settle(auditor, SOURCE, results)  # type: ignore[arg-type] - the two methods that it uses
    return {result.hole.name: result.status for result in filled.results}


async def test_bad_proofs_cost_none_of_the_good_ones() -> None:
    auditor = Auditor({"b": "no", "d": "neither"})
    statuses = await _statuses(auditor, *map(_found, "abcde"))
    assert statuses == {"a": "proved", "b": "not_found", "c": "proved", "d": "not_found", "e": "proved"}
    assert auditor.audits == 3


async def test_a_proof_that_breaks_what_follows_is_found_by_trying_each() -> None:
    statuses = await _statuses(Auditor({}, behind="b"), *map(_found, "abc"))
    assert statuses == {"a": "proved", "b": "not_found", "c": "proved"}


async def test_a_proof_that_is_the_old_one_needs_no_judgement_of_its_own() -> None:
    assert await _statuses(Auditor({}), _found("a", "as before")) == {"a": "proved"}
    assert await _statuses(Auditor({}), _found("a", "as before"), _found("b")) == {
        "a": "proved",
        "b": "proved",
    }
    assert await _statuses(Auditor({}), _found("a", "with other blanks")) == {"a": "proved"}


async def test_what_the_audit_does_not_mention_is_not_proved() -> None:
    class Silent(Auditor):
        async def audit(self, source: Source, original: Source | None = None) -> AuditReport:
            return AuditReport(source.name, ())

    assert await _statuses(Silent({}), _found("a")) == {"a": "undecided"}
