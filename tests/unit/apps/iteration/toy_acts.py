"""An iteration without a prover: every act leaves a line in a file, and one may be killed in the middle."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel

from holdfast.apps.iteration.gates import Gates
from holdfast.apps.iteration.loop import Story, iterate
from holdfast.apps.iteration.records import Evaluated, Gathered, Knowledge, Searched, Trained
from holdfast.apps.iteration.stages import Stages
from holdfast.runtime.runs import open_run
from holdfast.runtime.sinks import NullSink


class ToyActs:
    """Knows one theorem more in each iteration, in which nothing goes wrong unless it is told so."""

    def __init__(
        self,
        log: Path,
        *,
        kill: str = "",
        solved: Sequence[int] = (10, 12, 14),
        proved: Sequence[int] = (9, 9),
        broken: int = 0,
    ) -> None:
        self._log = log
        self._kill = kill
        self._solved = solved
        self._proved = proved
        self._broken = broken

    def _note(self, folder: Path, word: str = "") -> int:
        if folder.name == self._kill:
            (folder / "begun").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        with self._log.open("a", encoding="utf-8") as stream:
            stream.write(f"{folder.name} {word}".strip() + "\n")
        return int(folder.name[:2])

    async def search(self, folder: Path, knowledge: Knowledge, before: Sequence[Path]) -> Searched:
        told = "" if knowledge.pairs is None else f"{knowledge.pairs.parent.name} "
        at = self._note(folder, f"{told}after {len(before)}")
        proved = self._proved[at - 1]
        store = folder / "trajectories.parquet"
        return Searched(
            store=store,
            asked=20,
            proved=proved,
            not_found=20 - proved - self._broken,
            undecided=0,
            errors=self._broken,
            cpu_s=1.0,
        )

    async def gather(self, folder: Path, stores: Sequence[Path]) -> Gathered:
        self._note(folder, str(len(stores)))
        pairs = folder / "pairs.jsonl"
        return Gathered(pairs=pairs, theorems=len(stores), steps=30 * len(stores), refused={})

    async def train(self, folder: Path, gathered: Gathered, stores: Sequence[Path]) -> Trained:
        self._note(folder)
        return Trained(knowledge=Knowledge(pairs=gathered.pairs, value=folder))

    async def evaluate(self, folder: Path, knowledge: Knowledge) -> Evaluated:
        at = self._note(folder, "" if knowledge.pairs is None else knowledge.pairs.parent.name)
        return Evaluated(
            file=folder / "eval.json",
            solved=self._solved[at],
            total=100,
            low=0.0,
            high=1.0,
            errors=0,
            cpu_s=2.0,
        )

    def p_value(self, baseline: Evaluated, experiment: Evaluated) -> float:
        return 0.5


class ToyConfig(BaseModel):
    """Nothing to configure."""


def _tell_nobody(story: Story) -> None:
    del story


def run(
    home: Path,
    acts: ToyActs,
    gates: Gates | None = None,
    *,
    count: int = 2,
    report: Callable[[Story], None] = _tell_nobody,
) -> Story:
    with open_run(home, ToyConfig(), command="toy") as opened:
        stages = Stages(opened, NullSink())
        work = iterate(stages, acts, gates or Gates(), count=count, start=Knowledge(), report=report)
        return asyncio.run(work)


if __name__ == "__main__":
    run(Path(sys.argv[1]), ToyActs(Path(sys.argv[2]), kill=sys.argv[3]))
