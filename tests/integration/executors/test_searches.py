"""Searches on several workers, one of which is killed: nothing is lost, nothing counts twice."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.rocq_here import seed

from holdfast.apps.executors import ExecutorKind, open_executor
from holdfast.apps.prover import ProverConfig, make_prover
from holdfast.core.seams import MakeWorker, Work
from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.search_all import Recorded, SearchTask, search_all
from holdfast.pipelines.theorems import read_theorems_list
from holdfast.pipelines.trajectory_store import open_store, read_rows, read_theorems

pytestmark = [pytest.mark.rocq, pytest.mark.slow]

_TEXT = """\
Lemma true_{0} : True.
Admitted.
Lemma zero_{0} : {0} + 0 = {0}.
Admitted.
Lemma never_{0} : {0} = S {0}.
Admitted.
"""
_FILES = 3


def _die_once(died: Path) -> None:
    if not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)


@asynccontextmanager
async def killed_once(
    make: MakeWorker[SearchTask, Recorded], died: Path
) -> AsyncIterator[Work[SearchTask, Recorded]]:
    """A prover that is killed after some steps, unless one was killed before."""
    async with make() as search:

        async def work(task: SearchTask) -> AsyncIterator[Recorded]:
            told = 0
            async for item in search(task):
                yield item
                told += 1
                if told == 5:
                    _die_once(died)

        yield work


@pytest.mark.parametrize("kind", list(ExecutorKind))
def test_a_killed_worker_loses_no_theorem_and_counts_none_twice(kind: ExecutorKind, tmp_path: Path) -> None:
    if kind is ExecutorKind.RAY:
        pytest.importorskip("ray")
    lists, store = tmp_path / "lists", tmp_path / "store.parquet"
    lists.mkdir()
    for number in range(_FILES):
        (lists / f"file_{number}.v").write_text(_TEXT.format(number), encoding="utf-8")
    make = make_prover(ProverConfig(nodes=30, learn_s=0), digest="", cache=Path(seed(tmp_path / "cache")))
    records: list[TheoremRecord] = []
    with open_executor(kind, jobs=2) as executor, open_store(store, {}) as writer:
        searching = search_all(
            read_theorems_list(lists),
            executor=executor,
            make_worker=partial(killed_once, make, tmp_path / "died"),
            writer=writer,
            report=records.append,
        )
        asyncio.run(searching)
    assert (tmp_path / "died").exists(), "no worker was killed"
    wanted = {f"{word}_{number}" for word in ("true", "zero", "never") for number in range(_FILES)}
    assert Counter(record.theorem for record in records) == Counter(wanted)
    assert {record.theorem for record in records if record.status == "proved"} == {
        name for name in wanted if not name.startswith("never")
    }
    assert sorted(record.theorem for record in read_theorems([store])) == sorted(wanted)
    rows = read_rows([store], ["search", "state_id"]).to_pylist()
    assert max(Counter((row["search"], row["state_id"]) for row in rows).values()) == 1
