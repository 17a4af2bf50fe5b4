"""The reader against Rocq: what it tells of a text, and where it says that a text is wrong."""

from pathlib import Path

import pytest
from tests.rocq_here import find_installation, seeded

from holdfast.apps.rocq.workbench import open_workbench
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.reader import RocqReader
from holdfast.checkers.rocq.sentences import SentenceKind
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.trajectories import Declared, Observed

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

TEXT = """Require Import Arith.
Section S.
Variables a b : nat.
Lemma one : a + b = b + a /\\ True.
Proof.
  split.
  - { apply Nat.add_comm. }
  - exact I.
Qed.
End S.
#[local] Lemma two : inhabited nat. Proof (inhabits 0).
Definition three : nat. exact 3. Defined.
Goal True. now idtac. Abort.
"""


async def _stream(text: str) -> list[Observed | Declared]:
    found: list[Observed | Declared] = []
    async with RocqChecker(await find_installation()).open(Source("t.v", text), found.append) as reader:
        await reader.finish()
    return found


async def test_steps_are_told_with_the_goals_they_act_on() -> None:
    stream = await _stream(TEXT)
    steps = [item for item in stream if isinstance(item, Observed)]
    assert [(item.theorem, item.step) for item in steps] == [
        ("one", "split"),
        ("one", "apply Nat.add_comm"),
        ("one", "exact I"),
        ("three", "exact 3"),
        ("", "now idtac"),
    ]
    assert [item.goal.subgoals[0].conclusion for item in steps] == [
        "a + b = b + a /\\ True",
        "a + b = b + a",
        "True",
        "nat",
        "True",
    ]
    assert [item.name for item in stream if isinstance(item, Declared)] == ["three", "two", "one"]


@pytest.mark.parametrize("library", ["Coq.Bool.BoolEq", "Coq.Arith.Between", "Coq.Sets.Powerset"])
async def test_reading_many_sentences_at_once_tells_the_same_as_one_at_a_time(
    library: str, tmp_path: Path
) -> None:
    bench = await open_workbench(await seeded(tmp_path))
    lesson = bench.lesson(bench.libraries.under(library)[0])
    found: list[Observed | Declared] = []
    async with lesson.checker.open(lesson.source, found.append) as reader:
        await reader.finish()
    document = read_document(lesson.source)
    expected = []
    async with Toplevel(bench.installation, ("-topfile", lesson.source.name)) as toplevel:
        goal = None
        for index, sentence in enumerate(document.sentences):
            step = document.text(index).removesuffix(".")
            if goal is not None and goal.subgoals and sentence.kind is SentenceKind.COMMAND:
                expected.append((goal, step))
            goal = await toplevel.execute(document.text(index))
    told = [(item.goal, " ".join(item.step.split())) for item in found if isinstance(item, Observed)]
    assert len(told) > 10
    assert told == [
        (goal, " ".join(step.split()))
        for goal, step in expected
        if step.partition(" ")[0] not in ("Proof", "Qed")
    ]


@pytest.mark.parametrize("watched", [True, False])
@pytest.mark.parametrize("before", [0, 70])
async def test_the_place_of_what_is_refused(before: int, *, watched: bool) -> None:
    text = (
        "Check 0.\n" * before + "Lemma l : True /\\ True.\nProof.\n  split. rewrite nothing. exact I.\nQed.\n"
    )
    found: list[Observed | Declared] = []
    checker = RocqChecker(await find_installation())
    async with checker.open(Source("t.v", text), found.append if watched else None) as reader:
        with pytest.raises(SourceError, match="nothing") as caught:
            await reader.finish()
        assert isinstance(reader, RocqReader)
        assert reader.toplevel.length == before + 3
    assert (caught.value.line, caught.value.column) == (before + 3, 18)
    assert [item.step for item in found if isinstance(item, Observed)] == (["split"] if watched else [])


async def test_what_cannot_be_parsed_is_placed_too() -> None:
    with pytest.raises(SourceError, match=r"[Ss]yntax") as caught:
        await _stream("Check 0.\nCheck 1.\nCheck (fun.\nCheck 2.\n")
    assert caught.value.line == 3
