"""Two versions of a file: bodies may differ, nothing else."""

import pytest

from holdfast.checkers.python.changes import compare
from holdfast.checkers.python.document import read_document
from holdfast.checkers.python.holes import fill, find_holes
from holdfast.core.documents import Source
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

TEXT = '''\ufeff# é
def f(x): ...  # one line

class A:
    def m(self):
        """doc

        >>> 1
        """
        # before
        pass # behind

def done(x):
    return 1

def last(
    x
) -> int: raise NotImplementedError'''


def changes(before: str, after: str) -> tuple[set[str], str]:
    found = compare(read_document(Source("a.py", before)), read_document(Source("a.py", after)))
    return set(found.functions), found.elsewhere


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_fill_writes_changes_bodies_alone(newline: str) -> None:
    source = Source("a.py", TEXT.replace("\n", newline))
    document = read_document(source)
    holes = [*find_holes(document), *find_holes(document, ["done"])]
    body = Proof(Step("# why\nif x:\n    y = '''\n'''\n    return 2\nreturn 3"))
    for chosen in ([], holes[:1], holes[1:3], holes):
        filled = fill(source, dict.fromkeys(chosen, body))
        expected = {hole.name for hole in chosen}
        found = compare(document, read_document(filled))
        assert (set(found.functions), found.elsewhere) == (expected, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# é", "# e"),
        ("\ufeff", ""),
        (">>> 1", ">>> 2"),
        ("# before", "# Before"),
        ("# behind", ""),
        ("def f(x)", "def f(x, y)"),
        ("# one line", "#  one line"),
        ("\nclass A:", "\n\nclass A:"),
        ("class A:", "class A(object):"),
        ("-> int", "-> str"),
        ("def done(x):\n", "def done(x):\n    # new\n"),
        ("def done", "import os\ndef done"),
        ("NotImplementedError", "NotImplementedError\n"),
        ("def done", "@cached\ndef done"),
    ],
)
def test_everything_else_counts(old: str, new: str) -> None:
    assert old in TEXT
    assert changes(TEXT, TEXT.replace(old, new))[1]
    filled = TEXT.replace("pass # behind", "return 1 # behind").replace(": ...", ":\n    return 1")
    assert changes(TEXT, filled) == ({"f", "A.m"}, "")
    assert changes(TEXT, filled.replace(old, new))[1]


def test_a_comment_behind_the_last_body_is_no_part_of_it() -> None:
    filled = "def f(x):\n    return 1\n"
    assert changes("def f(x):\n    ...\n", filled) == ({"f"}, "")
    assert changes("def f(x):\n    ...\n", filled + "# more\n")[1]


def test_functions_that_come_and_go_are_told() -> None:
    assert changes(TEXT, TEXT + "\ndef more(): ...\n")[1] == "functions were added, removed or moved"


def test_the_place_of_a_change_is_told() -> None:
    assert changes(TEXT, TEXT.replace(">>> 1", ">>> 2"))[1].endswith("near line 8")
