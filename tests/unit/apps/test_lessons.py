"""What clients reported, in a file that several servers share."""

import json
import multiprocessing
from pathlib import Path

import pytest

from holdfast.apps.lessons import Lesson, Lessons
from holdfast.core.errors import StorageError

GOAL = "n : nat\n============================\nn = n"
EACH = 100


def _steps(lessons: Lessons) -> list[str]:
    return [each.step for each in lessons.accepted("rocq")]


def test_what_was_accepted_is_there_again_and_other_languages_are_kept_apart(tmp_path: Path) -> None:
    with Lessons(tmp_path / "new" / "lessons.jsonl") as lessons:
        lessons.add(Lesson(GOAL, "easy", accepted=True, document="a.v"))
        lessons.add(Lesson(GOAL, "lia", accepted=False))
        lessons.add(Lesson("def f(n)", "return n", accepted=True, document="a.py", language="python"))
        assert _steps(lessons) == ["easy"]
    with Lessons(tmp_path / "new" / "lessons.jsonl") as lessons:
        assert _steps(lessons) == ["easy"]
        assert [each.step for each in lessons.accepted("python")] == ["return n"]
        assert lessons.news() == []


def test_each_of_two_servers_hears_what_the_other_was_told_once(tmp_path: Path) -> None:
    path = tmp_path / "lessons.jsonl"
    with Lessons(path) as one, Lessons(path) as other:
        one.add(Lesson(GOAL, "first", accepted=True))
        other.add(Lesson(GOAL, "second", accepted=True))
        one.add(Lesson(GOAL, "third", accepted=True))
        assert [each.step for each in other.news()] == ["first", "third"]
        assert [each.step for each in one.news()] == ["second"]
        assert one.news() == other.news() == []
        assert sorted(_steps(one)) == sorted(_steps(other)) == ["first", "second", "third"]


def _add_many(path: Path, name: str) -> None:
    with Lessons(path) as lessons:
        for number in range(EACH):
            lessons.add(Lesson(GOAL, f"{name} {number} " + "x" * 3000, accepted=True))


def test_processes_that_write_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lessons.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_add_many, args=(path, name)) for name in ("a", "b", "c")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    steps = [json.loads(line)["step"].split()[:2] for line in path.read_text("utf-8").splitlines()]
    assert sorted(steps) == sorted([name, str(number)] for name in "abc" for number in range(EACH))
    for name in "abc":
        assert [number for who, number in steps if who == name] == list(map(str, range(EACH)))


def test_half_a_line_never_counted_and_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lessons.jsonl"
    with Lessons(path) as lessons:
        lessons.add(Lesson(GOAL, "easy", accepted=True))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"version":1,"goal":"cut o')
    with Lessons(path) as lessons:
        lessons.add(Lesson(GOAL, "lia", accepted=True))
        assert _steps(lessons) == ["easy", "lia"]
    with Lessons(path) as lessons:
        assert _steps(lessons) == ["easy", "lia"]
    for damage in ("no JSON\n", "[]\n"):
        other = tmp_path / "damaged"
        other.write_text(damage, encoding="utf-8")
        with pytest.raises(StorageError, match="damaged"):
            Lessons(other)
