"""What is wanted after a statement, and what a block needs from before."""

import ast

import pytest

from holdfast.library.compressing.liveness import live_after, live_before

BEFORE = {
    "x = a\ny = x": {"a"},
    "x = x + 1": {"x"},
    "x += 1": {"x"},
    "if c:\n    x = 1\nprint(x)": {"c", "x", "print"},
    "if c:\n    x = 1\nelse:\n    x = 2\nx": {"c"},
    "for i in z:\n    t = t + i": {"z", "t"},
    "for i in z:\n    t = i\n    t": {"z"},
    "while c:\n    d\n    d = 1": {"c", "d"},
    "for i in z:\n    break\nelse:\n    x = 1\nx": {"z", "x"},
    "for i in z:\n    if i:\n        continue\n    x = 1\n    x": {"z"},
    "[x for x in z if x + y]": {"z", "y"},
    "lambda x: x + y": {"y"},
    "def g(x):\n    return x + y": {"y"},
    "try:\n    x = 1\nexcept E:\n    x": {"x", "E"},
    "with g() as x:\n    x": {"g"},
    "a[i] = x\na": {"a", "i", "x"},
    "(x, y) = z\nx": {"z"},
}


@pytest.mark.parametrize("text", BEFORE)
def test_what_a_block_needs(text: str) -> None:
    assert live_before(ast.parse(text).body, frozenset()) == BEFORE[text]


def test_what_is_wanted_after_each_statement() -> None:
    pieces = [ast.parse(text).body for text in ("x = 1\ny = 2", "for i in x:\n    z = i\nprint(z)")]
    live = live_after(pieces, frozenset({"kept"}))
    shown = {ast.unparse(each): live[id(each)] - {"print"} for piece in pieces for each in piece}
    assert shown["x = 1"] == {"x", "z", "kept"}
    assert shown["y = 2"] == {"x", "z", "kept"}
    assert shown["print(z)"] == {"kept"}
    inner = pieces[1][0]
    assert isinstance(inner, ast.For)
    assert live[id(inner.body[0])] == {"z", "print", "kept"}
