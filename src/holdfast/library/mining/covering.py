"""The shortest way to paint a set of cells with the functions at hand: exact where that is quick."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from holdfast.library.adapter import Cell
from holdfast.library.mining.plane import Offsets, bits
from holdfast.library.mining.repeats import rows
from holdfast.library.mining.table import Fit, Table

__all__ = ["TILE", "Cover", "Coverer", "Piece", "Repeat", "Target"]

TILE = 6
"""Tokens of `Tile(3, 4)`."""
_REPEAT = 9
"""Tokens of `repeat(, 1, 2, 3)` about what is repeated, without minus signs."""
_ONE = 5
"""Tokens of `.draw("red")`."""
_MANY = 7
"""The same, with `Shape()` about several pieces; each counts a comma, so one is too many."""
_MOST_TILES, _MOST_COPIES = 40, 14
"""Rows are looked for among so many tiles, or copies of another shape, and no more."""
_LARGEST = 4
"""Rows are not looked for where one of so many shapes does as well."""
_TRIES = 200
"""Steps of the exact search; where they do not do, the best so far is taken."""


class Target(NamedTuple):
    """What is to be painted."""

    must: int
    """Cells that have to be; some are."""
    may: int
    """Cells that may be, those that have to be among them."""
    off: int = 0
    """Cells of the plane that are not on this board: to paint them does nothing."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Copies of something, so far apart."""

    way: Cell
    times: int
    """How often it is there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is painted by one call, or by calls within each other."""

    mask: int
    cost: int
    entry: int | None
    """The variant in the table; None for a tile."""
    cell: int
    """Where it is drawn, or the first copy of it."""
    repeats: tuple[Repeat, ...] = ()
    """The innermost first."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What paints a set of cells."""

    pieces: tuple[Piece, ...]

    @property
    def repeats(self) -> bool:
        """Whether anything is painted in a row of copies."""
        return any(piece.repeats for piece in self.pieces)

    @property
    def cost(self) -> int:
        """Tokens of the statement."""
        extra = _MANY + len(self.pieces) if len(self.pieces) > 1 else _ONE
        return sum(piece.cost for piece in self.pieces) + extra


class Coverer:
    """Covers sets of cells of one board. What it was asked once it knows."""

    def __init__(
        self,
        table: Table,
        forms: Collection[int],
        *,
        repeats: bool,
        wider: "Coverer | None" = None,
        narrower: "Coverer | None" = None,
    ) -> None:
        """With the functions of these numbers, and with rows of copies or without.

        `wider` has more of them: what it paints without those is not looked for again. `narrower` has fewer:
        where the others fit nowhere, it paints as well. Both count functions as the table does.
        """
        self.table = table
        self.forms = frozenset(forms)
        self.repeats = repeats
        self._wider = wider
        self._narrower = narrower
        self._rowing = self._apart()
        self._known: dict[Target, Cover] = {}

    def cover(self, target: Target) -> Cover:
        """Paint what has to be painted, and nothing that may not be."""
        if target not in self._known:
            self._known[target] = self._found(target)
        return self._known[target]

    def settle(self) -> None:
        """Let go of the narrower one, so that a long line of them does not stay in memory."""
        self._narrower = None

    def used(self, cover: Cover) -> set[int]:
        """The numbers of the functions that a cover has."""
        entries = self.table.entries
        return {entries[piece.entry].form for piece in cover.pieces if piece.entry is not None}

    def _apart(self) -> frozenset[int]:
        """The variants that rows are made of: the cheapest of those that are the same shape."""
        best: dict[Offsets, int] = {}
        entries = self.table.entries
        for at in sorted(range(len(entries)), key=lambda at: entries[at].variant.cost):
            if entries[at].form in self.forms:
                best.setdefault(self.table.looks[at], at)
        return frozenset(best.values())

    def _found(self, target: Target) -> Cover:
        must = target.must
        if self._wider is not None:
            cover = self._wider.cover(target)
            if self.used(cover) <= self.forms and (self.repeats or not cover.repeats):
                return cover
        if self._narrower is not None and self._narrower.repeats == self.repeats:
            fresh = self.forms - self._narrower.forms
            if not any(fit.form in fresh for fit in self._within(target)):
                return self._narrower.cover(target)
        pieces = _undominated(must, self._pieces(target))
        greedy = _without_idle(must, _greedily(must, pieces))
        return Cover(tuple(_Search(must, pieces, greedy).best()))

    def _within(self, target: Target) -> Iterator[Fit]:
        return self.table.within(target.must, target.may | target.off)

    def _pieces(self, target: Target) -> list[Piece]:
        """What is worth a try: of pieces that paint the same of what has to be painted, the cheapest."""
        best: dict[int, Piece] = {}
        for piece in self._candidates(target):
            key = piece.mask & target.must
            known = best.get(key)
            if known is None or piece.cost < known.cost:
                best[key] = piece
        return [piece for key, piece in best.items() if piece.cost < (TILE + 1) * key.bit_count()]

    def _candidates(self, target: Target) -> Iterator[Piece]:
        must = target.must
        copies: dict[int, dict[Cell, int]] = {}
        fits = [fit for fit in self._within(target) if fit.form in self.forms]
        for fit in fits:
            yield Piece(fit.mask, fit.cost, fit.entry, fit.cell)
            if fit.entry in self._rowing and fit.is_whole and _is_new(fit.mask, target):
                copies.setdefault(fit.entry, {})[self.table.place(fit)] = fit.mask
        tiles = {self.table.plane.cells[at]: 1 << at for at in bits(must)}
        for (x, y), mask in tiles.items():
            yield Piece(mask, TILE, None, self.table.plane.index[x, y])
        if self.repeats:
            large = sorted(fits, key=lambda fit: -(fit.mask & must).bit_count())[:_LARGEST]
            for entry, found in ((None, tiles), *copies.items()):
                most = _MOST_TILES if entry is None else _MOST_COPIES
                if 1 < len(found) <= most and not self._is_idle(must, entry, found, large):
                    yield from self._rows(must, entry, found)

    def _cost(self, entry: int | None) -> int:
        return TILE if entry is None else self.table.entries[entry].variant.cost

    def _is_idle(
        self, must: int, entry: int | None, copies: Mapping[Cell, int], large: Sequence[Fit]
    ) -> bool:
        """Whether no row can do what one shape does not do as well."""
        cost = self._cost(entry) + _REPEAT
        every = 0
        for mask in copies.values():
            every |= mask & must
        return any(fit.cost <= cost and every & ~fit.mask == 0 for fit in large)

    def _rows(self, must: int, entry: int | None, copies: Mapping[Cell, int]) -> Iterator[Piece]:
        index = self.table.plane.index
        cost = self._cost(entry)
        again: dict[tuple[Cell, int], dict[Cell, int]] = {}
        for first, way, times, mask in rows(copies):
            again.setdefault((way, times), {})[first] = mask
            whole = cost + _row_cost(way)
            if whole < (TILE + 1) * (mask & must).bit_count():
                yield Piece(mask, whole, entry, index[first], (Repeat(way, times),))
        for (inner, count), found in again.items():
            # Two tiles apart are many, and none is a row of its own.
            if len(found) > 1 and (count > 2 or entry is not None):
                for first, way, times, mask in rows(found):
                    whole = cost + _row_cost(inner) + _row_cost(way)
                    if whole < (TILE + 1) * (mask & must).bit_count():
                        repeats = (Repeat(inner, count), Repeat(way, times))
                        yield Piece(mask, whole, entry, index[first], repeats)


def _is_new(mask: int, target: Target) -> bool:
    """Whether a copy may be part of a row: half of it has to be painted, and none falls off the board."""
    return not mask & target.off and 2 * (mask & target.must).bit_count() >= mask.bit_count()


def _row_cost(way: Cell) -> int:
    return _REPEAT + (way[0] < 0) + (way[1] < 0)


def _undominated(must: int, pieces: list[Piece]) -> list[Piece]:
    """Leave out what another piece does as well for no more."""
    kept: list[Piece] = []
    holding: dict[int, list[Piece]] = {1 << at: [] for at in bits(must)}
    for piece in sorted(pieces, key=lambda each: (-(each.mask & must).bit_count(), each.cost)):
        mask, cost = piece.mask & must, piece.cost
        for other in holding[mask & -mask]:
            if mask & other.mask == mask and other.cost <= cost:
                break
        else:
            kept.append(piece)
            for at in bits(mask):
                holding[1 << at].append(piece)
    return kept


def _greedily(must: int, pieces: list[Piece]) -> list[Piece]:
    """Take what is cheapest for a cell that is still bare, again and again."""
    taken, left = [], must
    while left:
        found = [(each.cost + 1) / count for each in pieces if (count := (each.mask & left).bit_count())]
        price = min(found)
        piece = next(
            each
            for each in pieces
            if (count := (each.mask & left).bit_count()) and (each.cost + 1) / count == price
        )
        taken.append(piece)
        left &= ~piece.mask
    return taken


def _without_idle(must: int, pieces: list[Piece]) -> list[Piece]:
    """Leave out pieces whose cells the others paint too, dear ones first."""
    kept = list(pieces)
    for piece in sorted(pieces, key=lambda each: -each.cost):
        rest = 0
        for other in kept:
            if other is not piece:
                rest |= other.mask
        if must & ~rest == 0:
            kept.remove(piece)
    return kept


class _Search:
    """Branches on the cell with the fewest pieces, and drops what cannot beat the best so far."""

    def __init__(self, must: int, pieces: list[Piece], known: list[Piece]) -> None:
        self._must = must
        self._best = known
        self._cost = sum(piece.cost + 1 for piece in known)
        self._tries = _TRIES
        ordered = sorted(pieces, key=lambda each: each.cost / (each.mask & must).bit_count())
        self._by_cell = {at: [each for each in ordered if each.mask >> at & 1] for at in bits(must)}
        self._cells = sorted(self._by_cell, key=lambda at: len(self._by_cell[at]))
        self._price = min((each.cost + 1) / (each.mask & must).bit_count() for each in pieces)
        self._least = min(each.cost + 1 for each in pieces)

    def best(self) -> list[Piece]:
        """The cheapest that was found within the tries."""
        if len(self._best) > 1:
            self._extend(self._must, 0, [])
        return self._best

    def _extend(self, left: int, cost: int, taken: list[Piece]) -> None:
        if not left:
            # Dearer ones were not followed.
            self._best, self._cost = list(taken), cost
            return
        self._tries -= 1
        if self._tries < 0 or cost + max(self._price * left.bit_count(), self._least) >= self._cost:
            return
        cell = next(at for at in self._cells if left >> at & 1)
        for piece in self._by_cell[cell]:
            if cost + piece.cost + 1 < self._cost:
                taken.append(piece)
                self._extend(left & ~piece.mask, cost + piece.cost + 1, taken)
                taken.pop()
