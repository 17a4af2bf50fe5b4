"""What pays on a few drawings, how it is called, and that its text says what was mined."""

from functools import cache

import pytest
from tests.unit.library.mining.drawings import BONE, bones, task

from holdfast.library.boards.adapter import Boards
from holdfast.library.boards.foundation.hexboard.forms import disk, pattern, ray, ring
from holdfast.library.boards.foundation.hexboard.geometry import DIRECTIONS
from holdfast.library.boards.foundation.hexboard.shapes import Shape, Tile
from holdfast.library.boards.lattice import HexLattice
from holdfast.library.grids.lattice import SquareLattice
from holdfast.library.mining.covering import Coverer, Target
from holdfast.library.mining.emitting import program_of, tile_program
from holdfast.library.mining.families import families
from holdfast.library.mining.jobs import plane_of, read_jobs
from holdfast.library.mining.mining import Mined, mine
from holdfast.library.mining.motifs import motif_form
from holdfast.library.mining.plane import Plane, all_turns, normal
from holdfast.library.mining.recognising import recognise
from holdfast.library.mining.table import Table
from holdfast.library.records import Task, TaskStep

BOARDS = Boards()
BONES = [bones(f"b{at}", 3 + at, [DIRECTIONS[at], DIRECTIONS[(at + 1) % 6], "up"]) for at in range(5)]


@pytest.fixture(scope="module")
def mined() -> Mined:
    """From bones in all directions, and rings that are as many."""
    rings = [
        task(f"r{at}", lambda at=at: ring(Tile(5, 3 + at)), lambda at=at: ring(Tile(5, 7 + at), 2))
        for at in range(12)
    ]
    return mine(HexLattice(), [*BONES, *rings], BOARDS.cost, taken={"ring", "disk"})


def test_bones_in_all_directions_are_one_motif_that_its_instructions_name(mined: Mined) -> None:
    bone = next(each for each in mined.functions if each.form is not None and not each.form.is_family)
    shape = {normal(each.cells) for each in all_turns(HexLattice(), BONE)}
    assert bone.form is not None
    assert {normal(each.cells) for each in bone.form.variants} == shape
    assert (bone.name, bone.groups, bone.times) == ("bone", 5, 15)
    assert {each.kind for each in mined.functions} == {bone.kind, "ring"}


def test_what_is_called_and_what_it_costs_is_what_the_text_says(mined: Mined) -> None:
    names = {each.kind: each.name for each in mined.functions}
    for each in BONES:
        steps = read_jobs(mined.plane, [each])
        program = program_of(each.key, steps, mined.coverer.cover, mined.coverer.table, names)
        costs = [sum(mined.coverer.cover(job.target).cost for job in step.jobs) for step in steps]
        assert [BOARDS.cost(piece) for piece in program.pieces] == costs
        assert all(piece.startswith("bone(") for piece in program.pieces)
        tiles = tile_program(each.key, steps, mined.plane)
        assert [piece.count("\n") + 1 for piece in tiles.pieces] == [5, 5, 5]


def test_functions_are_known_again_by_their_text_until_somebody_changes_them(mined: Mined) -> None:
    sources = {each.name: each.source for each in mined.functions}
    known = recognise(mined.plane, sources, families(HexLattice()))
    assert {name: form.kind for name, form in known.forms.items()} == {
        each.name: each.kind for each in mined.functions
    }
    changed = {name: text.replace("radius: int = 1", "radius: int = 2") for name, text in sources.items()}
    assert set(recognise(mined.plane, changed, families(HexLattice())).forms) == {"bone"}


@pytest.mark.parametrize(
    "ways",
    [
        "[1, 'a']",
        "{}",
        "[]",
        "[(0, 0), (1e999, 0)]",
        "[(0, True)]",
        "[(0, 99999999999999999999)]",
        f"[{'(0, 0), ' * 9999}]",
        "(" * 90 + ")" * 90,
        "open('x')",
    ],
)
def test_what_is_no_list_of_ways_is_no_motif(ways: str) -> None:
    text = (
        "def f(row: int, column: int) -> Shape:\n    ways = {}\n    return pattern(Tile(row, column), ways)\n"
    )
    sources = {"f": text.format(ways), "g": "def g(:", "h": "x = 1"}
    assert recognise(plane(), sources, families(HexLattice())) == ({}, "")
    fine = {"f": text.format("[(0, 0)]")}
    assert set(recognise(plane(), fine, families(HexLattice())).forms) == {"f"}


def test_what_pays_in_too_few_groups_is_left_out() -> None:
    same = [Task(each.key, "one", each.start, each.steps) for each in BONES]
    assert mine(HexLattice(), same, BOARDS.cost).functions == ()


@cache
def plane() -> Plane:
    return plane_of(HexLattice(), [BONES[0]])


@cache
def table() -> Table:
    return Table(plane(), families(HexLattice()))


def coverer(*kinds: str, repeats: bool = True) -> Coverer:
    forms = [at for at, each in enumerate(table().forms) if each.kind in kinds]
    return Coverer(table(), forms, repeats=repeats)


def target(shape: Shape, also: Shape | None = None) -> Target:
    both = (shape, shape if also is None else shape | also)
    must, may = (plane().mask(tile.vector for tile in each) for each in both)
    return Target(must, may)


def test_one_call_paints_what_is_one_shape_at_the_rim_too() -> None:
    whole = coverer("line", "ring", "disk", "triangle", "block")
    for shape in (
        ring(Tile(1, 1), 2),
        disk(Tile(10, 18)),
        ray(Tile(1, 4), "down"),
        ray(Tile(2, 2), "down_right", 5),
    ):
        cover = whole.cover(target(shape))
        assert len(cover.pieces) == 1
        assert cover.pieces[0].mask == target(shape).must


def test_rows_of_rows_are_found_and_counted_right() -> None:
    dots = Shape(Tile(row, column) for row in (1, 4, 7) for column in (2, 4, 6, 8))
    [piece] = coverer().cover(target(dots)).pieces
    assert piece.entry is None
    assert sorted(each.times for each in piece.repeats) == [3, 4]
    assert piece.mask == target(dots).must


def test_cells_that_have_the_colour_may_be_painted_again_and_no_others() -> None:
    rest = pattern(Tile(5, 5), [(0, 1), (0, 2)])
    before = Shape(Tile(5, 5))
    lines = coverer("line", repeats=False)
    [piece] = lines.cover(target(rest, before | Shape(Tile(5, 6)))).pieces
    assert piece.mask & ~target(rest, before).may == 0
    apart = Shape(Tile(5, 5), Tile(7, 5))
    assert len(lines.cover(target(apart)).pieces) == 2
    assert len(lines.cover(target(apart, Shape(Tile(6, 5)))).pieces) == 1


def test_covers_are_the_same_whatever_was_asked_before() -> None:
    forms = families(HexLattice())
    every = Coverer(table(), range(len(forms)), repeats=True)
    few = {at for at, each in enumerate(forms) if each.kind in ("line", "ring")}
    shape = target(ring(Tile(5, 5)) | ray(Tile(2, 10), "down"))
    plain = Coverer(table(), few, repeats=True).cover(shape)
    assert Coverer(table(), few, repeats=True, wider=every).cover(shape).cost == plain.cost
    narrow = Coverer(table(), {min(few)}, repeats=True)
    narrow.cover(shape)
    assert Coverer(table(), few, repeats=True, narrower=narrow).cover(shape).cost == plain.cost


def test_a_larger_table_keeps_the_numbers_of_a_smaller_one() -> None:
    forms = families(HexLattice())
    small = Table(plane(), forms[:2])
    large = Table(plane(), [*forms[:2], motif_form(plane(), tuple(sorted(BONE)))], small)
    assert large.entries[: len(small.entries)] == small.entries
    everywhere = Target(plane().board, plane().board)
    assert {fit for fit in large.within(*everywhere[:2]) if fit.form < 2} == set(
        small.within(*everywhere[:2])
    )


@pytest.mark.parametrize("lattice", [HexLattice(), SquareLattice()])
def test_turns_keep_shapes_and_are_counted_once(lattice: HexLattice | SquareLattice) -> None:
    directions = len(lattice.directions)
    assert len(all_turns(lattice, [(0, 0)])) == 1
    assert len(all_turns(lattice, [(0, 0), lattice.directions[0]])) == directions // 2
    assert len(all_turns(lattice, [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)])) == 2 * directions


def test_a_task_whose_board_changes_its_cells_is_no_drawing() -> None:
    lattice = SquareLattice()
    grown = Task("t", "t", [[0, 0]], (TaskStep("", [[0, 1]]), TaskStep("", [[0, 1, 0]])))
    kept = Task("u", "u", [[0], [0]], (TaskStep("", [[1], [0]]),))
    square = plane_of(lattice, [grown, kept])
    steps = read_jobs(square, [grown, kept])
    assert [step.task for step in steps] == ["u"]
    [job] = steps[0].jobs
    assert square.members(job.target.off) == [(1, 0)]
    with pytest.raises(ValueError, match="no plane"):
        plane_of(lattice, [])
