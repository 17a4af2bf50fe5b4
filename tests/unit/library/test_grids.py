"""Pictures of squares: shapes against single squares, sizes that change, and files in the manner of LARC."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.library.grids.adapter import Grids
from holdfast.library.grids.foundation.colorgrid import DIRECTIONS, Grid, Shape, Tile, pattern
from holdfast.library.grids.foundation.colorgrid.geometry import VECTORS

GRIDS = Grids()
places = st.tuples(st.integers(1, 9), st.integers(1, 9))
tiles = places.map(lambda place: Tile(*place))
shapes = st.sets(tiles, max_size=10).map(Shape)
turns = st.integers(-5, 5)


@given(shapes, shapes, tiles)
def test_shapes_are_sets(one: Shape, other: Shape, tile: Tile) -> None:
    ours, theirs = set(one), set(other)
    assert set(one | other) == ours | theirs
    assert set(one & other) == ours & theirs
    assert set(one - other) == ours - theirs
    assert set(one ^ other) == ours ^ theirs
    assert (tile in one) == (tile in ours)
    assert list(one) == sorted(ours)
    assert set(one.neighbors()) == {beside for tile in one for beside in tile.neighbors()} - ours
    assert sum(map(len, one.components())) == len(one)


@given(shapes, tiles, turns)
def test_turning_comes_round_and_keeps_distances(shape: Shape, center: Tile, quarters: int) -> None:
    turned = shape.rotate(center, quarters)
    assert turned.rotate(center, -quarters) == shape
    assert sorted(tile.distance(center) for tile in turned) == sorted(tile.distance(center) for tile in shape)
    assert shape.reflect(center).reflect(center) == shape
    assert shape.reflect(center, across=True) == shape.reflect(center).rotate(center, 2)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=5))
def test_patterns_turn_as_the_lattice_does(ways: list[tuple[int, int]]) -> None:
    lattice, anchor = GRIDS.lattice, Tile(20, 20)
    for at, ((a, b), (c, d)) in enumerate(lattice.turns):
        expected = Shape(anchor.shift(a * x + b * y, c * x + d * y) for x, y in ways)
        assert pattern(anchor, ways, lattice.names[at % 4], mirrored=at >= 4) == expected


def test_painting_leaves_out_what_cannot_be_seen() -> None:
    with Grid([[0, 0], [0, 0]]) as grid:
        Shape(Tile(1, 1), Tile(1, 1).neighbor("up"), Tile(3, 1)).draw("red")
        assert Tile(-1, -1) == Tile(2, 2)
        assert Tile(0, 1).color == "black"
        grid.resize(3, 1)
        assert Shape.of_color("red") == Shape(Tile(1, 1))
    assert grid.rows == [[2], [0], [0]]
    for rows in ([], [[]], [[0], [0, 0]], [[0] * 31], [[10]]):
        with pytest.raises(ValueError, match=r"picture|color"):
            Grid(rows)


def test_inside_is_what_a_shape_encloses() -> None:
    frame = Shape(Tile(1, 1), Tile(4, 5)).box() - Shape(Tile(2, 2), Tile(3, 4)).box()
    assert len(frame) == 14
    assert frame.inside() == Shape(Tile(2, 2), Tile(3, 4)).box()
    assert (frame - Tile(1, 3)).inside() == Shape()
    assert Shape().inside() == Shape()


def test_directions_are_those_of_rows_and_columns() -> None:
    found = [(Tile(5, 5).neighbor(name).row - 5, Tile(5, 5).neighbor(name).column - 5) for name in DIRECTIONS]
    assert found == [(-1, 0), (0, 1), (1, 0), (0, -1)]
    assert [GRIDS.lattice.place(VECTORS[name]) for name in ("right", "down")] == [(1, 2), (2, 1)]


def test_changes_of_size_are_changes() -> None:
    small, large = [[1]], [[1, 0]]
    assert not GRIDS.same(small, large)
    assert GRIDS.parts(small) == GRIDS.parts(large)
    assert GRIDS.changes(small, large) == {(1, 2, 0)}
    assert GRIDS.changes(large, small) == {(1, 2, None)}


def test_a_task_is_its_test_pair_with_what_people_said(tmp_path: Path) -> None:
    pair = {"input": [[0, 1]], "output": [[1, 1]]}
    good = {
        "task": "a",
        "train": [pair],
        "test": [pair],
        "description": {"see": "a dot", "grid": "", "do": "spread it"},
        "program": ["Shape.whole().draw('blue')"],
    }
    bad = [
        {**good, "task": "b", "test": {"input": [[0, 1], [0]], "output": [[1]]}},
        {**good, "task": "c", "description": {}},
        {**good, "task": "d", "train": [{"input": [[0]]}]},
        {**good, "task": "e", "tags": ["x"]},
        {**good, "task": "f", "program": "x"},
        {**good, "task": "g", "train": 3},
    ]
    path = tmp_path / "tasks.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in [good, *bad]), encoding="utf-8")
    loaded = GRIDS.load(path)
    (task,) = loaded.tasks
    assert (task.start, task.steps[0].state) == ([[0, 1]], [[1, 1]])
    assert task.steps[0].instruction == "a dot\nspread it"
    assert json.loads(task.tags["examples"]) == [pair]
    assert [each.line for each in loaded.defects] == [2, 3, 4, 5, 6, 7]
