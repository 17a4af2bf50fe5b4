"""What a Python file finds beside itself: its package, the modules that it imports, the data that it names.

All of it is read here as text and never run. Tests are no part of it: a program must not find what is
expected of it.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from holdfast.checkers.python.program import Surroundings

__all__ = ["imports_of", "surroundings"]

_MOST_FILES = 500
_LARGEST = 1 << 20
"""Bytes of one file."""
_LARGEST_ALL = 16 << 20
"""Bytes of all of them; what is found later is left out."""
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_HIGHEST = 8
"""How many folders above the file are looked at."""


def surroundings(file: Path, tests: Sequence[Path] = ()) -> Surroundings:
    """The files that a program may import or read, named as seen from the folder that its imports start in.

    Modules are found beside the file, in the project's folder and in its `src`. Data are those files in
    the folder of the file that its text, or that of a module found, names; `tests` never are.
    """
    file = file.absolute()
    root = _import_root(file)
    walk = _Walk(file, (root, *_further_roots(file, root)), {path.absolute() for path in tests})
    walk.follow(file, root)
    walk.take_data()
    return Surroundings(walk.found, ".".join(file.parent.relative_to(root).parts))


def imports_of(file: Path) -> tuple[str, ...]:
    """The first parts of the names of modules that a file imports at its top level, each once."""
    tree = _parsed(_read(file))
    found: list[str] = []
    for node in () if tree is None else tree.body:
        match node:
            case ast.Import(names=names):
                found += [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                found.append(module)
            case _:
                pass
    return tuple(dict.fromkeys(name.partition(".")[0] for name in found))


def _import_root(file: Path) -> Path:
    """The folder from which a file's full name counts: the first one above it that is no package."""
    folder = file.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder and folder.name.isidentifier():
        folder = folder.parent
    return folder


def _further_roots(file: Path, root: Path) -> Iterator[Path]:
    """The project's folder and its `src`, where there is a project."""
    for folder in [file.parent, *file.parent.parents][:_HIGHEST]:
        if any((folder / mark).exists() for mark in _PROJECT):
            yield from (path for path in (folder / "src", folder) if path != root and path.is_dir())
            return


@dataclass(slots=True)
class _Walk:
    """Follows imports from file to file."""

    file: Path
    roots: tuple[Path, ...]
    tests: set[Path]
    found: dict[str, bytes] = field(default_factory=dict)
    _size: int = 0
    _texts: set[str] = field(default_factory=set)
    """The strings that stand in the texts."""

    def follow(self, path: Path, root: Path) -> None:
        """Take in what a file imports, and what that imports."""
        waiting = [(path, root)]
        while waiting:
            path, root = waiting.pop()
            tree = _parsed(_read(path))
            if tree is None:
                continue
            self._texts |= _strings(tree)
            package = path.parent.relative_to(root).parts
            names = list(_imported(tree, package))
            if path == self.file:
                names.append(package)
            for name in names:
                waiting += self._modules(name)

    def _modules(self, name: tuple[str, ...]) -> Iterator[tuple[Path, Path]]:
        """The files that importing a name runs and that are new: those of the packages around it first."""
        for root in self.roots:
            places = [root.joinpath(*name[:count]) for count in range(1, len(name) + 1)]
            files = [path for place in places for path in (place.with_suffix(".py"), place / "__init__.py")]
            there = [path for path in files if path.is_file()]
            if there:
                yield from ((path, root) for path in there if self._take(path, root))
                return

    def take_data(self) -> None:
        """Take in the files beside the program, and in folders beside it, that its text names."""
        folder, root = self.file.parent, self.roots[0]
        for path in sorted(folder.iterdir()):
            if path.name not in self._texts and not any(
                text.startswith(f"{path.name}/") for text in self._texts
            ):
                continue
            below = sorted(path.rglob("*")) if path.is_dir() else [path]
            for each in below:
                if each.is_file() and not _is_test(each):
                    self._take(each, root)

    def _take(self, path: Path, root: Path) -> bool:
        """Whether a file is new and small enough; then it is among those found."""
        name = str(PurePosixPath(*path.relative_to(root).parts))
        if path == self.file or name in self.found or path in self.tests:
            return False
        data = _read(path)
        if data is None or len(self.found) >= _MOST_FILES or self._size + len(data) > _LARGEST_ALL:
            return False
        self._size += len(data)
        self.found[name] = data
        return True


def _is_test(path: Path) -> bool:
    return path.name.startswith("test_") or path.stem.endswith("_test") or path.name == "conftest.py"


def _read(path: Path) -> bytes | None:
    """The bytes of a file; None where it is too large or cannot be read."""
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _parsed(data: bytes | None) -> ast.Module | None:
    try:
        return None if data is None else ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _strings(tree: ast.Module) -> set[str]:
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str) and len(node.value) < 256}


def _imported(tree: ast.Module, package: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """The full names of what a module of a package imports, as far as they can be modules."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (tuple(alias.name.split(".")) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package[: len(package) - level + 1] if level else ()
                whole = (*base, *(module.split(".") if module else ()))
                yield whole
                yield from ((*whole, alias.name) for alias in names)
            case _:
                pass
