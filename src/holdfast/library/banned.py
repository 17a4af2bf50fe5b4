"""What programs and functions of a library may not reach for, told from their text.

This is no boundary: everything runs in a sandbox whatever it says. It is a rule for what is kept, and
handed to people who will run it outside: nothing there opens files, imports what is not allowed, or walks
through the interpreter.
"""

import ast
import warnings
from collections.abc import Collection

__all__ = ["PURE", "objection", "parsed"]

PURE = frozenset({
    "abc", "bisect", "collections", "copy", "dataclasses", "enum", "fractions", "functools", "heapq",
    "itertools", "math", "numbers", "operator", "statistics", "string", "textwrap", "typing",
})  # fmt: skip
"""Modules of the standard library that compute the same each time and touch nothing."""
_BUILTINS = frozenset({
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "exit", "getattr", "globals", "help",
    "id", "input", "locals", "memoryview", "open", "quit", "setattr", "vars",
})  # fmt: skip
"""Functions that reach the interpreter, or give what is not the same each time."""
_FRAMES = frozenset({
    "ag_frame", "cr_frame", "f_back", "f_builtins", "f_globals", "f_locals", "gi_frame", "tb_frame",
})  # fmt: skip
_REACHING = frozenset({"ForwardRef", "attrgetter", "get_type_hints", "methodcaller"})
"""Names in modules that only compute, which evaluate texts or reach attributes by theirs."""
_METHODS = frozenset({
    "__abs__", "__add__", "__and__", "__bool__", "__call__", "__contains__", "__eq__", "__ge__",
    "__getitem__", "__gt__", "__hash__", "__init__", "__iter__", "__le__", "__len__", "__lt__", "__mul__",
    "__ne__", "__neg__", "__next__", "__or__", "__post_init__", "__radd__", "__repr__", "__rmul__",
    "__str__", "__sub__", "__xor__",
})  # fmt: skip
"""Methods that a class may define; as attributes they are left alone like all special names."""


def parsed(text: str) -> ast.Module:
    """The tree of a text; what Python would warn of is not said.

    Raises ValueError, with the reason, where it does not parse.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error


def objection(tree: ast.AST, modules: Collection[str]) -> str:
    """Why a program or function may not be kept, as a clause; empty where it may.

    `modules` may be imported beside those of the standard library that only compute.
    """
    for node in ast.walk(tree):
        if said := _objection(node, modules):
            return said
    return ""


def _objection(node: ast.AST, modules: Collection[str]) -> str:
    match node:
        case ast.Import() | ast.ImportFrom():
            return _import_objection(node, modules)
        case ast.Name(id=name) if name in _BUILTINS or name in _REACHING or _is_special(name):
            return f"it uses {name}"
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if not _is_special(name):
            return ""
        case ast.Attribute(attr=name) if name in _FRAMES or name in _REACHING or name.startswith("_"):
            return f"it uses the attribute {name}"
        case ast.FunctionDef(name=name) if _is_special(name) and name not in _METHODS:
            return f"it defines {name}"
        case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
            return "it is asynchronous"
        case ast.Global(names=[name, *_]):
            return f"it assigns to the global {name}"
        case _:
            return ""


def _import_objection(node: ast.Import | ast.ImportFrom, modules: Collection[str]) -> str:
    if isinstance(node, ast.ImportFrom):
        names = ["." * node.level + (node.module or "")]
    else:
        names = [each.name for each in node.names]
    for name in names:
        if name.partition(".")[0] not in PURE and name not in modules:
            return f"it imports {name}"
    reached = [each.name for each in node.names if each.name in _REACHING or each.name.startswith("_")]
    return f"it imports {reached[0]}" if reached else ""


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
