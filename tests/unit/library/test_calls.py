"""Which functions programs call: a word that stands somewhere is not a call."""

from holdfast.library.calls import called, mentions, uses
from holdfast.library.records import Program

PROGRAM = Program(
    "t",
    (
        'orange(ring(Tile(1, 1)))\nTile(2, 2).draw("orange")  # blue',
        "shape = orange\nprint(shape.blue, green=1)\norange = 5",
    ),
)


def test_strings_comments_attributes_and_keywords_are_no_calls() -> None:
    assert called(PROGRAM, ["orange", "blue", "green", "ring", "draw"]) == {"orange", "ring"}
    assert uses(PROGRAM, "orange") == 2
    assert mentions(PROGRAM, "blue"), "it may be called by another way"


def test_what_is_no_python_is_read_as_words() -> None:
    proof = Program("t", ("intros n. apply app_nil_r. rewrite (plus_n_O' n). auto.",))
    assert called(proof, ["app_nil_r", "plus_n_O'", "plus_n_O", "app"]) == {"app_nil_r", "plus_n_O'"}
