"""Functions that stitch-core finds in the expressions of programs; what is no function in Python is dropped.

Stitch abstracts lambda terms. What it leaves open at the end of a term becomes a parameter too, and so does a
name of the programs. Dropped is what leaves something open inside, or has a hole for what is called.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from holdfast.core.errors import MissingToolError
from holdfast.library.compressing.corpus import Windows
from holdfast.library.compressing.proposer import Compression
from holdfast.library.compressing.search import Found, SearchSettings, Use, Window, assembled
from holdfast.library.compressing.sites import calls_or_loops
from holdfast.library.compressing.templates import matched
from holdfast.library.compressing.terms import FREE, HOLE, Terms

__all__ = ["Stitch", "search_with_stitch"]

_TOKEN = re.compile(r"[()]|[^\s()]+")
_ITERATIONS = 8
_REPEATS = 50
"""How often an expression is counted at most."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """A node of a lambda term (`n7` is on top of our term 7), a hole or an abstraction, and its arguments."""

    name: str
    children: tuple["_Tree", ...] = ()


class Stitch(Compression):
    """Compression of expressions alone, by another search; everything found is run before it is believed."""

    name = "stitch"

    def _search(self, windows: Windows, terms: Terms) -> list[Found]:
        return search_with_stitch(windows, terms, self._settings)


def search_with_stitch(
    windows: Mapping[tuple[bool, tuple[int, ...]], Sequence[Window]], terms: Terms, settings: SearchSettings
) -> list[Found]:
    """Patterns that save tokens, the best first. Raises MissingToolError without the extra `library`."""
    stitch = _stitch()
    places = {numbers[0]: each for (expression, numbers), each in windows.items() if expression}
    inner = {child for number in places for child in _below(number, terms)}
    outermost = sorted(number for number in places if number not in inner)
    programs = [_text(each, terms) for each in outermost for _ in places[each][:_REPEATS]]
    if not programs:
        return []
    result = stitch.compress(
        programs, iterations=_ITERATIONS, max_arity=settings.parameters, threads=1, silent=True
    )
    found: list[Found] = []
    earlier: dict[str, _Tree] = {}
    for abstraction in result.abstractions:
        # What was found before is put in: each function is looked at by itself.
        earlier[abstraction.name] = tree = _expanded(_parsed(abstraction.body), earlier)
        found += _found(_Building(terms, abstraction.arity), tree, places, terms, settings)
    return sorted(found, key=lambda each: (-each.gain, each.pattern))


def _stitch() -> ModuleType:
    try:
        import stitch_core  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingToolError("Stitch is not installed: pip install 'holdfast[library]'") from error
    module: ModuleType = stitch_core
    return module


def _below(number: int, terms: Terms) -> Iterator[int]:
    for child in terms.children[number]:
        yield child
        yield from _below(child, terms)


def _text(number: int, terms: Terms) -> str:
    """A term as Stitch reads it: its nodes are named by a term that has them on top."""
    children = terms.children[number]
    name = f"n{terms.top(number)}"
    return f"({name} {' '.join(_text(each, terms) for each in children)})" if children else name


def _parsed(text: str) -> _Tree:
    tokens = iter(_TOKEN.findall(text))

    def tree(word: str) -> _Tree:
        if word != "(":
            return _Tree(word)
        head = tree(next(tokens))
        children = []
        while (word := next(tokens)) != ")":
            children.append(tree(word))
        return _Tree(head.name, (*head.children, *children))

    return tree(next(tokens))


def _expanded(tree: _Tree, earlier: Mapping[str, _Tree]) -> _Tree:
    """A tree without abstractions that were found before."""
    children = tuple(_expanded(each, earlier) for each in tree.children)
    body = earlier.get(tree.name)
    if body is None:
        return _Tree(tree.name, children)
    count = 1 + max((int(hole[1:]) for hole in _holes(body)), default=-1)
    filled = _filled(body, children[:count])
    return _Tree(filled.name, (*filled.children, *children[count:]))


def _holes(tree: _Tree) -> Iterator[str]:
    if tree.name.startswith("#"):
        yield tree.name
    for each in tree.children:
        yield from _holes(each)


def _filled(tree: _Tree, values: Sequence[_Tree]) -> _Tree:
    children = tuple(_filled(each, values) for each in tree.children)
    if tree.name.startswith("#") and int(tree.name[1:]) < len(values):
        value = values[int(tree.name[1:])]
        return _Tree(value.name, (*value.children, *children))
    return _Tree(tree.name, children)


class _Building:
    """Builds the pattern of an abstraction."""

    def __init__(self, terms: Terms, arity: int) -> None:
        self._terms = terms
        self.arity = arity
        """Parameters; what is left open at the end, and names, count once the pattern is built."""
        self._names: dict[int, int] = {}

    def pattern(self, tree: _Tree) -> int | None:
        """Its term; None for what is no function."""
        if not tree.name.startswith("n"):
            return None
        wanted = len(self._terms.children[int(tree.name[1:])])
        open_ = [_Tree(f"#{self.arity + at}") for at in range(wanted - len(tree.children))]
        self.arity += len(open_)
        try:
            return self._build(_Tree(tree.name, (*tree.children, *open_)))
        except ValueError:
            return None

    def _build(self, tree: _Tree) -> int:
        terms = self._terms
        if tree.name.startswith("#") and not tree.children:
            return terms.add((HOLE, int(tree.name[1:])), ())
        if not tree.name.startswith("n"):
            raise ValueError(tree.name)
        top = int(tree.name[1:])
        label = terms.labels[top]
        if label[0] == FREE:
            return self._parameter(top)
        if len(tree.children) != len(terms.children[top]):
            raise ValueError(label)
        children = tuple(self._build(each) for each in tree.children)
        for at, child in enumerate(children):
            locked = (label[0] == "Call" and at == 0) or (label[0] == "FormattedValue" and at > 0)
            if locked and terms.labels[child][0] == HOLE:
                raise ValueError(label)
        return terms.add(label, children)

    def _parameter(self, name: int) -> int:
        if name not in self._names:
            self._names[name] = self.arity
            self.arity += 1
        return self._terms.add((HOLE, self._names[name]), ())


def _found(
    building: _Building,
    tree: _Tree,
    places: Mapping[int, Sequence[Window]],
    terms: Terms,
    settings: SearchSettings,
) -> Iterator[Found]:
    """The abstraction with its uses, if it is a function that enough tasks use."""
    pattern = building.pattern(tree)
    if pattern is None or not terms.closed[pattern] or building.arity > settings.parameters:
        return
    uses = []
    for number, each in sorted(places.items()):
        holes = matched((pattern,), (number,), terms)
        if holes is not None and set(holes) == set(range(building.arity)):
            given = tuple(holes[at] for at in range(building.arity))
            uses += [Use(window, given, terms.sizes[number]) for window in each]
    tasks, groups = {use.window.task for use in uses}, {use.window.group for use in uses}
    if len(tasks) < settings.tasks or len(groups) < settings.groups:
        return
    thin = calls_or_loops(terms, (pattern,)) < 2 and len(uses) < settings.thin_uses
    found = assembled(0, (pattern,), (), uses, terms)
    if found.gain > 0 and not thin:
        yield found
