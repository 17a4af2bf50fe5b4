"""What the pipeline asks of a domain: boards, grids, lists and proofs answer."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from holdfast.library.records import Candidate, Loaded, Program, Ran, Refusal, Sources, State, Task

__all__ = ["Adapter", "Cell", "Lattice", "Proposer", "View"]

Cell: TypeAlias = tuple[int, int]
"""A place of a lattice, in coordinates that add up."""
Turn: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""A rotation or reflection, as a matrix of integers."""


class Lattice(Protocol):
    """States as coloured cells that can be moved and turned; what motifs are mined on."""

    @property
    def directions(self) -> tuple[Cell, ...]:
        """The vectors from a cell to its neighbours, in the order of a turn."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The word that programs have for each direction."""
        ...

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All rotations and reflections, the identity first."""
        ...

    def holds(self, cell: Cell) -> bool:
        """Whether the cell lies on the board."""
        ...

    def cells(self, state: State) -> Mapping[Hashable, frozenset[Cell]]:
        """All cells of a state by their colour, as programs write it: blanks too."""
        ...

    def place(self, cell: Cell) -> tuple[int, int]:
        """Row and column as programs write them, both counted from 1."""
        ...


class Adapter(Protocol):
    """One domain.

    Its methods raise InfrastructureError where running is impossible, and never for a program's faults.
    """

    @property
    def name(self) -> str:
        """`boards`, `grids`, `lists` or `proofs`."""
        ...

    @property
    def lattice(self) -> Lattice | None:
        """How its states are cells; None where they are not."""
        ...

    def load(self, path: Path) -> Loaded:
        """Read tasks. Raises UserError where the file is missing or no line of it can be used."""
        ...

    def foundation(self) -> Sources:
        """The library to begin with, before anything is learned."""
        ...

    async def run(
        self, programs: Sequence[Program], tasks: Mapping[str, Task], library: Sources
    ) -> list[Ran]:
        """Run each program on its own from the start of its task, sandboxed, in the order given.

        What is wanted never reaches the program. Limits are CPU seconds: a busy machine changes nothing.
        """
        ...

    async def admit(self, candidate: Candidate, library: Sources) -> tuple[Sources, Refusal | None]:
        """The library with the candidate in it; or, with the reason, the library as it was.

        Refused are what does not parse or type, what calls what it must not, and what fails its own examples.
        """
        ...

    def parts(self, state: State) -> frozenset[Hashable]:
        """What a state consists of, blanks left out: scores compare these sets."""
        ...

    def changes(self, before: State, after: State) -> frozenset[Hashable]:
        """What a step did, as a set: places with what they became, blanks among them."""
        ...

    def same(self, left: State, right: State) -> bool:
        """Whether two states are equal."""
        ...

    def cost(self, text: str) -> int:
        """The length of a program or library, in tokens of its language; comments and layout are free."""
        ...

    def probes(self, count: int, seed: int) -> Sequence[State]:
        """States to tell functions apart by, the same for the same seed."""
        ...

    def picture(self, state: State) -> str:
        """The state as an SVG image that stands alone; empty where a domain has none."""
        ...


class View(Protocol):
    """What a proposer is shown: training tasks only."""

    @property
    def tasks(self) -> Mapping[str, Task]:
        """By key."""
        ...

    @property
    def programs(self) -> Mapping[str, Program]:
        """A program that holds for each task that has one, by key."""
        ...

    @property
    def library(self) -> Sources:
        """As it is now."""
        ...


class Proposer(Protocol):
    """Who proposes functions: motifs of states, compression of programs, Stitch, a language model."""

    @property
    def name(self) -> str:
        """A word for it, as refusals and lineages have it."""
        ...

    async def propose(self, view: View) -> Sequence[Candidate]:
        """The best first; the gate decides."""
        ...

    def rewritten(
        self, candidates: Sequence[Candidate], tasks: Sequence[Task], programs: Mapping[str, Program]
    ) -> Mapping[str, Program]:
        """Programs of unseen tasks, written with accepted candidates, where they gain by it."""
        ...
