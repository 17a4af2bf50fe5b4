"""Files of drawings: what is known of the data, and what becomes of lines that cannot be used."""

import json
from pathlib import Path

import pytest

from holdfast.core.errors import UserError
from holdfast.library.boards.adapter import Boards
from holdfast.library.reading import in_both

BOARDS = Boards()
WHITE = [0] * 180
RED = [4] + [0] * 179


def drawing(index: int = 1, **changes: object) -> dict[str, object]:
    line: dict[str, object] = {
        "index": index,
        "image_id": "P01",
        "category": "simple",
        "number_of_drawing_steps": 1,
        "agreement_tags": ["A"],
        "agreement_scores": [[1.0, 1.0, 1.0]],
        "drawing_procedure": [[0, "NONE", WHITE], [1, "paint the corner", RED]],
    }
    return line | changes


def written(folder: Path, *lines: object) -> Path:
    path = folder / "tasks.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_the_data_is_as_it_is_known_to_be(hexagons: Path) -> None:
    loaded = {name: BOARDS.load(hexagons / f"{name}.jsonl") for name in ("train", "dev", "test")}
    assert [len(each.tasks) for each in loaded.values()] == [496, 62, 62]
    assert [sum(len(task.steps) for task in each.tasks) for each in loaded.values()] == [3278, 446, 453]
    assert [(each.line, each.key, each.fatal) for each in loaded["train"].defects] == [
        (494, "617", False),
        (495, "618", False),
        (496, "619", False),
    ]
    assert not loaded["dev"].defects
    assert not loaded["test"].defects
    groups = [{task.group for task in each.tasks} for each in loaded.values()]
    assert [len(group) for group in groups] == [140, 20, 20]
    assert len(set().union(*groups)) == 180  # no picture is in two files


def test_broken_lines_are_told_and_the_rest_is_used(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        drawing(1),
        "{nonsense",
        "",
        "[1, 2]",
        drawing(1),
        drawing(2, drawing_procedure=[[0, "NONE", WHITE], [1, "short", [0] * 179]]),
        drawing(3, drawing_procedure=[[0, "NONE", WHITE], [1, "no color", [8] + [0] * 179]]),
        drawing(4, drawing_procedure=[[0, "NONE", WHITE], [1, "a truth", [True] + [0] * 179]]),
        drawing(5, drawing_procedure=[[0, "NONE", WHITE], [2, "out of order", RED]]),
        drawing(6, drawing_procedure=[[0, "NONE", RED], [1, "begins red", RED]]),
        {name: value for name, value in drawing(7).items() if name != "index"},
        "[" * 100_000,
        drawing(8, agreement_tags="NONE", number_of_drawing_steps=2),
        {"task_id": "hex_1", "steps": [{"instruction": "paint", "output_state": RED}]},
    )
    loaded = BOARDS.load(path)
    assert [task.key for task in loaded.tasks] == ["1", "8", "hex_1"]
    assert [each.line for each in loaded.defects if each.fatal] == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert [(each.line, each.key) for each in loaded.defects if not each.fatal] == [(13, "8"), (13, "8")]
    assert loaded.tasks[2].start == WHITE
    assert "agreement" not in loaded.tasks[1].tags


def test_tasks_of_both_sets_are_told(hexagons: Path) -> None:
    few, dev, train = (BOARDS.load(hexagons / f"{name}.jsonl") for name in ("4-samples", "dev", "train"))
    assert in_both(few, dev) == tuple(task.key for task in few.tasks)
    assert not in_both(train, dev)


def test_half_characters_are_no_characters(tmp_path: Path) -> None:
    broken = drawing(1, category="\ud83d")
    whole = drawing(2, category="\U0001f33c")
    loaded = BOARDS.load(written(tmp_path, broken, whole))
    assert [task.tags["category"] for task in loaded.tasks] == ["\U0001f33c"]
    assert [each.line for each in loaded.defects] == [1]


@pytest.mark.parametrize("lines", [(), ("nonsense",)])
def test_a_file_without_a_task_is_the_users_mistake(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="gives a task"):
        BOARDS.load(written(tmp_path, *lines))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        BOARDS.load(tmp_path / "absent.jsonl")


def test_plain_tasks_carry_programs_and_tags(tmp_path: Path) -> None:
    steps = [
        {"instruction": "one", "input_state": WHITE, "output_state": RED},
        {"instruction": "two", "input_state": RED, "output_state": WHITE},
    ]
    pieces = ["Tile(1, 1).draw('red')", "Tile(1, 1).draw('white')"]
    good = {"task_id": "t", "group": "g", "steps": steps, "program": pieces, "tags": {"category": "other"}}
    wrong_start = {"task_id": "u", "steps": [steps[0], steps[0]]}
    half = {"task_id": "v", "steps": steps, "program": pieces[:1]}
    loaded = BOARDS.load(written(tmp_path, good, wrong_start, half))
    (task,) = loaded.tasks
    assert (task.group, task.tags["category"]) == ("g", "other")
    assert task.program is not None
    assert task.program.pieces == tuple(pieces)
    assert ["begin where" in each.what or "each of 2" in each.what for each in loaded.defects] == [True, True]
