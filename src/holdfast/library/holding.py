"""Which programs hold: run in the sandbox, they lead to the state that is wanted after every step."""

from collections.abc import Iterable, Mapping, Sequence

from holdfast.library.adapter import Adapter
from holdfast.library.records import Program, Ran, Sources, Task

__all__ = ["held", "holds"]


def holds(adapter: Adapter, task: Task, ran: Ran) -> bool:
    """Whether every state is the one that is wanted."""
    return (
        ran.fault is None
        and len(ran.states) == len(task.steps)
        and all(
            state is not None and adapter.same(state, step.state)
            for state, step in zip(ran.states, task.steps, strict=True)
        )
    )


async def held(
    adapter: Adapter, programs: Iterable[Program], tasks: Mapping[str, Task], library: Sources
) -> dict[str, Program]:
    """Those of some programs that hold, by task. Raises InfrastructureError where nothing can be run."""
    tried: Sequence[Program] = [each for each in programs if each.task in tasks]
    if not tried:
        return {}
    found = await adapter.run(tried, {each.task: tasks[each.task] for each in tried}, library)
    return {
        program.task: program
        for program, ran in zip(tried, found, strict=True)
        if holds(adapter, tasks[program.task], ran)
    }
