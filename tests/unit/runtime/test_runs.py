"""Run directories: resumed under the same configuration only, and nothing lost."""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from holdfast.core.errors import StorageError, UserError
from holdfast.core.events import Note, TaskStarted
from holdfast.core.identity import CheckerIdentity
from holdfast.runtime.runs import open_run, publish

COQ = CheckerIdentity("coq", "8.16.1", "abc")


class Search(BaseModel):
    nodes: int = 100


class Config(BaseModel):
    files: tuple[Path, ...] = (Path("a.v"),)
    budget_s: float = 10.0
    search: Search = Search()
    jobs: int = Field(default=1, exclude=True)


def test_results_are_stamped_and_found_again(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "run"
    with open_run(directory, Config(), command="prove", checker=COQ) as run:
        assert run.found == ()
        run.append({"name": "add_comm", "status": "proved"})
        digest = run.digest
    with open_run(directory, Config(jobs=2), command="prove", checker=COQ) as run:
        (record,) = run.found
        run.append({"name": "mul_comm"})
    assert record == {
        "name": "add_comm",
        "status": "proved",
        "version": 1,
        "digest": digest,
        "checker": {"tool": "coq", "version": "8.16.1", "libraries": "abc"},
    }
    lines = (directory / "results.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["add_comm", "mul_comm"]


def test_a_record_cannot_hide_the_stamp(tmp_path: Path) -> None:
    with open_run(tmp_path, Config(), command="prove") as run, pytest.raises(ValueError, match="digest"):
        run.append({"digest": "mine"})


@pytest.mark.parametrize(
    ("config", "command", "checker", "words"),
    [
        (Config(budget_s=20), "prove", COQ, ["budget_s was 10.0, now 20.0"]),
        (Config(search=Search(nodes=7)), "prove", COQ, ["search.nodes was 100, now 7"]),
        (Config(files=(Path("b.v"),)), "prove", COQ, ['files was ["a.v"], now ["b.v"]']),
        (Config(), "learn", COQ, ['command was "prove", now "learn"']),
        (
            Config(),
            "prove",
            CheckerIdentity("coq", "9.0", "abc"),
            ['checker.version was "8.16.1", now "9.0"'],
        ),
        (Config(), "prove", None, ["checker was unset, now null", 'checker.tool was "coq", now unset']),
    ],
)
def test_another_configuration_is_refused_and_named(
    tmp_path: Path, config: Config, command: str, checker: CheckerIdentity | None, words: list[str]
) -> None:
    with open_run(tmp_path, Config(), command="prove", checker=COQ) as run:
        run.append({"name": "add_comm"})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with (
        pytest.raises(UserError) as caught,
        open_run(tmp_path, config, command=command, checker=checker),
    ):
        pass
    for part in words:
        assert part in str(caught.value)
    before.pop("lock")
    for name, content in before.items():
        assert (tmp_path / name).read_bytes() == content


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with (
        open_run(tmp_path, Config(), command="prove"),
        pytest.raises(UserError, match=r"written by process \d+"),
        open_run(tmp_path, Config(), command="prove"),
    ):
        pass
    with open_run(tmp_path, Config(), command="prove"):
        pass


def test_a_foreign_directory_stays_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.v").write_text("Qed.", encoding="utf-8")
    with pytest.raises(UserError, match="not a run directory"), open_run(tmp_path, Config(), command="prove"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.v"]


def test_a_file_in_the_way_is_the_users(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(UserError, match="run directory"), open_run(path, Config(), command="prove"):
            pass


def test_a_damaged_config_is_not_taken_for_another(tmp_path: Path) -> None:
    with open_run(tmp_path, Config(), command="prove"):
        pass
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(StorageError, match=r"config\.json"), open_run(tmp_path, Config(), command="prove"):
        pass


WRITER = """
import itertools, sys
from pathlib import Path
from pydantic import BaseModel
from holdfast.runtime.runs import open_run
class Config(BaseModel):
    name: str = "x"
with open_run(Path(sys.argv[1]), Config(), command="test") as run:
    for n in itertools.count(len(run.found)):
        run.append({"n": n, "padding": "y" * 300})
        print(n, flush=True)
"""


def test_what_was_reported_survives_kill_and_nothing_is_repeated(tmp_path: Path) -> None:
    reported = -1
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            for _line in range(20):
                reported = int(child.stdout.readline())
            child.send_signal(signal.SIGKILL)
            rest = child.stdout.read().splitlines()
            # The last line may have been cut by the kill; the one before it was whole.
            with suppress(IndexError):
                reported = int(rest[-2])
    content = (tmp_path / "results.jsonl").read_bytes()
    numbers = [json.loads(line)["n"] for line in content[: content.rfind(b"\n") + 1].splitlines()]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > reported >= 59


def test_a_shard_without_its_marker_is_not_there(tmp_path: Path) -> None:
    with open_run(tmp_path, Config(), command="prove") as run:
        run.publish("0001.bin", b"\x00\xff")
        (tmp_path / "shards" / "0002.bin").write_bytes(b"half")
        (tmp_path / "done" / ".0002.bin.77.part").touch()
        assert run.published() == {"0001.bin"}
        assert run.read("0001.bin") == b"\x00\xff"
        with pytest.raises(KeyError):
            run.read("0002.bin")
    with open_run(tmp_path, Config(), command="prove") as run:
        assert run.published() == {"0001.bin"}
        assert [path.name for path in (tmp_path / "done").iterdir()] == ["0001.bin"]


@pytest.mark.parametrize("name", ["", ".", "..", "../config.json", "a/b", ".hidden", "a\n", "ä", "x" * 201])
def test_a_shard_name_stays_inside(tmp_path: Path, name: str) -> None:
    with (
        open_run(tmp_path, Config(), command="prove") as run,
        pytest.raises(ValueError, match="name for a shard"),
    ):
        run.publish(name, b"")


def test_events_are_kept_with_kind_and_time(tmp_path: Path) -> None:
    with open_run(tmp_path, Config(), command="prove") as run:
        run.events.emit(TaskStarted("sum_app", 10, "nodes"))
        run.events.emit(Note("text"))
    first, second = (json.loads(line) for line in (tmp_path / "events.jsonl").read_bytes().splitlines())
    assert first.pop("time_s") > 1.6e9
    assert first == {"version": 1, "kind": "TaskStarted", "task": "sum_app", "total": 10, "unit": "nodes"}
    assert second["kind"] == "Note"


def test_publish_keeps_mode_and_link(tmp_path: Path) -> None:
    target = tmp_path / "real.v"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.v"
    link.symlink_to(target)
    publish(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.v", "real.v"]


def test_publish_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no/such"):
        publish(tmp_path / "no" / "such" / "file", b"")
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    with pytest.raises(StorageError, match="folder"):
        publish(tmp_path / "folder", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
