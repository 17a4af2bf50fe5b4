"""A Python file as text with functions in it."""

import pytest

from holdfast.checkers.python.document import is_declaration, read_document
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

TEXT = '''"""Module."""
from abc import abstractmethod
from typing import Protocol, overload

def plain(x): return x

class Stack:
    def push(self, item):
        """Put.

        >>> 1
        1
        """
        self.items.append(item)

    class Inner:
        async def run(self): ...

    @property
    def size(self): ...

    @size.setter
    def size(self, value): ...

    @abstractmethod
    def shape(self): ...

if True:
    def chosen(): ...
else:
    def other(): ...

try:
    def tried(): ...
except ImportError:
    def fallback(): ...

@overload
def many(x: int) -> int: ...

class Sized(Protocol):
    def __len__(self) -> int: ...

def outer():
    def inner(): ...
    return inner
'''


def test_functions_are_found_with_their_paths() -> None:
    document = read_document(Source("a.py", TEXT))
    assert [each.name for each in document.functions] == [
        "plain", "Stack.push", "Stack.Inner.run", "Stack.size", "Stack.size#2", "Stack.shape", "chosen",
        "other", "tried", "fallback", "many", "Sized.__len__", "outer",
    ]  # fmt: skip
    declared = {each.name for each in document.functions if is_declaration(each)}
    assert declared == {"Stack.shape", "many", "Sized.__len__"}
    push = document.function("Stack.push")
    assert push is not None
    assert push.docstring is not None
    assert push.docstring.startswith("Put.")
    assert not push.is_stub


@pytest.mark.parametrize(
    ("body", "stub"),
    [
        ("...", True),
        ("raise NotImplementedError", True),
        ("raise NotImplementedError('later')", True),
        ('"""Doc."""\n    ...', True),
        ('"""Doc."""\n    pass', True),
        ('"""Doc."""\n    raise NotImplementedError', True),
        ("pass", False),
        ('"""Doc."""', False),
        ("...\n    return 1", False),
        ("raise ValueError", False),
        ("raise NotImplementedError from None", False),
        ("return ...", False),
        ("'a string'", False),
    ],
)
def test_what_is_a_stub(body: str, stub: bool) -> None:
    (function,) = read_document(Source("a.py", f"def f():\n    {body}\n")).functions
    assert function.is_stub is stub


@pytest.mark.parametrize(
    "text", ["\ufeffé = 'ü'; x = 1", "é = 'ü'; x = 1", "#\r\né\t= 'ü'; x = 1", "\f\n\ré = 'ü'; x = 1"]
)
def test_offsets_count_characters(text: str) -> None:
    document = read_document(Source("a.py", text))
    last = document.tree.body[-1]
    assert text[document.places.start(last) : document.places.end(last)] == "x = 1"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("x = 1\ny = (\n", 2, "was never closed"),
        ("def f():\nreturn 1\n", 2, "indented"),
        ("x = '\0'", 0, "null"),
        ("(" * 5000, 1, "nested"),
        ("x = " + "-" * 100_000 + "1", 0, "deep"),
        ("# coding: latin-1\n", 1, "UTF-8"),
        ("#!/bin/sh\n# -*- coding: cp1252 -*-\n", 2, "UTF-8"),
        ("x = '\ud800'", 0, "surrogate"),
    ],
)
def test_what_is_not_python_is_refused_at_its_place(text: str, line: int, word: str) -> None:
    with pytest.raises(SourceError, match=word) as caught:
        read_document(Source("a.py", text))
    assert caught.value.line in {line, 0 if line == 0 else line}


def test_an_encoding_is_only_declared_on_the_first_two_lines() -> None:
    read_document(Source("a.py", "x = 1\n# coding: latin-1\n"))
    read_document(Source("a.py", "# -*- coding: UTF_8 -*-\n"))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("x = 1\n", "    "),
        ("def f():\n  return 1\n", "  "),
        ("class A:\n\tdef f(self):\n\t\treturn 1\n", "\t"),
        ('"""\n  Doc.\n"""\nif 1: pass\nfor x in y:\n   z\nwhile 1:\n   z\ndef g():\n   z', "   "),
    ],
)
def test_the_unit_of_indentation(text: str, unit: str) -> None:
    assert read_document(Source("a.py", text)).unit == unit
