"""Where bodies are missing in a file, and what writing them changes."""

import pytest

from holdfast.checkers.python.bodies import BodyError
from holdfast.checkers.python.document import read_document
from holdfast.checkers.python.holes import fill, find_holes, put_body
from holdfast.core.documents import HoleKind, Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step

TEXT = (
    "\ufeff# é, and a trailing blank  \r\n"
    "import math\r\n"
    "def f(x): ...  # one line\r\n"
    "\r\n"
    "class A:\r\n"
    '\tdef m(self, s="é"):\r\n'
    '\t\t"""doc é\r\n'
    "\t\t>>> 1\r\n"
    '\t\t"""\r\n'
    "\t\tpass # kept\r\n"
    "\tdef n(\r\n"
    "\t\tself,\r\n"
    '\t) -> int: raise NotImplementedError("x")\r\n'
    "def done(x):\r\n"
    '\t"""d"""\r\n'
    "\tif x:\r\n"
    "\t\treturn 1\r\n"
    "\treturn 2 # no line end"
)
SOURCE = Source("a.py", TEXT)
BODY = Proof(Step("if x:\n    return 1\nreturn 2"))


def test_holes_are_found_in_order_and_in_place() -> None:
    holes = find_holes(read_document(SOURCE))
    assert [(hole.name, hole.kind, hole.line) for hole in holes] == [
        ("f", HoleKind.ADMITTED, 3),
        ("A.m", HoleKind.ADMITTED, 10),
        ("A.n", HoleKind.ADMITTED, 13),
    ]
    assert [TEXT[hole.start : hole.end] for hole in holes] == [
        " ...", "pass", ' raise NotImplementedError("x")'
    ]  # fmt: skip


def test_filling_changes_the_holes_alone() -> None:
    holes = find_holes(read_document(SOURCE))
    filled = fill(SOURCE, dict.fromkeys(holes, BODY))
    expected = TEXT
    for old, new in (
        (" ...  # one", "\r\n\tif x:\r\n\t\treturn 1\r\n\treturn 2  # one"),
        ("pass # kept", "if x:\r\n\t\t\treturn 1\r\n\t\treturn 2 # kept"),
        (' raise NotImplementedError("x")', "\r\n\t\tif x:\r\n\t\t\treturn 1\r\n\t\treturn 2"),
    ):
        assert old in expected
        expected = expected.replace(old, new)
    assert filled.text == expected
    assert not find_holes(read_document(filled))


def test_filling_nothing_changes_nothing() -> None:
    assert fill(SOURCE, {}) == SOURCE
    assert fill(SOURCE, {find_holes(read_document(SOURCE))[0]: None}) == SOURCE


def test_a_named_function_is_written_anew_behind_its_docstring() -> None:
    (hole,) = find_holes(read_document(SOURCE), ["done"])
    assert hole.kind is HoleKind.NAMED
    filled = fill(SOURCE, {hole: Proof(Step("return 3"))}).text
    assert filled == TEXT.replace("if x:\r\n\t\treturn 1\r\n\treturn 2", "return 3")


def test_a_docstring_alone_is_kept() -> None:
    source = Source("a.py", 'def f(x):\n  """d"""  # c\nx = 1\n')
    assert find_holes(read_document(source)) == ()
    (hole,) = find_holes(read_document(source), ["f"])
    filled = fill(source, {hole: Proof(Step("if x:\n    return 1"))}).text
    assert filled == 'def f(x):\n  """d"""\n  if x:\n    return 1  # c\nx = 1\n'


def test_names_are_found_by_their_last_part_where_it_is_one() -> None:
    document = read_document(SOURCE)
    assert [hole.name for hole in find_holes(document, ["n", "f"])] == ["f", "A.n"]
    with pytest.raises(UserError, match="no function dome; did you mean done"):
        find_holes(document, ["dome"])
    twice = read_document(Source("b.py", "class A:\n    def f(): ...\nclass B:\n    def f(): ...\n"))
    with pytest.raises(UserError, match=r"say which of A\.f, B\.f"):
        find_holes(twice, ["f"])


@pytest.mark.parametrize("text", ["def f(): 'doc'; ...\n", "def f():\n    'doc'; ...\n"])
def test_a_hole_behind_its_docstring_on_one_line_cannot_be_written_to(text: str) -> None:
    with pytest.raises(SourceError, match="line of its own") as caught:
        find_holes(read_document(Source("a.py", text)))
    assert caught.value.line == 1


@pytest.mark.parametrize(
    "body", ["'''\n  deep\n'''\nreturn 1", "return 1 # '''", "x = (1,\n2)\nreturn x", "return '''a\nb'''"]
)
def test_a_body_stays_what_it_is(body: str) -> None:
    document = read_document(SOURCE)
    for function in document.functions:
        text = put_body(document, function, body)
        after = read_document(Source("a.py", text)).function(function.name)
        assert after is not None
        assert not after.is_stub


def test_a_string_across_lines_is_not_indented() -> None:
    document = read_document(Source("a.py", "def f():\n    ...\n"))
    assert (
        put_body(document, document.functions[0], "return '''a\nb'''") == "def f():\n    return '''a\nb'''\n"
    )


def test_what_is_no_body_is_not_put_anywhere() -> None:
    document = read_document(Source("a.py", "def f():\n    ...\n"))
    with pytest.raises(BodyError):
        put_body(document, document.functions[0], "return 1\n)")
