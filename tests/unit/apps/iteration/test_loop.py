"""The loop does what its gates say, and no stage twice."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.apps.iteration.toy_acts import ToyActs, run

from holdfast.apps.iteration.gates import Gates
from holdfast.core.errors import InfrastructureError, StorageError

_ALL = [
    "00-eval",
    "01-search",
    "01-audit",
    "01-train",
    "01-eval",
    "02-search",
    "02-audit",
    "02-train",
    "02-eval",
]


def _names(log: Path) -> list[str]:
    return [line.split()[0] for line in log.read_text(encoding="utf-8").splitlines()]


def test_what_an_iteration_learned_is_used_in_the_next(tmp_path: Path) -> None:
    story = run(tmp_path / "run", ToyActs(tmp_path / "log"))
    assert (tmp_path / "log").read_text(encoding="utf-8").splitlines() == [
        "00-eval",
        "01-search after 0",
        "01-audit 1",
        "01-train",
        "01-eval 01-audit",
        "02-search 01-audit after 1",
        "02-audit 2",
        "02-train",
        "02-eval 02-audit",
    ]
    assert [each.adopted for each in story.iterations] == [False, True, True]
    assert story.best.solved == 14
    assert not story.stopped


def test_it_is_told_after_each_iteration(tmp_path: Path) -> None:
    told: list[int] = []
    run(tmp_path / "run", ToyActs(tmp_path / "log"), report=lambda story: told.append(len(story.iterations)))
    assert told == [1, 2, 3]


def test_what_makes_it_worse_is_not_used(tmp_path: Path) -> None:
    story = run(tmp_path / "run", ToyActs(tmp_path / "log", solved=(10, 4, 11)))
    assert [each.adopted for each in story.iterations] == [False, False, True]
    assert "02-search after 1" in (tmp_path / "log").read_text(encoding="utf-8"), (
        "searched with what was not adopted"
    )
    assert story.best.solved == 11


def test_small_falls_do_not_add_up(tmp_path: Path) -> None:
    story = run(tmp_path / "run", ToyActs(tmp_path / "log", solved=(20, 15, 14)))
    assert [each.adopted for each in story.iterations] == [False, True, False]


def test_the_loop_stops_where_nothing_new_is_proved(tmp_path: Path) -> None:
    story = run(tmp_path / "run", ToyActs(tmp_path / "log", proved=(9, 0)))
    assert story.stopped == "0 new audited proofs, 1 are needed"
    assert _names(tmp_path / "log")[-1] == "02-search"


def test_too_little_to_learn_from_is_not_learned_from(tmp_path: Path) -> None:
    story = run(tmp_path / "run", ToyActs(tmp_path / "log"), Gates(min_steps=31))
    assert _names(tmp_path / "log") == _ALL[:3]
    assert story.iterations[1].trained is None


@pytest.mark.parametrize("stage", ["00-eval", "01-search", "01-audit", "01-train", "02-eval"])
def test_killed_in_a_stage_it_goes_on_there(stage: str, tmp_path: Path) -> None:
    home, log = tmp_path / "run", tmp_path / "log"
    argv = [sys.executable, "-m", "tests.unit.apps.iteration.toy_acts", str(home), str(log), stage]
    ended = subprocess.run(argv, check=False, cwd=Path(__file__).parents[4])
    assert ended.returncode == -signal.SIGKILL
    assert (_names(log) if log.exists() else []) == _ALL[: _ALL.index(stage)]
    story = run(home, ToyActs(log))
    assert _names(log) == _ALL
    stages = {done.name: done for each in story.iterations for done in each.stages}
    assert [name for name, done in stages.items() if done.found] == _ALL[: _ALL.index(stage)]
    assert {name: done.starts for name, done in stages.items() if done.starts != 1} == {stage: 2}
    assert (home / stage / "begun").exists(), "what a stopped stage left is there when it goes on"


def test_more_iterations_go_on_from_those_that_are_done(tmp_path: Path) -> None:
    run(tmp_path / "run", ToyActs(tmp_path / "log"), count=1)
    run(tmp_path / "run", ToyActs(tmp_path / "log"), count=2)
    assert _names(tmp_path / "log") == _ALL


def test_a_damaged_record_says_how_to_do_the_stage_again(tmp_path: Path) -> None:
    run(tmp_path / "run", ToyActs(tmp_path / "log"), count=1)
    (tmp_path / "run" / "shards" / "01-train").write_text("{}", encoding="utf-8")
    with pytest.raises(StorageError, match=r"remove .*done/01-train"):
        run(tmp_path / "run", ToyActs(tmp_path / "log"))


def test_a_search_that_broke_does_not_count_and_is_done_again(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match="6 of 20 searches broke"):
        run(tmp_path / "run", ToyActs(tmp_path / "log", broken=6))
    story = run(tmp_path / "run", ToyActs(tmp_path / "log", broken=5))
    assert _names(tmp_path / "log") == ["00-eval", "01-search", *_ALL[1:]]
    assert len(story.iterations) == 3
