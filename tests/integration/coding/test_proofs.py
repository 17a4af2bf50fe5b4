"""Rocq and Lean snippets are checked by their checkers: the audit is the verdict."""

import os
from collections.abc import Mapping

import pytest
from tests.lean.installation import installed

from holdfast.checkers.lean.audit import audit as audit_lean
from holdfast.checkers.rocq.audit import audit as audit_rocq
from holdfast.checkers.rocq.installation import find_installation as find_rocq
from holdfast.coding.proofs import Prover
from holdfast.coding.recordings import find_recorded
from holdfast.coding.records import RunRequest, TestRequest
from holdfast.coding.workshop import Workshop
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Source
from holdfast.models.states import ModelShelf
from holdfast.runtime.sandbox.sandbox import Sandbox


def workshop(sandbox: Sandbox, provers: Mapping[str, Prover | str]) -> Workshop:
    return Workshop(ModelShelf({}, memory_mb=1), {}, sandbox=sandbox, provers=provers)


@pytest.mark.rocq
@pytest.mark.asyncio
async def test_rocq(sandbox: Sandbox) -> None:
    installation = await find_rocq(sandbox=sandbox, environ=os.environ)

    async def prover(source: Source) -> AuditReport:
        return await audit_rocq(source, installation=installation)

    shop = workshop(sandbox, {"rocq": prover, "lean": "Lean is not installed"})
    known = find_recorded("commutes", "rocq")
    assert known is not None
    proof = known.programs["rocq"].strip() + "\n"
    report = await shop.test(TestRequest(language="rocq", code=proof))
    assert (report.passed, [case.name for case in report.cases]) == (True, ["add_comm"])
    cheat = "Axiom easy : forall n : nat, n = 0.\nTheorem t : 1 = 0.\nProof. apply easy. Qed.\n"
    ran = await shop.run(RunRequest(language="rocq", code=cheat))
    assert (ran.stage, ran.ok) == ("check", False)
    assert "t: refused" in ran.stdout
    assert ran.place is not None
    assert ran.place.line == 2
    described = {each.name: each for each in shop.languages()}
    assert described["rocq"].tests == "proofs"
    assert (described["lean"].runs, described["lean"].reason) == (False, "Lean is not installed")


@pytest.mark.asyncio
async def test_lean(sandbox: Sandbox) -> None:
    installation = await installed()

    async def prover(source: Source) -> AuditReport:
        return await audit_lean(source, installation=installation)

    known = find_recorded("commutes", "lean")
    assert known is not None
    shop = workshop(sandbox, {"lean": prover})
    report = await shop.test(TestRequest(language="lean", code=known.programs["lean"].strip() + "\n"))
    assert report.passed, report
    open_ended = await shop.test(TestRequest(language="lean", code="theorem t : 1 = 2 := sorry\n"))
    assert not open_ended.passed
