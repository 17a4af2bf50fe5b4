"""Whether a text is a program of its language, as far as a parser can tell without running anything."""

import ast
import importlib
import re
import warnings
from functools import cache
from typing import TYPE_CHECKING

from holdfast.coding.languages import Language
from holdfast.coding.records import Finding, Place

if TYPE_CHECKING:
    import tree_sitter

__all__ = ["check", "is_plausible"]

_STATEMENT = re.compile(r"^(?:Theorem|Lemma|Definition|theorem|lemma|example|def) ", re.MULTILINE)
_TOO_DEEP = "its parts are nested too deep to be read"


def check(code: str, language: Language) -> Finding | None:
    """Why a text is no program of the language; None where the parser takes it.

    Where the language has no parser here, that is a warning.
    """
    if not code.strip():
        return Finding("syntax", "error", "there is no code in it")
    if language.name == "python":
        return _python(code)
    if not language.grammar:
        return None
    return _grammar(code, language)


def is_plausible(text: str, language: Language) -> bool:
    """Whether a text without fences is a program rather than prose.

    Prose of one word is a Python expression too, so that a text has to do something.
    """
    if language.tests == "proofs":
        return _STATEMENT.search(text) is not None
    found = check(text, language)
    if found is not None or not any(mark in text for mark in "=(){}[];:"):
        return False
    if language.name != "python":
        return any(mark in text for mark in "(){};=|")
    return any(
        not isinstance(each, ast.Expr) or isinstance(each.value, ast.Call) for each in ast.parse(text).body
    )


def _python(code: str) -> Finding | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in strings
            ast.parse(code)
    except SyntaxError as error:
        place = Place(error.lineno or 0, error.offset or 0)
        return Finding("syntax", "error", f"this is not Python: {error.msg} (line {place.line})", place)
    except ValueError as error:
        return Finding("syntax", "error", f"this is not Python: {error}")
    except (RecursionError, MemoryError):
        return Finding("syntax", "error", f"this is not Python that can be read: {_TOO_DEEP}")
    return None


def _grammar(code: str, language: Language) -> Finding | None:
    parser = _parser(language.grammar)
    if parser is None:
        message = f"whether this is {language.title} was not checked: pip install 'holdfast[app]'"
        return Finding("unchecked", "warning", message)
    root = parser.parse(code.encode("utf-8", "replace")).root_node
    if not root.has_error:
        return None
    worst = _first_error(root)
    place = Place(worst.start_point[0] + 1, worst.start_point[1] + 1)
    said = f"{worst.type} is missing" if worst.is_missing else "this cannot be read"
    # Grammars know less than compilers: macros of C, dialects of SQL.
    message = f"this may be no {language.title}: {said} (line {place.line})"
    return Finding("syntax", "warning", message, place)


def _first_error(root: "tree_sitter.Node") -> "tree_sitter.Node":
    node = root
    while True:
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None or node.is_error:
            return node
        node = inner


@cache
def _parser(module: str) -> "tree_sitter.Parser | None":
    try:
        binding = importlib.import_module("tree_sitter")
        grammar = importlib.import_module(module)
    except ImportError:
        return None
    parser: tree_sitter.Parser = binding.Parser(binding.Language(grammar.language()))
    return parser
