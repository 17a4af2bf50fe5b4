"""What becomes of lists of theorems when workers do well, die, or give up."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.core.test_labels import SPLIT

from holdfast.core.assignments import Assigned, Failed, Finished, Item, Outcome
from holdfast.core.documents import Source
from holdfast.core.errors import InfrastructureError
from holdfast.core.seams import MakeWorker
from holdfast.core.trajectories import SearchOrigin, TheoremRecord
from holdfast.pipelines.search_all import SearchTask, remaining, search_all, search_name
from holdfast.pipelines.theorems import Theorem
from holdfast.pipelines.trajectory_store import open_store, read_rows, read_theorems

pytestmark = pytest.mark.asyncio

THEOREMS = [
    Theorem(f"t{number}", f"statement {number}", Source("f.v", "text"), Path("f.v"), "rocq")
    for number in range(10)
]


class Script:
    """An executor whose workers do what is written: for each task, outcomes without their key."""

    def __init__(self, *acts: Sequence[Any]) -> None:
        self.acts = list(acts)
        self.tasks: list[SearchTask] = []

    async def map(
        self, make_worker: MakeWorker[Any, Any], tasks: Iterable[Assigned[Any]]
    ) -> AsyncGenerator[Outcome[Any], None]:
        for act, assigned in zip(self.acts, tasks, strict=False):
            self.tasks.append(assigned.task)
            for outcome in act:
                yield replace(outcome, key=assigned.key)


def tried(name: str, attempt: int = 1, *, again: int = 1, rows: int = len(SPLIT)) -> list[Item[Any]]:
    """What a worker tells of a search, as far as `rows` rows."""
    search = search_name("f.v", name, again)
    origin = SearchOrigin(search=search, theorem_name=name, file="f.v", language="rocq", attempt=again)
    told = [origin, *(replace(row, search=search) for row in SPLIT[:rows])]
    return [Item("", value, attempt) for value in told]


def ended(name: str, attempt: int = 1, *, again: int = 1, file: str = "f.v") -> Item[Any]:
    search = search_name(file, name, again)
    record = TheoremRecord(
        search=search, theorem=name, file=file, language="rocq", status="not_found", attempt=again
    )
    return Item("", record, attempt)


async def searched(store: Path, script: Script, theorems: Sequence[Theorem]) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    with open_store(store, {}, resume=True) as writer:
        await search_all(
            remaining(theorems, writer),
            executor=script,
            make_worker=lambda: pytest.fail("the script has no workers"),
            writer=writer,
            report=lambda record: told.append((record.theorem, record.status)),
        )
    return told


async def test_a_task_that_another_worker_began_counts_once(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    first = [*tried("t0", 1), *tried("t1", 1, rows=4), ended("t0", 1)]
    second = [*tried("t0", 2), *tried("t1", 2), ended("t0", 2), ended("t1", 2), Finished("", 2, "w")]
    told = await searched(store, Script([*first, *second]), THEOREMS[:2])
    assert told == [("t0", "not_found"), ("t1", "not_found")]
    rows = read_rows([store], ["theorem_name", "state_id"]).to_pylist()
    assert sorted((row["theorem_name"], row["state_id"]) for row in rows) == [
        (name, row.state_id) for name in ("t0", "t1") for row in SPLIT
    ]
    assert len(read_theorems([store])) == 2


async def test_what_was_given_up_is_listed_and_tried_again(tmp_path: Path) -> None:
    store = tmp_path / "t.parquet"
    broken = [*tried("t0", rows=3), ended("t0"), Failed("", 3, "died", "three workers died")]
    told = await searched(store, Script(broken), THEOREMS[:1])
    assert told == [("t0", "error")]
    (record,) = read_theorems([store])
    assert (record.reason, record.attempt) == ("three workers died", 1)

    script = Script([*tried("t0", again=2), ended("t0", again=2), Finished("", 1, "w")])
    assert await searched(store, script, THEOREMS[:1]) == [("t0", "not_found")]
    assert script.tasks[0].attempts == (2,)
    assert set(read_rows([store])["attempt"].to_pylist()) == {2}
    assert await searched(store, Script(), THEOREMS[:1]) == []


async def test_large_sources_are_searched_in_pieces_and_silence_is_an_error(tmp_path: Path) -> None:
    script = Script(
        [ended(f"t{number}") for number in range(8)] + [Finished("", 1, "w")], [Finished("", 1, "w")]
    )
    told = await searched(tmp_path / "t.parquet", script, THEOREMS)
    assert [len(task.source.names) for task in script.tasks] == [8, 2]
    assert [status for _, status in told] == ["not_found"] * 8 + ["error"] * 2


async def test_a_cause_that_stops_one_task_after_the_other_stops_the_search(tmp_path: Path) -> None:
    one_each = [replace(theorem, source=Source(f"{theorem.name}.v", "")) for theorem in THEOREMS]
    dead = [Failed("", 1, "infrastructure", "nobody answers")]
    well = [ended("t2", file="t2.v"), Finished("", 1, "w")]
    store = tmp_path / "t.parquet"
    with pytest.raises(InfrastructureError, match="5 tasks in a row could not be searched: nobody answers"):
        await searched(store, Script(dead, dead, well, *[dead] * 7), one_each)
    statuses = [record.status for record in read_theorems([store])]
    assert statuses == ["error", "error", "not_found", *["error"] * 5]
