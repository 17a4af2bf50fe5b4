"""Functions are told apart in programs that leave arguments to them."""

import asyncio

import pytest

from holdfast.library.boards.adapter import Boards
from holdfast.library.definitions import with_function
from holdfast.library.records import Candidate, Program, Task, TaskStep
from holdfast.library.twins import find_twin, functions_with
from holdfast.runtime.sandbox.sandbox import Sandbox

HEAD = "(row: int, column: int, radius: int = 1, *, color: str = 'red') -> Shape:\n    return "
CIRCLE = f"def circle{HEAD}ring(Tile(row, column), radius).draw(color)\n"
BLANK = [0] * 180


def twin_of(sandbox: Sandbox, body: str, *pieces: str) -> str:
    """The twin that `blob` has beside `circle`, in programs of one piece each."""

    async def run() -> str:
        boards = Boards()
        given = boards.foundation()
        blob = Candidate("blob", f"def blob{HEAD}{body}\n", "somebody", ())
        library = with_function(given, given, CIRCLE, "circle")
        library = with_function(library, given, blob.source, "blob")
        programs = [Program(f"t{at}", (piece,)) for at, piece in enumerate(pieces)]
        tasks = {each.task: Task(each.task, "", BLANK, (TaskStep("", BLANK),)) for each in programs}
        others = functions_with(library, blob)
        async with boards.opened(sandbox):
            return await find_twin(blob, others, programs, tasks, boards.probes(2, 0), library, boards)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("body", "twin"),
    [
        ("disk(Tile(row, column), radius).draw(color)", ""),
        ("Shape(ring(Tile(row, column), radius)).draw(color)", "circle"),
    ],
)
def test_what_a_call_leaves_out_is_given_to_the_other(sandbox: Sandbox, body: str, twin: str) -> None:
    assert twin_of(sandbox, body, "blob(5, 5)") == twin


def test_a_call_that_cannot_be_put_tells_nothing(sandbox: Sandbox) -> None:
    assert twin_of(sandbox, "disk(Tile(row, column), radius).draw(color)", "blob(5, 5, color='blue')") == ""
