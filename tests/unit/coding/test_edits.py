"""Changes are applied to the letter or not at all."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.coding.edits import Change, MisfitError, apply, changes_in

TEXT = "one\ntwo\nthree\ntwo\n"


def block(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n"


def test_blocks_are_read_and_applied_in_order() -> None:
    answer = f"Here:\n```edit\n{block('one', '')}```\n".replace("one=", "one\n=")
    assert changes_in(answer) == (Change("one\n", ""),)
    several = block("one\n", "1\n") + block("1\ntwo\n", "1\n2\n")
    assert apply(changes_in(several), TEXT)[0] == "1\n2\nthree\ntwo\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("two\n", "2\n"), "2 times"),
        (Change("four\n", "4\n"), "not in the program"),
        (Change("tw", "2"), "not in the program|times"),
        (Change("wo\n", "2\n"), "not in the program"),
        (Change("one \n", "1\n"), "not in the program"),
        (Change("", "new\n"), "where it belongs"),
    ],
)
def test_what_does_not_fit_changes_nothing(change: Change, words: str) -> None:
    with pytest.raises(MisfitError, match=words):
        apply([change], TEXT)


def test_line_ends_stay_what_they_were() -> None:
    assert apply([Change("two\n", "2\n")], "one\r\ntwo\r\n")[0] == "one\r\n2\r\n"
    assert apply([Change("two\n", "2\n")], "one\ntwo")[0] == "one\n2"


def test_a_diffs_line_number_chooses_between_equal_places() -> None:
    diff = "--- a\n+++ b\n@@ -4 +4 @@\n-two\n+2\n"
    assert apply(changes_in(diff), TEXT)[0] == "one\ntwo\nthree\n2\n"


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  d", "e = 1"]), min_size=1, max_size=12)


@given(LINES, LINES)
def test_a_diff_that_was_made_is_applied_or_refused_never_misapplied(old: list[str], new: list[str]) -> None:
    before, after = ("\n".join(lines) + "\n" for lines in (old, new))
    diff = "\n".join(difflib.unified_diff(old, new, lineterm="", n=2))
    changes = changes_in(f"```diff\n{diff}\n```")
    if len(changes) > 1:
        return  # the line numbers of a later part hold before the earlier ones are made
    try:
        found, _ = apply(changes, before)
    except MisfitError:
        return
    assert found == after or not changes


def test_marks_inside_of_a_program_are_no_change() -> None:
    assert changes_in("if a == b:\n    print('<<<<<<< SEARCH')\n=======\n") == ()
