"""Which bodies may be written into a user's file: those that reach for nothing the file does not use itself.

This is no boundary: bodies are judged in a sandbox whatever they say. It is a rule for what is proposed to a
user, who will run it outside: a body that opens files or starts programs is refused before it is tried.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.checkers.python.document import Document, Function

__all__ = ["Customs", "customs_of", "objection"]

_BUILTINS = frozenset({
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "exit", "globals", "help",
    "input", "locals", "open", "quit", "setattr", "vars",
})  # fmt: skip
_PURE = frozenset({
    "abc", "array", "base64", "bisect", "calendar", "cmath", "collections", "colorsys", "contextlib",
    "copy", "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools",
    "hashlib", "heapq", "html", "itertools", "json", "keyword", "math", "numbers", "operator", "random",
    "re", "reprlib", "statistics", "string", "struct", "textwrap", "typing", "unicodedata", "zlib",
    "zoneinfo",
})  # fmt: skip
"""Modules of the standard library that compute and touch nothing."""
_WORLDLY = sys.stdlib_module_names - _PURE
_FRAMES = frozenset({
    "ag_frame", "cr_frame", "f_back", "f_builtins", "f_globals", "f_locals", "gi_frame", "tb_frame",
})  # fmt: skip
_DUNDERS = frozenset({
    "__abs__", "__add__", "__bool__", "__call__", "__class__", "__contains__", "__enter__", "__eq__",
    "__exit__", "__ge__", "__getitem__", "__gt__", "__hash__", "__init__", "__iter__", "__le__",
    "__len__", "__lt__", "__missing__", "__mul__", "__name__", "__ne__", "__neg__", "__new__",
    "__next__", "__qualname__", "__radd__", "__repr__", "__setitem__", "__str__", "__sub__",
})  # fmt: skip
"""Special attributes that say something about values; the others say something about the program."""


@dataclass(frozen=True, slots=True)
class Customs:
    """What a file uses by itself, outside the body in question."""

    names: frozenset[str]
    modules: frozenset[str]
    """Imported modules by their full name."""
    aliases: frozenset[str]
    """Names that stand for modules which can touch the world."""
    members: frozenset[str]
    """Dotted names that begin with an alias, such as `os.path.join`, and their beginnings."""


def customs_of(document: Document, function: Function) -> Customs:
    """What the file uses outside one function's body."""
    own = {id(node) for statement in function.body for node in ast.walk(statement)}
    nodes = [node for node in ast.walk(document.tree) if id(node) not in own]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    imports = [(module, alias) for node in nodes for module, alias in _imported(node)]
    modules = {module for module, _ in imports}
    aliases = {alias for module, alias in imports if module.partition(".")[0] in _WORLDLY}
    dotted = {part for node in nodes for part in _prefixes(_dotted(node))}
    members = {name for name in dotted if name.partition(".")[0] in aliases}
    return Customs(frozenset(names), frozenset(modules), frozenset(aliases), frozenset(members))


def objection(statements: Sequence[ast.stmt], customs: Customs) -> str:
    """Why a body may not be written into the file, as a clause; empty where it may."""
    for statement in statements:
        for node in ast.walk(statement):
            if said := _objection(node, customs):
                return said
    return ""


def _objection(node: ast.AST, customs: Customs) -> str:
    match node:
        case ast.Import() | ast.ImportFrom():
            return _import_objection(node, customs)
        case ast.Global(names=[name, *_]):
            return f"it assigns to the global {name}"
        case ast.Name(id=name) if name in _BUILTINS and name not in customs.names:
            return f"it uses {name}, which the file does not"
        case ast.Name(id=name) if _is_private_dunder(name) and name not in customs.names:
            return f"it uses {name}, which the file does not"
        case ast.Attribute(attr=name) if name not in customs.names and (
            name in _FRAMES or _is_private_dunder(name)
        ):
            return f"it uses the attribute {name}, which the file does not"
        case ast.Attribute() if (dotted := _dotted(node)) and _is_foreign(dotted, customs):
            return f"it uses {dotted}, which the file does not"
        case _:
            return ""


def _import_objection(node: ast.Import | ast.ImportFrom, customs: Customs) -> str:
    for module, _ in _imported(node):
        if module.partition(".")[0] not in _PURE and module not in customs.modules:
            return f"it imports {module}, which the file does not"
    return ""


def _is_private_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in _DUNDERS


def _is_foreign(dotted: str, customs: Customs) -> bool:
    """Whether a dotted name is a member of a module of the file that the file does not use."""
    parts = list(_prefixes(dotted))
    return parts[0] in customs.aliases and len(parts) > 1 and parts[1] not in customs.members


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The modules that a statement imports, with the name that each is bound to, empty for none."""
    match node:
        case ast.Import(names=names):
            for each in names:
                yield each.name, each.asname or each.name.partition(".")[0]
        case ast.ImportFrom(module=module, level=level, names=names):
            where = "." * level + (module or "")
            # What is imported from a module is used by name; a submodule of that name would be an alias too.
            for each in names:
                yield where, each.asname or each.name
        case _:
            pass


def _dotted(node: ast.AST) -> str:
    """`os.path.join` of such an expression, empty for any other."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            inner = _dotted(value)
            return f"{inner}.{attr}" if inner else ""
        case _:
            return ""


def _prefixes(dotted: str) -> Iterator[str]:
    """`os`, `os.path`, `os.path.join`."""
    parts = dotted.split(".") if dotted else []
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])
