"""The board against the table of neighbours that people draw by, and its algebra against single cells."""

import re
import struct
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.library.boards.foundation.hexboard import (
    COLUMNS,
    DIRECTIONS,
    ROWS,
    Game,
    Shape,
    Tile,
    disk,
    ray,
    ring,
)
from holdfast.library.boards.foundation.hexboard import line as straight
from holdfast.library.boards.foundation.hexboard.geometry import (
    VECTORS,
    distance,
    place_of,
    reflected,
    ring_vectors,
    turned,
    vector_of,
)
from holdfast.library.boards.lattice import HexLattice

PLACES = [(row, column) for row in range(1, ROWS + 1) for column in range(1, COLUMNS + 1)]
tiles = st.sampled_from(PLACES).map(lambda place: Tile(*place))
shapes = st.sets(tiles, max_size=12).map(Shape)
directions = st.sampled_from(DIRECTIONS)
ways = st.tuples(st.integers(-20, 20), st.integers(-20, 20))
steps = st.integers(-7, 7)

BESIDE = {
    1: {"up_right": (-1, 1), "down_right": (0, 1), "up_left": (-1, -1), "down_left": (0, -1)},
    0: {"up_right": (0, 1), "down_right": (1, 1), "up_left": (0, -1), "down_left": (1, -1)},
}
"""Rows and columns to go, in odd and even columns."""


def test_neighbors_are_those_of_the_table() -> None:
    for row, column in PLACES:
        table = {"up": (-1, 0), "down": (1, 0)} | BESIDE[column % 2]
        for direction, (down, right) in table.items():
            found = Tile(row, column).neighbor(direction)
            assert (found.row, found.column) == (row + down, column + right)
            assert found.is_on_board == ((row + down, column + right) in PLACES)


def test_every_place_goes_to_the_lattice_and_back() -> None:
    beyond = [(row, column) for row in range(-3, 14) for column in range(-3, 22)]
    assert all(place_of(vector_of(place)) == place for place in beyond)
    assert len({vector_of(place) for place in beyond}) == len(beyond)


def test_rings_have_six_cells_a_radius() -> None:
    for radius in range(1, 8):
        cells = ring_vectors(radius)
        assert len(set(cells)) == len(cells) == 6 * radius
        assert all(distance((0, 0), cell) == radius for cell in cells)
    assert len(disk(Tile(5, 9), 2)) == 1 + 6 + 12


@given(tiles, tiles)
def test_distance_is_the_number_of_steps(start: Tile, end: Tile) -> None:
    front, count = Shape(start), 0
    while end not in front:
        front, count = front | front.neighbors(), count + 1
    assert start.distance(end) == count


@given(ways, steps, directions)
def test_turns_and_mirrors_keep_distances_and_come_round(
    way: tuple[int, int], sixths: int, axis: str
) -> None:
    assert distance((0, 0), turned(way, sixths)) == distance((0, 0), way)
    assert turned(turned(way, sixths), -sixths) == way
    assert turned(way, 3) == (-way[0], -way[1])
    assert reflected(reflected(way, axis), axis) == way
    assert reflected(VECTORS[axis], axis) == VECTORS[axis]


def test_the_lattice_has_all_twelve_symmetries() -> None:
    lattice = HexLattice()
    assert len(set(lattice.turns)) == 12
    assert lattice.turns[0] == ((1, 0), (0, 1))
    around = set(lattice.directions)
    for (a, b), (c, d) in lattice.turns:
        assert {(a * q + b * p, c * q + d * p) for q, p in around} == around
    for one, other in zip(lattice.directions, (*lattice.directions[1:], lattice.directions[0]), strict=True):
        assert turned(one, 1) == other


@given(shapes, ways)
def test_moving_a_shape_moves_its_tiles_and_drops_what_leaves(shape: Shape, way: tuple[int, int]) -> None:
    assert shape.shift(*way) == Shape(tile.shift(*way) for tile in shape)
    assert len(shape.shift(*way)) == sum(tile.shift(*way).is_on_board for tile in shape)


@given(shapes, shapes, tiles)
def test_shapes_are_sets(one: Shape, other: Shape, tile: Tile) -> None:
    ours, theirs = set(one), set(other)
    assert set(one | other) == ours | theirs
    assert set(one & other) == ours & theirs
    assert set(one - other) == ours - theirs
    assert set(one ^ other) == ours ^ theirs
    assert (tile in one) == (tile in ours)
    assert (one <= other) == (ours <= theirs)
    assert list(one) == sorted(ours)
    assert len(one) == len(ours)
    assert (one == other) == (ours == theirs)
    assert set(one.neighbors()) == {cell for tile in one for cell in tile.neighbors()} - ours


@given(shapes, tiles, steps, directions)
def test_turning_a_shape_turns_each_tile(shape: Shape, center: Tile, sixths: int, axis: str) -> None:
    turned_tiles = shape.rotate(center, sixths)
    assert all(tile.distance(center) in {each.distance(center) for each in shape} for tile in turned_tiles)
    near = shape & disk(center, 1)
    if len(disk(center, 1)) == 7:  # nothing leaves the board
        assert near.rotate(center, sixths).rotate(center, -sixths) == near
        assert near.reflect(center, axis).reflect(center, axis) == near
        assert near.reflect(center, axis, across=True) == near.reflect(center, axis).rotate(center, 3)


@settings(max_examples=20)
@given(st.tuples(st.integers(1, 60), st.integers(1, 60)), st.integers(0, 70), directions)
def test_what_begins_beyond_the_board_may_come_in(place: tuple[int, int], size: int, direction: str) -> None:
    begin, whole = Tile(*place), list(Shape.WHOLE)
    assert ring(begin, size) == Shape(tile for tile in whole if tile.distance(begin) == size)
    assert disk(begin, size) == Shape(tile for tile in whole if tile.distance(begin) <= size)
    straight_on = Shape(begin.move(direction, step) for step in range(100))
    assert ray(begin, direction) == straight_on
    assert ray(begin, direction, size) == straight_on & disk(begin, size) - ring(begin, size)


def test_the_rim_clips_and_nothing_comes_round() -> None:
    with Game() as game:
        Tile(1, 1).neighbor("up").draw("red")
        Tile(12, 3).draw("red")
        ring(Tile(1, 5), 2).draw("blue")
    assert game.board_state.count(4) == 0
    assert game.board_state.count(5) == len(ring(Tile(1, 5), 2)) == sum(1 for _ in ring(Tile(1, 5), 2))
    assert Shape(Tile(1, 1)).translate("up").translate("down") == Shape()
    assert [Tile(-1, -1), Tile(-10, -18)] == [Tile(10, 18), Tile(1, 1)]
    assert not Tile(-11, 1).is_on_board


@given(tiles, tiles)
def test_lines_are_straight_or_refused(start: Tile, end: Tile) -> None:
    try:
        cells = straight(start, end)
    except ValueError:
        assert start.direction_to(end) is None
        return
    assert len(cells) == start.distance(end) + 1
    assert {start, end} <= set(cells)


def test_inside_is_what_cannot_be_reached_from_the_rim() -> None:
    frame = ring(Tile(5, 9), 2)
    assert frame.inside() == disk(Tile(5, 9), 1)
    assert (frame - Tile(3, 9)).inside() == Shape()
    assert frame.fill() == disk(Tile(5, 9), 2)
    assert disk(Tile(5, 9), 2).edge() == frame
    assert [len(part) for part in (frame | Tile(1, 1)).components()] == [1, 12]


def test_pictures_show_each_cell_in_its_place() -> None:
    with Game() as game:
        for tile in Shape.WHOLE:
            tile.draw((tile.row * 5 + tile.column * 3 + 1) % 8)
    shown = game.png()
    assert shown[12:16] == b"IHDR"
    width, height = struct.unpack(">II", shown[16:24])
    at = shown.index(b"IDAT")
    (length,) = struct.unpack(">I", shown[at - 4 : at])
    lines = zlib.decompress(shown[at + 4 : at + 4 + length])
    assert len(lines) == height * (width + 1)
    outlines = re.findall(r'd="M([^"]+)Z" fill="(#[0-9a-f]{6})"', game.plot())
    colors: dict[str, set[int]] = {}
    for (outline, fill), color in zip(outlines, game.board_state, strict=True):
        corners = [tuple(map(float, corner.split(","))) for corner in outline.split("L")]
        x, y = (sum(corner[axis] for corner in corners) / 6 for axis in (0, 1))
        assert lines[int(y) * (width + 1) + 1 + int(x)] == color
        colors.setdefault(fill, set()).add(color)
    assert sorted(colors.values(), key=min) == [{color} for color in range(8)]
    assert lines[1] == 0  # beyond the board


def test_a_game_remembers_its_board_after_it_ended() -> None:
    with Game() as game:
        Shape(Tile(1, 1), Tile(1, 2)).draw("red")
        game.end_step()
        Shape.of_color("red").recolor({"red": "blue"})
        with Game() as other:
            Tile(1, 1).draw("green")
        assert Tile(1, 1).color == "blue"
    assert other.board_state[:2] == [3, 0]
    assert game.board_state[:2] == [5, 5]
    assert game.steps[0][:2] == [4, 4]
    assert Game(game.board_state).board_state == game.board_state
