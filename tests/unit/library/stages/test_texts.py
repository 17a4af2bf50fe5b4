"""How programs and definitions are read out of answers."""

import struct
import zlib

import pytest

from holdfast.library.boards.adapter import Boards
from holdfast.library.stages.pictures import png
from holdfast.library.stages.texts import read_definition, read_program
from holdfast.pipelines.dataset.asking import Unusable


def test_a_program_has_a_piece_for_each_step() -> None:
    code = "# step 1\na = 1\n\n  # Step 2: go on\n# step 3\nb = a\n"
    assert read_program("t", code, 3).pieces == ("a = 1", "", "b = a")
    assert read_program("t", "a = 1\n", 1).pieces == ("a = 1",)


@pytest.mark.parametrize(
    "code",
    ["", "a = 1", "# step 1\n", "a = 1\n# step 1\n# step 2\n", "# step 2\n# step 1\n", "# step 1\n" * 2],
)
def test_other_programs_are_sent_back(code: str) -> None:
    with pytest.raises(Unusable):
        read_program("t", code, 2)


def test_a_definition_is_read_from_all_fences_with_its_decorators() -> None:
    answer = (
        "First the import:\n```python\nfrom hexboard import *\nimport functools\n```\nthen\n"
        "~~~py\n@functools.cache\n@other\ndef star(n: int) -> int:\n    return n\n~~~\nDone."
    )
    assert read_definition(answer, "star") == (
        "@functools.cache\n@other\ndef star(n: int) -> int:\n    return n\n"
    )


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def moon(): ...", "has moon"),
        ("def star(): ...\ndef moon(): ...", "has star, moon"),
        ("def star(): ...\nprint(1)", "has star, a statement"),
        ("import os", "has nothing"),
        ("def star(:", "not Python"),
        ("x = " + "(" * 1000 + ")" * 1000, "not Python"),
    ],
)
def test_other_definitions_are_sent_back(code: str, told: str) -> None:
    with pytest.raises(Unusable, match=told):
        read_definition(f"```\n{code}\n```", "star")
    with pytest.raises(Unusable, match="no fenced block"):
        read_definition(code, "star")


def test_a_picture_shows_each_cell_in_its_colour() -> None:
    board = [0] * 180
    board[18 * 4 + 4] = 4
    width, height, rows = decoded(png(Boards().picture(board)))
    assert (width, height) == (480, 319)
    # The middle of column 5, row 5: x is 1 + 10 * (1 + 1.5 * 4), y is 1 + 8.66 * (1 + 2 * 4); 277 wide.
    x, y = round(71 * 480 / 277), round(78.94 * 480 / 277)
    assert rows[y][x] == (0xD7, 0x26, 0x3D)
    assert rows[y][x + 52] == (255, 255, 255)
    assert sum(pixel == (0xD7, 0x26, 0x3D) for row in rows for pixel in row) == pytest.approx(690, rel=0.05)


def decoded(data: bytes) -> tuple[int, int, list[list[tuple[int, int, int]]]]:
    """Width, height and pixels of a PNG as we write them."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    length = struct.unpack(">I", data[33:37])[0]
    lines = zlib.decompress(data[41 : 41 + length])
    rows = []
    for at in range(height):
        line = lines[at * (3 * width + 1) + 1 : (at + 1) * (3 * width + 1)]
        rows.append([(line[3 * x], line[3 * x + 1], line[3 * x + 2]) for x in range(width)])
    return width, height, rows
