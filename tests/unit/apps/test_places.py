"""Places in a text."""

import pytest

from holdfast.apps.places import NoSuchPlaceError, offset_of

TEXT = "Proof.\n  - auto.\n  { * lia. }\n  --\n\n-x.\n"


@pytest.mark.parametrize(
    ("line", "rest"),
    [(1, "Proof."), (2, "auto."), (3, "lia. }"), (4, ""), (5, ""), (6, "-x."), (7, "")],
)
def test_a_line_is_its_first_word_behind_bullets(line: int, rest: str) -> None:
    assert TEXT[offset_of(TEXT, line) :].split("\n")[0] == rest


def test_a_column_is_taken_at_its_word() -> None:
    assert offset_of(TEXT, 2, 3) == TEXT.index("- auto")
    assert offset_of(TEXT, 1, 7) == 6


@pytest.mark.parametrize(("line", "column"), [(0, None), (8, None), (1, 0), (1, 8)])
def test_a_place_that_is_not_there(line: int, column: int | None) -> None:
    with pytest.raises(NoSuchPlaceError):
        offset_of(TEXT, line, column)
