"""What every domain of library generation keeps to."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from holdfast.library.adapter import Adapter
from holdfast.library.records import Candidate, Program, Task


class AdapterContract:
    """Subclasses give fixtures: `adapter`; `tasks`, each with a program that holds; `broken`, a program of
    one piece for the first task that fails; `candidate`, which may enter; and `running`, the adapter ready
    to run, where it is not always."""

    @pytest.fixture
    def running(self, adapter: Adapter) -> Adapter:
        return adapter

    async def test_tasks_have_keys_of_their_own_and_real_states(
        self, adapter: Adapter, tasks: Sequence[Task]
    ) -> None:
        assert len({task.key for task in tasks}) == len(tasks) > 1
        assert all(task.steps and task.group for task in tasks)

    async def test_states_are_compared_by_what_they_are(
        self, adapter: Adapter, tasks: Sequence[Task]
    ) -> None:
        states = [state for task in tasks for state in (task.start, *(step.state for step in task.steps))]
        for one, other in pairwise(states):
            assert adapter.same(one, one)
            assert adapter.same(one, other) == adapter.same(other, one) == (one == other)
            assert not adapter.changes(one, one)
            # Nothing changes between states exactly where they are the same.
            assert bool(adapter.changes(one, other)) == (not adapter.same(one, other))

    async def test_known_programs_hold(self, running: Adapter, tasks: Sequence[Task]) -> None:
        programs = [task.program for task in tasks if task.program]
        assert len(programs) == len(tasks)
        by_key = {task.key: task for task in tasks}
        found = await running.run(programs, by_key, running.foundation())
        assert len(found) == len(programs)
        for task, ran in zip(tasks, found, strict=True):
            assert ran.fault is None
            assert len(ran.states) == len(task.steps)
            for state, step in zip(ran.states, task.steps, strict=True):
                assert running.same(state, step.state)

    async def test_a_fault_is_told_and_harms_nobody(
        self, running: Adapter, tasks: Sequence[Task], broken: Program
    ) -> None:
        task = tasks[0]
        assert task.program is not None
        programs = [task.program, broken, task.program]
        first, failed, last = await running.run(programs, {task.key: task}, running.foundation())
        assert first.states == last.states
        assert failed.fault is not None
        assert failed.fault.piece == 0
        assert failed.fault.message
        assert failed.states == (None,)

    async def test_what_enters_can_be_used_and_what_is_refused_changes_nothing(
        self, running: Adapter, candidate: Candidate
    ) -> None:
        given = running.foundation()
        library, refusal = await running.admit(candidate, given)
        assert refusal is None
        assert candidate.name in "".join(library.files.values())
        assert candidate.name not in "".join(given.files.values())
        nonsense = Candidate(candidate.name, "this is (no definition", "nobody", ())
        same, refusal = await running.admit(nonsense, given)
        assert same == given
        assert refusal is not None
        assert (refusal.candidate, refusal.proposer) == (candidate.name, "nobody")
        assert refusal.rule
        assert refusal.detail

    async def test_costs_grow_with_programs_and_not_with_layout(
        self, adapter: Adapter, tasks: Sequence[Task]
    ) -> None:
        for task in tasks:
            assert task.program is not None
            text = "\n".join(task.program.pieces)
            assert 0 < adapter.cost(text) < adapter.cost(f"{text}\n{text}\n")
            assert adapter.cost(f"\n\n{text}\n\n") == adapter.cost(text)

    async def test_probes_are_the_same_for_the_same_seed(self, adapter: Adapter) -> None:
        assert adapter.probes(5, 1) == adapter.probes(5, 1)
        assert len(adapter.probes(5, 1)) in {0, 5}
        if adapter.probes(5, 1):
            assert adapter.probes(5, 1) != adapter.probes(5, 2)

    async def test_a_picture_stands_alone(self, adapter: Adapter, tasks: Sequence[Task]) -> None:
        picture = adapter.picture(tasks[0].steps[-1].state)
        assert not picture or (picture.startswith("<svg ") and picture.endswith("</svg>"))
        assert "href" not in picture

    async def test_the_lattice_turns_onto_itself(self, adapter: Adapter, tasks: Sequence[Task]) -> None:
        lattice = adapter.lattice
        if lattice is None:
            return
        assert lattice.turns[0] == ((1, 0), (0, 1))
        assert len(lattice.turns) == 2 * len(lattice.directions) == 2 * len(lattice.names)
        for (a, b), (c, d) in lattice.turns:
            turned = {(a * p + b * q, c * p + d * q) for p, q in lattice.directions}
            assert turned == set(lattice.directions)
        for task in tasks:
            colored = lattice.cells(task.start)
            cells = [cell for each in colored.values() for cell in each]
            assert len(set(cells)) == len(cells) == len({lattice.place(cell) for cell in cells})
            assert all(lattice.holds(cell) for cell in cells)
