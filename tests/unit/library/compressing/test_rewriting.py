"""Calls in the place of what functions spell out, and where there must be none."""

from dataclasses import replace

import pytest

from holdfast.library.compressing.corpus import Corpus, Gatherer
from holdfast.library.compressing.examples import uses
from holdfast.library.compressing.pieces import Pieces
from holdfast.library.compressing.rewriting import rewrite
from holdfast.library.compressing.templates import read_template
from holdfast.library.compressing.terms import Terms
from holdfast.library.records import Program, Sources, Task

KNOWN = frozenset({"range", "print", "len", "sum", "ring", "draw", "Tile", "map", "f"})


def written(function: str, *pieces: str, kept: frozenset[str] = frozenset()) -> tuple[str, ...]:
    terms = Terms()
    template = read_template(function, "f", KNOWN, terms)
    assert template is not None, "the function has a pattern"
    found = rewrite(Program("t", pieces), (template,), KNOWN, kept, Pieces(terms, 6))
    return pieces if found is None else found.pieces


FITS = {
    "an expression, its parameters anywhere": (
        "def f(a, b):\n    return [each + b for each in a if each > 0]",
        "y = [x + 5 for x in z if x > 0]",
        "y = f(z, 5)",
    ),
    "calls in the arguments of calls": (
        "def f(a):\n    return ring(ring(ring(a, 1), 2), 3)",
        "draw(ring(ring(ring(ring(ring(ring(c, 1), 2), 3), 1), 2), 3))",
        "draw(f(f(c)))",
    ),
    "statements that give a value": (
        "def f(a):\n    x = Tile(a, 3)\n    for i in range(a):\n        x = ring(x, i)\n    return x",
        "q = Tile(1 + n, 3)\nfor k in range(1 + n):\n    q = ring(q, k)\ndraw(q)",
        "q = f(1 + n)\ndraw(q)",
    ),
    "a value that nobody reads is given back all the same": (
        "def f(a):\n    x = Tile(a, 3)\n    draw(x)\n    draw(ring(x, 2))\n    return x",
        "q = Tile(9, 3)\ndraw(q)\ndraw(ring(q, 2))",
        "q = f(9)",
    ),
    "two values": (
        "def f(a):\n    x = ring(a, 1)\n    y = ring(x, 2)\n    draw(y)\n    return (y, x)",
        "p = ring(c, 1)\nq = ring(p, 2)\ndraw(q)\nprint(p, q)",
        "q, p = f(c)\nprint(p, q)",
    ),
    "a sum that goes on from what there was": (
        "def f(total, n):\n    for i in n:\n        total = total + Tile(i, 1)\n    return total",
        "s = 5\nfor m in z:\n    s = s + Tile(m, 1)\nprint(s)",
        "s = 5\ns = f(s, z)\nprint(s)",
    ),
    "inside of loops and branches": (
        "def f(a):\n    draw(ring(a, 1))\n    draw(ring(a, 2))",
        "for t in z:\n    if t:\n        draw(ring(t, 1))\n        draw(ring(t, 2))",
        "for t in z:\n    if t:\n        f(t)",
    ),
    "an expression that is returned stands in an assignment": (
        "def f(a):\n    x = ring(a, 1)\n    return ring(x, 2) + x",
        "p = ring(c, 1)\nq = ring(p, 2) + p\nprint(q)",
        "q = f(c)\nprint(q)",
    ),
    "a lambda": (
        "def f(a):\n    return sum(map(lambda x: x + a, ring(a, 1)))",
        "print(sum(map(lambda w: w + 3, ring(3, 1))))",
        "print(f(3))",
    ),
}


@pytest.mark.parametrize("name", FITS)
def test_a_call_takes_the_place(name: str) -> None:
    function, before, after = FITS[name]
    assert written(function, before) == (after,)


PAINT = "def f(a):\n    x = ring(a, 1)\n    draw(x)\n    draw(ring(x, 2))"
REFUSED = {
    "a value is wanted that is not given back": (
        PAINT,
        "q = ring(c, 1)\ndraw(q)\ndraw(ring(q, 2))\nprint(q)",
    ),
    "a value is wanted in the next turn of a loop": (
        PAINT,
        "q = 1\nfor t in z:\n    print(q)\n    q = ring(c, 1)\n    draw(q)\n    draw(ring(q, 2))",
    ),
    "a value is wanted by a function": (
        PAINT,
        "def g():\n    return q\nq = ring(c, 1)\ndraw(q)\ndraw(ring(q, 2))",
    ),
    "an argument is made in the middle": (
        "def f(a, b):\n    x = ring(a, 1)\n    draw(x)\n    draw(ring(x, b))",
        "q = ring(c, 1)\ndraw(q)\ndraw(ring(q, len(q)))",
    ),
    "an argument is made in a comprehension": (
        "def f(a, b):\n    return [ring(each, b) for each in a]",
        "y = [ring(x, x + 1) for x in z]",
    ),
    "two arguments are to be the same and are not": (
        "def f(a):\n    draw(ring(a, 1))\n    draw(ring(a, 2))",
        "draw(ring(p, 1))\ndraw(ring(q, 2))",
    ),
    "another constant": ("def f(a):\n    return ring(ring(a, 1), 2)", "y = ring(ring(c, 1), 3)"),
    "True is not 1": ("def f(a):\n    return ring(ring(a, 1), 2)", "y = ring(ring(c, True), 2)"),
    "what a program defines itself": (
        "def f(a):\n    return ring(ring(a, 1), 2)",
        "ring = draw\ny = ring(ring(c, 1), 2)",
    ),
    "the call would be as long": ("def f(a, b, c):\n    return a + b + c", "y = 1 + 2 + 3"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_call_takes_the_place(name: str) -> None:
    function, program = REFUSED[name]
    assert written(function, program) == (program,)


def test_no_window_goes_over_the_end_of_a_piece() -> None:
    apart = ("q = ring(c, 1)", "draw(q)\ndraw(ring(q, 2))")
    assert written(PAINT, *apart) == apart
    later = ("q = ring(c, 1)\ndraw(q)\ndraw(ring(q, 2))", "print(q)")
    assert written(PAINT, *later) == later, "a later piece reads the name"


def test_what_is_read_after_each_piece_is_given_back() -> None:
    doubling = "def f(a):\n    x = ring(a, 1)\n    x = ring(x, 2)\n    draw(x)"
    program = "items = ring(items, 1)\nitems = ring(items, 2)\ndraw(items)"
    assert written(doubling, program) == ("f(items)",)
    assert Pieces(Terms(), 6).kept([Program("t", (program,))], KNOWN) == {"items"}
    assert written(doubling, program, kept=frozenset({"items"})) == (program,)


UNREADABLE = {
    "it returns early": "def f(a):\n    if a:\n        return 1\n    draw(a)",
    "it calls itself": "def f(a):\n    return f(ring(a, 1))",
    "an argument cannot be told": "def f(a, b):\n    return ring(ring(a, 1), 2)",
    "it is decorated": "@len\ndef f(a):\n    return ring(ring(a, 1), 2)",
    "its arguments are any": "def f(*a):\n    return ring(ring(a, 1), 2)",
    "it reads what it does not have": "def f(a):\n    return ring(ring(a, b), 2)",
    "it gives values one by one": "def f(a):\n    yield ring(a, 1)",
    "it does not parse": "def f(a:",
    "it is another": "def g(a):\n    return ring(ring(a, 1), 2)",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_some_functions_have_no_pattern(name: str) -> None:
    assert read_template(UNREADABLE[name], "f", KNOWN, Terms()) is None


DEEP = ("x = " + "1 + " * 2000 + "1", "x = " + "-" * 3000 + "1", "x = " + "[" * 80 + "]" * 80)


@pytest.mark.parametrize("deep", DEEP, ids=["sum", "signs", "lists"])
def test_a_program_that_is_nested_beyond_reason_stays_as_it_is(deep: str) -> None:
    program = "draw(ring(c, 1))\ndraw(ring(c, 2))\n" + deep
    assert written("def f(a):\n    draw(ring(a, 1))\n    draw(ring(a, 2))", program) in {
        (program,),
        ("f(c)\n" + deep,),
    }
    assert all(each[-1].startswith("draw(") for each in uses(Program("t", (program,)), "draw"))
    corpus = Corpus({}, {"t": Program("t", (program,))}, Sources("base", {}), KNOWN, frozenset())
    tasks = {"t": Task("t", "g", [], ())}
    found = Gatherer(Pieces(Terms(), 6)).windows(replace(corpus, tasks=tasks))
    assert bool(found) == (deep is DEEP[2]), "only lists are shallow enough to be looked at"
