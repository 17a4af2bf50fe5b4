"""What mining proposes holds: functions enter a library, and programs that use them lead to every board."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.hexagons_here import find_hexagons

from holdfast.core.errors import UserError
from holdfast.library.boards.adapter import Boards
from holdfast.library.definitions import exported, functions_of
from holdfast.library.gate import Admitted, Gate
from holdfast.library.grids.adapter import Grids
from holdfast.library.holding import held
from holdfast.library.lists.adapter import Lists
from holdfast.library.mining.proposer import Motifs
from holdfast.library.records import Candidate, Program, Sources, Task
from holdfast.runtime.sandbox.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[3] / "examples" / "library"


def length(domain: Boards | Grids, programs: Mapping[str, Program]) -> int:
    """Tokens of programs."""
    return sum(domain.cost(piece) for program in programs.values() for piece in program.pieces)


async def admitted(domain: Boards | Grids, candidates: Iterable[Candidate]) -> Sources:
    """The library with all candidates in it: none is refused."""
    library = domain.foundation()
    for each in candidates:
        library, refusal = await domain.admit(each, library)
        assert refusal is None
    return library


def tasks_of(domain: Boards | Grids, path: Path) -> dict[str, Task]:
    """The tasks of a file, by key."""
    return {task.key: task for task in domain.load(path).tasks}


@pytest.mark.parametrize(("domain", "ratio"), [(Boards(), 2.5), (Grids(), 1.8)])
@pytest.mark.asyncio
async def test_a_library_is_mined_from_states_and_serves_tasks_that_it_was_not_mined_from(
    domain: Boards | Grids, ratio: float, sandbox: Sandbox
) -> None:
    tasks = tasks_of(domain, EXAMPLES / domain.name / "train.jsonl")
    unseen = tasks_of(domain, EXAMPLES / domain.name / "validation.jsonl")
    proposer = Motifs(domain)
    found = await proposer.propose(SimpleNamespace(tasks=tasks, programs={}, library=domain.foundation()))
    async with domain.opened(sandbox):
        library = await admitted(domain, found)
        assert list(functions_of(library)) == [each.name for each in found]
        assert not await proposer.propose(SimpleNamespace(tasks=tasks, programs={}, library=library))
        # The last rewrites of each task use all that was accepted before.
        rewrites = {key: program for each in found for key, program in each.rewrites.items()}
        assert await held(domain, rewrites.values(), tasks, library) == rewrites
        # A proposer that never saw the training tasks knows the functions by their text.
        written = Motifs(domain).rewritten(found, list(unseen.values()), {})
        by_tiles = proposer.rewritten((), list(unseen.values()), {})
        assert await held(domain, written.values(), unseen, library) == written
    assert length(domain, by_tiles) / length(domain, written) > ratio
    assert not Motifs(domain).rewritten((), list(unseen.values()), written)


@pytest.mark.asyncio
async def test_the_gate_lets_motifs_in_and_stops_a_motif_that_somebody_spoiled(sandbox: Sandbox) -> None:
    domain = Boards()
    tasks = tasks_of(domain, EXAMPLES / "boards" / "train.jsonl")
    proposer = Motifs(domain)
    given = domain.foundation()
    found = await proposer.propose(SimpleNamespace(tasks=tasks, programs={}, library=given))
    best, *_ = found
    programs = dict(proposer.rewritten((), list(tasks.values()), {}))
    async with domain.opened(sandbox):
        gate = Gate(domain, tasks, writers=(proposer,))
        verdict = await gate.judge(best, given, programs)
        assert isinstance(verdict, Admitted)
        assert best.name in exported(verdict.library)
        spoiled = Candidate(
            best.name,
            best.source.replace("== radius", "<= radius"),
            best.proposer,
            best.support,
            best.rewrites,
        )
        assert spoiled.source != best.source
        refused = await gate.judge(spoiled, given, programs)
    assert not isinstance(refused, Admitted)
    assert refused.rule == "examples"


@pytest.mark.asyncio
async def test_nothing_is_mined_from_nothing_nor_from_what_is_no_drawing() -> None:
    with pytest.raises(UserError, match="not drawn on a lattice"):
        Motifs(Lists())
    view = SimpleNamespace(tasks={}, programs={}, library=Boards().foundation())
    assert await Motifs(Boards()).propose(view) == ()
    assert Motifs(Boards()).rewritten((), [], {}) == {}


@pytest.mark.slow
@pytest.mark.asyncio
async def test_motifs_of_one_part_of_the_hexagons_shorten_another(sandbox: Sandbox) -> None:
    domain = Boards()
    # Mined from the smaller part that belongs to development; the benchmark mines from the training part.
    tasks = tasks_of(domain, find_hexagons() / "dev.jsonl")
    proposer = Motifs(domain)
    found = await proposer.propose(SimpleNamespace(tasks=tasks, programs={}, library=domain.foundation()))
    written = proposer.rewritten(found, list(tasks.values()), {})
    async with domain.opened(sandbox):
        library = await admitted(domain, found)
        assert await held(domain, written.values(), tasks, library) == written
    assert len(written) == 62
    assert "circle" in {each.name for each in found}
    assert length(domain, proposer.rewritten((), list(tasks.values()), {})) / length(domain, written) > 2.2
