"""How long a text in Python is."""

import ast
import functools
import io
import tokenize

from holdfast.library.banned import parsed

__all__ = ["python_tokens"]

_FREE = frozenset({
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
})  # fmt: skip
_STRING, _NUMBER = 12, 4
"""Characters of a string, and digits of a number, that count as one token: data that is packed into a
constant costs what it would cost outside."""


_REMEMBERED = 1 << 15
"""Texts: the pieces of programs are counted again for each function that might shorten them."""


@functools.lru_cache(_REMEMBERED)
def python_tokens(text: str) -> int:
    """The tokens of a text, without comments, layout and docstrings.

    >>> python_tokens("Tile(3, 4).draw('red')  # a tile")
    11

    A text that does not parse counts a token a word.
    """
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        documented = _docstrings(text)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return len(text.split())
    return sum(
        _weight(token)
        for token in tokens
        if token.type not in _FREE and not (token.type == tokenize.STRING and token.start in documented)
    )


def _weight(token: tokenize.TokenInfo) -> int:
    length = {tokenize.STRING: _STRING, tokenize.NUMBER: _NUMBER}.get(token.type)
    return 1 if length is None else max(1, -(-len(token.string.strip("\"'")) // length))


def _docstrings(text: str) -> set[tuple[int, int]]:
    """Where docstrings begin."""
    found = set()
    for node in ast.walk(parsed(text)):
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
            and ast.get_docstring(node) is not None
        ):
            first = node.body[0]
            found.add((first.lineno, first.col_offset))
    return found
