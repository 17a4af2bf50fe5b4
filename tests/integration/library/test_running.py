"""Programs that hang, crash, forge and hoard: each gets its fault at its piece, and none harms another."""

import asyncio

import pytest

from holdfast.library.boards.adapter import Boards
from holdfast.library.records import Program, Ran, Sources, Task, TaskStep
from holdfast.library.running import Limits
from holdfast.runtime.sandbox.sandbox import Sandbox

WHITE = [0] * 180
RED = [4] + [0] * 179
PAINT = "Tile(1, 1).draw('red')"
QUICK = Limits(cpu_s=1.0, wall_s=120.0, memory_mb=128)
FAULTS = {
    "hangs": ("while True: pass", "timeout"),
    "hoards": ("pile = [0] * 10 ** 9", "memory"),
    "raises": ("1 / 0", "exception"),
    "ends": ("raise SystemExit(0)", "exception"),
    "recurses": ("def f(): return f()\nf()", "exception"),
    "spills": ("game.steps\nprint('x' * 10 ** 7)\n1 / 0", "exception"),
    "does not parse": ("Tile(1, 1", "parse"),
    "has a null byte": ("x = '\0'", "parse"),
    "imports": ("import os", "banned"),
    "imports the inside": ("from hexboard.game import Game", "banned"),
    "imports its host": ("import program_host", "banned"),
    "evaluates": ("eval('1')", "banned"),
    "opens": ("open('/etc/passwd')", "banned"),
    "walks": ("().__class__", "banned"),
    "looks at frames": ("(x for x in ()).gi_frame", "banned"),
    "speaks in halves": ("raise ValueError('\\ud800' + str(iter([])))", "exception"),
    "is no board": ("Tile(1, 1).draw('pink')", "exception"),
}


def tasks_of(programs: list[Program]) -> dict[str, Task]:
    return {
        each.task: Task(each.task, "g", WHITE, tuple(TaskStep("", RED) for _ in each.pieces))
        for each in programs
    }


def run(sandbox: Sandbox, programs: list[Program], library: Sources | None = None) -> list[Ran]:
    async def work() -> list[Ran]:
        boards = Boards()
        async with boards.opened(sandbox, limits=QUICK, workers=2):
            return await boards.run(programs, tasks_of(programs), library or boards.foundation())

    return asyncio.run(work())


def test_each_fault_is_told_at_its_piece_and_harms_nobody(sandbox: Sandbox) -> None:
    programs = [Program(name, (PAINT, text, PAINT)) for name, (text, _) in FAULTS.items()]
    programs.append(
        Program("right", (PAINT, "Tile(-1, -1).draw('blue')", "for tile in Shape(): tile.draw(1)"))
    )
    found = dict(zip([each.task for each in programs], run(sandbox, programs), strict=True))
    right = found.pop("right")
    assert right.fault is None
    assert [state[0] for state in right.states if state] == [4, 4, 4]
    assert right.states[2] == right.states[1] != right.states[0] == RED
    causes = {name: (ran.fault.cause, ran.fault.piece) for name, ran in found.items() if ran.fault}
    assert causes == {name: (cause, 1) for name, (_, cause) in FAULTS.items()}
    halves = found["speaks in halves"].fault
    assert halves is not None
    assert halves.message == "ValueError: ?<list_iterator object at 0x...>"
    for name, ran in found.items():
        # What is refused by its text never ran.
        reached = (None,) if FAULTS[name][1] in {"parse", "banned"} else (RED,)
        assert ran.states == (*reached, None, None)


FORGERS = {
    "prints": "print('{\"state\": [9]}')",
    "writes": "import os\nos.write(1, b'{\"state\": [9]}\\n')",
    "writes everywhere": (
        "import os\nfor d in range(3, 20):\n"
        "    try: os.write(d, b'{\"state\": [9]}\\n')\n    except OSError: pass"
    ),
    "ends at once": "import os\nos._exit(0)",
    "deep": (
        "import os\nfor d in range(3, 20):\n"
        "    try: os.write(d, b'{\"state\": ' + b'[' * 99999 + b'\\n')\n    except OSError: pass"
    ),
    "crashes": "import ctypes\nctypes.string_at(0)",
}


@pytest.mark.parametrize("name", FORGERS)
def test_a_library_that_forges_gives_no_state(sandbox: Sandbox, name: str) -> None:
    """A library that was edited by hand is not looked at before it runs: the walls hold all the same."""
    text = "from hexboard import *\n\n__all__ = ['Tile', 'forge']\n\ndef forge():\n"
    body = "".join(f"    {line}\n" for line in FORGERS[name].splitlines())
    library = Sources("edited", {**Boards().foundation().files, "edited/__init__.py": text + body})
    (ran,) = run(sandbox, [Program("t", (PAINT, "forge()", PAINT))], library)
    if name in {"prints", "writes"}:  # its own streams lead nowhere
        assert ran.fault is None
        assert ran.states == (RED, RED, RED)
    else:
        assert ran.states == (RED, None, None)
        assert ran.fault is not None
        assert ran.fault.cause == "no answer"


SPY = """
import gc

from hexboard import *

__all__ = ["spy"]


def spy():
    told = [each for each in gc.get_objects() if isinstance(each, (list, tuple)) and len(each) == 180]
    Tile(1, 1).draw("blue")
    if any(sum(each) == 180 * 6 for each in told if all(isinstance(item, int) for item in each)):
        Shape.WHOLE.draw("purple")
"""


def test_what_is_wanted_is_nowhere_in_the_sandbox(sandbox: Sandbox) -> None:
    library = Sources("edited", {**Boards().foundation().files, "edited/__init__.py": SPY})
    wanted = [6] * 180

    async def work() -> list[Ran]:
        boards = Boards()
        async with boards.opened(sandbox, limits=QUICK, workers=1):
            # The same text finds what it is told as a start: it would find what is wanted.
            tasks = {
                "told": Task("told", "g", wanted, (TaskStep("paint it purple", WHITE),)),
                "t": Task("t", "g", WHITE, (TaskStep("paint it purple", wanted),)),
            }
            return await boards.run([Program(key, ("spy()",)) for key in tasks], tasks, library)

    told, spied = asyncio.run(work())
    assert told.states == (wanted,)
    assert spied.states == ([5] + [0] * 179,)


def test_a_library_has_its_own_name_and_its_own_foundation(sandbox: Sandbox) -> None:
    files = dict(Boards().foundation().files)
    files["hexboard/colors.py"] = files["hexboard/colors.py"].replace('"orange")', '"pink")')
    pink = Sources("hexboard", files)
    program = [Program("t", ("Tile(1, 1).draw('pink')",))]
    (edited,), (plain,) = run(sandbox, program, pink), run(sandbox, program)
    assert edited.states[0] == [7] + [0] * 179
    assert plain.fault is not None
    assert "no color" in plain.fault.message


def test_a_library_that_does_not_load_is_told(sandbox: Sandbox) -> None:
    library = Sources("broken", {**Boards().foundation().files, "broken/__init__.py": "import absent\n"})
    (ran,) = run(sandbox, [Program("t", (PAINT,))], library)
    assert ran.states == (None,)
    assert ran.fault is not None
    assert "does not load" in ran.fault.message


def test_programs_begin_where_their_task_does_and_share_names_among_pieces(sandbox: Sandbox) -> None:
    async def work() -> list[Ran]:
        boards = Boards()
        async with boards.opened(sandbox, limits=QUICK, workers=2):
            task = Task("t", "g", RED, (TaskStep("", RED), TaskStep("", RED)))
            program = Program("t", ("corner = Shape.of_color('red')", "corner.draw('blue')"))
            return await boards.run([program, program], {"t": task}, boards.foundation())

    for ran in asyncio.run(work()):
        assert ran.states == (RED, [5] + [0] * 179)
