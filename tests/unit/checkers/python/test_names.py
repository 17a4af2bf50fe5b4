"""Names that nothing binds."""

import pytest

from holdfast.checkers.python.bodies import parse_body
from holdfast.checkers.python.document import read_document
from holdfast.checkers.python.names import bound_in, unknown_name
from holdfast.core.documents import Source

TEXT = "import os.path as p\nfrom math import *\n"
PLAIN = "import os.path\nLIMIT = 3\nclass A:\n    def f(self, x, *y, **z): ...\n"


def unknown(body: str, text: str = PLAIN) -> str:
    document = read_document(Source("a.py", text + "def g(a): ...\n"))
    return unknown_name(parse_body(body), bound_in(document, document.functions[-1]))


@pytest.mark.parametrize(
    "body",
    [
        "return a + LIMIT + len(os.sep) + A().f(1)",
        "for i, (j, *k) in a:\n    print(i, j, k)",
        "return [b for b in a], lambda c, *d, **e: (c, d, e)",
        "import math as m\nfrom re import sub\nreturn m, sub",
        "try:\n    pass\nexcept ValueError as error:\n    return error",
        "match a:\n    case [b, *c]:\n        return b, c\n    case {'k': d, **e}:\n        return d, e",
        "def inner(x):\n    return x\nreturn inner(a)",
        "with a as b:\n    return b",
        "if (n := len(a)):\n    return n",
        "return __name__",
    ],
)
def test_bound_names_are_known(body: str) -> None:
    assert unknown(body) == ""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("return missing", "missing"),
        ("return [b for c in a]", "b"),
        ("nothing.x = 1", "nothing"),
        ("f(a)", "f"),
        ("x", "x"),
    ],
)
def test_the_first_unbound_name_is_told(body: str, name: str) -> None:
    assert unknown(body) == name


def test_where_everything_is_imported_nothing_is_known_to_be_missing() -> None:
    assert unknown("return missing", TEXT) == ""
    assert unknown("from math import *\nreturn sin(a)") == ""
