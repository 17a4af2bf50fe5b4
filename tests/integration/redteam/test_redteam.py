"""Files that try to pass for proved, and files that are: one file a case, none may be misjudged.

A case begins with comments that say why it is here and which theorem it is about (`target`, in dishonest
cases) and the reason to refuse it (`none` where only the file as a whole is refused), or which theorems are
rightly left open (`open`, in honest ones); `arguments`, `axioms` and `allow` may follow.
`(* ==== candidate ==== *)` parts an original from what is audited against it, `(* ==== beside NAME.v ==== *)`
begins another file of the same project, compiled before.
"""

import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.audit import AuditSettings, audit
from holdfast.core.audits import AuditReport
from holdfast.core.documents import Source

_HERE = Path(__file__).parent
_PART = re.compile(r"^\(\* ==== (candidate|beside (\S+)) ==== \*\)$", re.MULTILINE)
_KEY = re.compile(r"\(\* (why|target|reason|open|arguments|axioms|allow): (.*?) \*\)\n", re.DOTALL)

pytestmark = pytest.mark.rocq


@dataclass(frozen=True)
class Case:
    keys: dict[str, str]
    text: str
    candidate: str | None = None
    beside: dict[str, str] = field(default_factory=dict)


def read_case(file: Path) -> Case:
    text = file.read_text(encoding="utf-8")
    parts = _PART.split(text)
    beside: dict[str, str] = {}
    candidate = None
    for title, name, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if title == "candidate":
            candidate = body
        else:
            beside[name] = body
    keys = dict(_KEY.findall(parts[0]))
    assert keys.get("why"), f"{file.name} does not say why it is here"
    return Case(keys, parts[0], candidate, beside)


def write_beside(case: Case, folder: Path) -> list[Path]:
    for name, text in case.beside.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [folder / name for name in case.beside]


async def judge(case: Case, folder: Path, *, coqchk: bool = False) -> AuditReport:
    installation = await find_installation()
    arguments = shlex.split(case.keys.get("arguments", ""))
    if case.beside:
        arguments = ["-Q", str(folder), "Near", *arguments]
    for path in write_beside(case, folder):
        subprocess.run(  # noqa: ASYNC221 - nothing else waits
            [*installation.compiler, "-q", "-w", "none", *arguments, str(path)], check=True
        )
    first = Source("Audited.v", case.text)
    allowed = frozenset(case.keys.get("allow", "").split())
    source, original = (
        (first, None) if case.candidate is None else (Source("Audited.v", case.candidate), first)
    )
    return await audit(
        source,
        original,
        installation=installation,
        arguments=arguments,
        settings=AuditSettings(coqchk=coqchk, allowed_axioms=allowed),
    )


def escaped() -> list[Path]:
    """What a case wrote where its text says that it writes."""
    return list(Path("/tmp").glob("holdfast-redteam*"))


def cases(kind: str) -> list[Path]:
    return sorted((_HERE / kind).glob("*.v"))


@pytest.mark.asyncio
@pytest.mark.parametrize("file", cases("dishonest"), ids=lambda file: file.stem)
async def test_dishonest_files_are_refused(file: Path, tmp_path: Path) -> None:
    case = read_case(file)
    report = await judge(case, tmp_path)
    target = case.keys["target"]
    judged = [theorem for theorem in report.theorems if theorem.name == target]
    assert {theorem.verdict for theorem in judged} <= {"refused"}
    assert all(theorem.message for theorem in judged)
    assert {theorem.reason for theorem in judged} == set(case.keys["reason"].split()) - {"none"}
    assert report.problems or judged
    assert not escaped()


@pytest.mark.asyncio
@pytest.mark.parametrize("file", cases("honest"), ids=lambda file: file.stem)
async def test_honest_files_pass(file: Path, tmp_path: Path) -> None:
    case = read_case(file)
    report = await judge(case, tmp_path)
    left_open = set(case.keys.get("open", "").split())
    assert not report.problems
    assert report.theorems
    refused = {
        theorem.name: (theorem.reason, theorem.message)
        for theorem in report.theorems
        if theorem.verdict == "refused"
    }
    assert set(refused) == left_open, refused
    axioms = {axiom for theorem in report.theorems for axiom in theorem.axioms}
    assert axioms == {name for name in case.keys.get("axioms", "").split(", ") if name}


def test_there_are_enough_cases() -> None:
    assert len(cases("dishonest")) >= 60
    assert len(cases("honest")) >= 60
