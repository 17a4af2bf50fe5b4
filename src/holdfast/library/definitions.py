"""The text of a learned package: functions are spliced in and taken out, and all else in it stays as it was.

What is learned is a package of its own, which passes on all of the foundation: programs import that package
alone. The foundation is never changed.
"""

import ast
import functools
from collections.abc import Sequence
from typing import TypeAlias

from holdfast.library.banned import parsed
from holdfast.library.records import Sources

__all__ = [
    "Definition",
    "definition_in",
    "exported",
    "functions_of",
    "learned_module",
    "with_function",
    "without_function",
]

Definition: TypeAlias = ast.FunctionDef | ast.ClassDef
_REMEMBERED = 256
"""Texts that are read again for each candidate: the foundation's, and the library's before it."""


def definition_in(source: str, name: str) -> Definition:
    """The one function or class that a source consists of, imports aside.

    Raises ValueError, with the reason as a clause, for any other source.
    """
    try:
        body = parsed(source).body
    except ValueError as error:
        raise ValueError(f"it does not parse ({error})") from error
    if not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"{name!r} is no name for a function; methods become functions of the object")
    others = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    match others:
        case [ast.FunctionDef() | ast.ClassDef() as found] if found.name == name:
            return found
        case [ast.FunctionDef() | ast.ClassDef() as found]:
            raise ValueError(f"it defines {found.name}, not {name}")
        case _:
            raise ValueError(f"it holds {len(others)} statements beside imports, not one definition")


def learned_module(foundation: Sources) -> str:
    """The name of the package that what is learned stands in."""
    return f"{foundation.module}_learned"


def exported(library: Sources) -> tuple[str, ...]:
    """The names that a library gives to programs, its foundation's first."""
    names: list[str] = []
    for path, text in library.files.items():
        if path.count("/") == 1 and path.endswith(("/__init__.py", "/functions.py")):
            names += _listed(text)
    return tuple(dict.fromkeys(names))


def functions_of(library: Sources) -> dict[str, str]:
    """What was learned, by name, in order: each definition with its decorators."""
    text = library.files.get(_path(library), "")
    lines = text.splitlines(keepends=True)
    return {
        node.name: "".join(lines[first - 1 : last])
        for node in parsed(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for first, last in [_span(node)]
    }


def with_function(library: Sources, foundation: Sources, source: str, name: str) -> Sources:
    """The library with a definition, in the place of one of the same name or at the end.

    Raises ValueError where the source is not one definition of that name.
    """
    node = definition_in(source, name)
    module = library.module
    files = dict(library.files)
    if module == foundation.module:
        module = learned_module(foundation)
        files[f"{module}/__init__.py"] = _package_text(foundation.module, module)
        files[f"{module}/functions.py"] = _functions_text(foundation.module)
    path = f"{module}/functions.py"
    lines = source.splitlines(keepends=True)
    first, last = _span(node)
    block = "".join(lines[first - 1 : last]).rstrip("\n") + "\n"
    text = _spliced(files[path], name, block)
    for statement in _imports(source, {module, foundation.module}):
        text = _importing(text, statement)
    files[path] = _relisted(text)
    return Sources(module, files)


def without_function(library: Sources, name: str) -> Sources:
    """The library without a function; as it was where there is none of that name."""
    path = _path(library)
    if name not in functions_of(library):
        return library
    return Sources(
        library.module, {**library.files, path: _relisted(_spliced(library.files[path], name, ""))}
    )


def _path(library: Sources) -> str:
    return f"{library.module}/functions.py"


def _span(node: Definition) -> tuple[int, int]:
    """First and last line, decorators with them."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return first, node.end_lineno or node.lineno


def _spliced(text: str, name: str, block: str) -> str:
    lines = text.splitlines(keepends=True)
    for node in parsed(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            first, last = _span(node)
            return "".join([*lines[: first - 1], block, *lines[last:]])
    return text.rstrip("\n") + "\n\n\n" + block


def _importing(text: str, statement: str) -> str:
    """The text with an import behind the imports that it has."""
    tree = parsed(text)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if any(ast.unparse(node) == statement for node in imports):
        return text
    at = imports[-1].end_lineno or 0 if imports else 0
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:at], statement + "\n", *lines[at:]])


def _imports(source: str, known: set[str]) -> Sequence[str]:
    """The imports of a source; names of the library and the foundation are there already."""
    return [
        ast.unparse(node)
        for node in parsed(source).body
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module not in known)
    ]


@functools.lru_cache(_REMEMBERED)
def _listed(text: str) -> tuple[str, ...]:
    """The strings of `__all__`."""
    for node in parsed(text).body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=items))
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.List(elts=items))
            ):
                return tuple(str(item.value) for item in items if isinstance(item, ast.Constant))
            case _:
                pass
    return ()


def _relisted(text: str) -> str:
    """The text with an `__all__` of all that it defines."""
    tree = parsed(text)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    listed = "".join(f'    "{name}",\n' for name in names)
    lines = text.splitlines(keepends=True)
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(target=ast.Name(id="__all__")):
                last = node.end_lineno or node.lineno
                new = f"__all__: list[str] = [\n{listed}]\n"
                return "".join([*lines[: node.lineno - 1], new, *lines[last:]])
            case _:
                pass
    return text


def _package_text(foundation: str, module: str) -> str:
    return (
        f'"""What was learned, and all of {foundation}."""\n\n'
        f"from {foundation} import *\n"
        f"from {foundation} import __all__ as _given\n"
        f"from {module}.functions import *\n"
        f"from {module}.functions import __all__ as _learned\n\n"
        "__all__ = [*_given, *_learned]\n"
    )


def _functions_text(foundation: str) -> str:
    return f'"""What was learned."""\n\nfrom {foundation} import *\n\n__all__: list[str] = []\n'
