"""Which names are still wanted after a statement: they are what a function has to give back."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["free_names", "live_after", "live_around", "live_before", "pinned_names", "stored_names"]

_Names = frozenset[str]
_NONE: _Names = frozenset()
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def free_names(node: ast.AST) -> _Names:
    """Names that running a node may read from around it; for a statement, those that it stores itself too."""
    if isinstance(node, ast.Name):
        return frozenset((node.id,)) if isinstance(node.ctx, ast.Load) else _NONE
    inner = _union(free_names(child) for child in ast.iter_child_nodes(node))
    if isinstance(node, _COMPREHENSIONS):
        return inner - _union(_targets(generator.target) for generator in node.generators)
    if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef):
        return inner - _parameters(node.args)
    return inner


def stored_names(nodes: Iterable[ast.AST]) -> tuple[str, ...]:
    """Names that statements give values to, each once, in the order of the text; inner scopes left out."""
    found: dict[str, None] = {}
    for node in nodes:
        _collect(node, found)
    return tuple(found)


def live_after(pieces: Sequence[Sequence[ast.stmt]], kept: _Names) -> Mapping[int, _Names]:
    """For each statement of each block, by its `id`, the names whose values may be read after it.

    Pieces are run one after another; `kept` are read after each of them by whoever runs them.
    """
    pinned = pinned_names(statement for piece in pieces for statement in piece)
    liveness = _Liveness(pinned)
    out = _NONE
    for piece in reversed(pieces):
        out = liveness.block(piece, out | kept, _Jumps())
    return liveness.after


def live_before(statements: Sequence[ast.stmt], out: _Names) -> _Names:
    """Names whose values before the statements may be read by them, or after them where `out` wants them."""
    return _Liveness(pinned_names(statements)).block(statements, out, _Jumps())


def live_around(
    statements: Sequence[ast.stmt], out: _Names, pinned: _Names
) -> tuple[_Names, Mapping[int, _Names]]:
    """As `live_before`, and as `live_after` for one piece among others.

    `pinned` are the names that inner functions of all pieces read.
    """
    liveness = _Liveness(pinned)
    return liveness.block(statements, out, _Jumps()), liveness.after


@dataclass(frozen=True, slots=True)
class _Jumps:
    """What is live where `break` and `continue` go to."""

    out: _Names = _NONE
    head: _Names = _NONE


class _Liveness:
    def __init__(self, pinned: _Names) -> None:
        self.after: dict[int, _Names] = {}
        self._pinned = pinned

    def block(self, statements: Sequence[ast.stmt], out: _Names, jumps: _Jumps) -> _Names:
        for statement in reversed(statements):
            out |= self._pinned
            # A loop's body is walked twice: what is found later only adds.
            self.after[id(statement)] = self.after.get(id(statement), _NONE) | out
            out = self._statement(statement, out, jumps)
        return out

    def _statement(self, node: ast.stmt, out: _Names, jumps: _Jumps) -> _Names:
        match node:
            case ast.If():
                branches = self.block(node.body, out, jumps) | self.block(node.orelse, out, jumps)
                return branches | free_names(node.test)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, out, jumps)
            case ast.With() | ast.AsyncWith():
                stored = _union(_targets(i.optional_vars) for i in node.items if i.optional_vars is not None)
                reads = _union(free_names(item) for item in node.items)
                return reads | (self.block(node.body, out, jumps) - stored)
            case ast.Return():
                return free_names(node)
            case ast.Break() | ast.Continue():
                return jumps.out if isinstance(node, ast.Break) else jumps.head
            case _ if _blocks(node) and not isinstance(node, _SCOPES):
                return self._anything(node, out)
            case _:
                return self._simple(node, out)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, out: _Names, jumps: _Jumps) -> _Names:
        ended = self.block(node.orelse, out, jumps)
        if isinstance(node, ast.While):
            target, live, first = _NONE, ended | free_names(node.test), _NONE
        else:
            # What is gone through is read once, before the first turn.
            target, live, first = (
                _targets(node.target),
                ended | free_names(node.target),
                free_names(node.iter),
            )
        for _ in range(2):
            live |= self.block(node.body, live, _Jumps(out, live)) - target
        return live | first

    def _anything(self, node: ast.stmt, out: _Names) -> _Names:
        """A statement in which control may go anywhere: whatever it reads is live all through it."""
        live = out | free_names(node)
        for body in _blocks(node):
            self.block(body, live, _Jumps(live, live))
        return live

    def _simple(self, node: ast.stmt, out: _Names) -> _Names:
        killed: _Names = _NONE
        reads = free_names(node)
        match node:
            case ast.Assign():
                killed = _union(_targets(target) for target in node.targets)
            case ast.AnnAssign() if node.value is not None:
                killed = _targets(node.target)
            case ast.AugAssign():
                reads |= _targets(node.target)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                killed = frozenset((node.name,))
            case _:
                pass
        return (out - killed) | reads


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    found: list[list[ast.stmt]] = [
        child.body
        for child in ast.iter_child_nodes(node)
        if isinstance(child, ast.ExceptHandler | ast.match_case)
    ]
    for name in ("body", "orelse", "finalbody"):
        value = getattr(node, name, None)
        if isinstance(value, list) and value:
            found.append(value)
    return found


def pinned_names(statements: Iterable[ast.stmt]) -> _Names:
    """Names that inner functions read: nobody knows when these run."""
    return _union(
        free_names(node)
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, _SCOPES)
    )


def _parameters(arguments: ast.arguments) -> _Names:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    extra = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return frozenset(each.arg for each in (*named, *extra))


def _targets(node: ast.expr) -> _Names:
    if isinstance(node, ast.Name):
        return frozenset((node.id,))
    if isinstance(node, ast.Tuple | ast.List):
        return _union(_targets(each) for each in node.elts)
    return _targets(node.value) if isinstance(node, ast.Starred) else _NONE


def _collect(node: ast.AST, found: dict[str, None]) -> None:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        found.setdefault(node.id)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        found.setdefault(node.name)
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, _COMPREHENSIONS):
        for part in ast.walk(node):
            if isinstance(part, ast.NamedExpr):
                found.setdefault(part.target.id)
        return
    for child in ast.iter_child_nodes(node):
        _collect(child, found)


def _union(sets: Iterable[_Names]) -> _Names:
    return frozenset().union(*sets)
