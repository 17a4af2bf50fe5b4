"""What the gate says of candidates that do not hold, or do not help: which rule refuses each."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from tests.integration.library.planted import WHITE, Known, known

from holdfast.library.boards.adapter import Boards
from holdfast.library.compressing.proposer import Compression
from holdfast.library.gate import Admitted, Gate, GateSettings, HeldOut, Verdict
from holdfast.library.records import Candidate, Program, Sources, Task
from holdfast.library.running import Limits
from holdfast.runtime.sandbox.sandbox import Sandbox

FLOWER = (
    "ring(Tile({row}, {column})).draw('red')\nTile({row}, {column}).draw('yellow')\n"
    "Tile({row}, {column}).move('up', 2).draw('green')"
)
NAMED = "here = Tile({}, {})\nring(here).draw('red')\nhere.draw('yellow')\nhere.move('up', 2).draw('green')"
"""The same, a little shorter."""
PLACES = ((3, 3), (5, 8), (4, 12), (6, 6))
PROGRAMS = [
    Program(f"t{at}", (FLOWER.format(row=row, column=column), f"column({at + 1}).draw('blue')"))
    for at, (row, column) in enumerate(PLACES)
]
REWRITES = {
    f"t{at}": Program(f"t{at}", (f"flower({row}, {column})", f"column({at + 1}).draw('blue')"))
    for at, (row, column) in enumerate(PLACES)
}
BODY = (
    "ring(Tile(row, column)).draw('red')\n    Tile(row, column).draw('yellow')\n"
    "    Tile(row, column).move('up', 2).draw('green')\n"
)
EXAMPLE = "flower(5, 5); len(Shape.of_color('red'))"


def source(body: str = BODY, example: str = EXAMPLE, shows: str = "6", name: str = "flower") -> str:
    text = f'    """Paint a flower.\n\n    >>> {example}\n    {shows}\n    """\n'
    return f"def {name}(row: int, column: int) -> None:\n{text}    {body}"


def candidate(text: str, rewrites: Mapping[str, Program] = REWRITES, name: str = "flower") -> Candidate:
    return Candidate(name, text, "somebody", (), rewrites)


def judged(
    sandbox: Sandbox, *candidates: Candidate, held_out: bool = False, **settings: float
) -> list[Verdict]:
    """The verdicts on candidates, each for the library as it is at first."""

    async def run() -> list[Verdict]:
        boards = Boards()
        async with boards.opened(sandbox, limits=Limits(cpu_s=1.0)):
            training = await known(boards, PROGRAMS)
            gate = Gate(
                boards,
                training.tasks,
                writers=[Compression(boards)] if held_out else [],
                held_out=await _held_out(boards) if held_out else None,
                settings=GateSettings.model_validate(settings),
            )
            return [await gate.judge(each, training.library, training.programs) for each in candidates]

    return asyncio.run(run())


async def _held_out(boards: Boards) -> HeldOut:
    """Tasks on which the same statements are wanted to paint elsewhere: what stands for them breaks them."""
    unseen = await known(boards, [replace(PROGRAMS[0], task="v0"), replace(PROGRAMS[1], task="v1")])
    first, second = unseen.tasks.values()
    broken = {"v0": replace(first, steps=second.steps), "v1": replace(second, steps=first.steps)}
    return HeldOut(broken, unseen.programs)


def rule_of(verdict: Verdict) -> str:
    return "" if isinstance(verdict, Admitted) else verdict.rule


def test_programs_that_are_shorter_without_a_function_say_nothing_for_it(sandbox: Sandbox) -> None:
    # They hold, and of the function's name they have a colour alone.
    places = zip(PROGRAMS, PLACES, strict=True)
    shorter = {
        each.task: replace(each, pieces=(NAMED.format(*place), each.pieces[1])) for each, place in places
    }
    red = source(name="red", example="red(5, 5); len(Shape.of_color('red'))")
    (refused,) = judged(sandbox, candidate(red, shorter, name="red"))
    assert rule_of(refused) == "uses"


def test_what_holds_and_helps_enters(sandbox: Sandbox) -> None:
    broken = {**REWRITES, "t3": Program("t3", ("flower(1, 1)", "column(4).draw('blue')"))}
    whole, most = judged(sandbox, candidate(source()), candidate(source(), broken))
    assert isinstance(whole, Admitted)
    assert whole.candidate.support == ("t0", "t1", "t2", "t3")
    assert whole.programs == REWRITES
    assert whole.candidate.expected_gain > 0
    assert isinstance(most, Admitted), "one rewrite that does not hold is left out"
    assert most.candidate.support == ("t0", "t1", "t2")
    assert most.programs["t3"] == PROGRAMS[3]


UNHOLDING = {
    "a wrong body": (source(BODY.replace("'green'", "'black'")), "states"),
    "a body that hangs": (source("while True:\n        pass\n"), "examples"),
    "an example that does not hold": (source(shows="7"), "examples"),
    "no example": (source(example="2 + 1"), "examples"),
    "a name that is there": (source(name="ring"), "parses"),
    "what reaches out": (source("__import__('os')\n    " + BODY), "harmless"),
    "no text": ("", "parses"),
    "no code": ("no code at all", "parses"),
    "no function": ("x = 1", "parses"),
    "no Python": ("def flower(", "parses"),
    "two functions": (source() + "\n\n" + source(name="other"), "parses"),
    "fences around it": (f"```python\n{source()}\n```\n\n```python\n{source(name='other')}\n```\n", "parses"),
    "a decorator that does not load": (f"@nothing\n{source()}", "loads"),
    "a static method's decorator": (f"@staticmethod\n{source()}", ""),
}


def test_what_does_not_hold_is_refused(sandbox: Sandbox) -> None:
    verdicts = judged(sandbox, *(candidate(text) for text, _ in UNHOLDING.values()))
    got = dict(zip(UNHOLDING, map(rule_of, verdicts), strict=True))
    assert got == {what: rule for what, (_, rule) in UNHOLDING.items()}


def test_a_body_that_hangs_on_a_task_is_refused(sandbox: Sandbox) -> None:
    hanging = source(f"while row == 3:\n        pass\n    {BODY}")
    (verdict,) = judged(sandbox, candidate(hanging), broken=0.0)
    assert rule_of(verdict) == "states"
    assert "1 of 4 programs do not hold with it; t0: piece 0: timeout" in str(verdict)


def test_what_does_not_help_is_refused(sandbox: Sandbox) -> None:
    thin = source("column(row)\n").replace(EXAMPLE, "flower(5, 5)").replace("    6\n", "    Shape()\n")
    long = source(BODY + "".join(f"    Tile(99, {at})\n" for at in range(40)))
    one = candidate(source(), {"t0": REWRITES["t0"]})
    verdicts = judged(sandbox, candidate(thin), candidate(long), one)
    assert [rule_of(each) for each in verdicts] == ["wrapper", "length", "uses"]
    assert rule_of(judged(sandbox, candidate(source()), groups=5)[0]) == "uses"
    assert rule_of(judged(sandbox, candidate(source()), held_out=True)[0]) == "held-out"


def test_what_is_there_already_is_refused(sandbox: Sandbox) -> None:
    turned = source(name="petals").replace("row: int, column: int", "column: int, row: int")
    turned = turned.replace(EXAMPLE, EXAMPLE.replace("flower", "petals"))
    unlike = turned.replace("'green'", "'blue'")
    rewrites = {
        key: Program(key, (f"petals({column}, {row})", program.pieces[1]))
        for (key, program), (row, column) in zip(REWRITES.items(), PLACES, strict=True)
    }
    first, again = judged_on_start(sandbox, candidate(source()), candidate(turned, rewrites, "petals"))
    assert isinstance(first, Admitted)
    assert rule_of(again) == "duplicate"
    assert "flower does the same" in str(again)
    _, other = judged_on_start(sandbox, candidate(source()), candidate(unlike, rewrites, "petals"))
    assert rule_of(other) == "states"


def judged_on_start(sandbox: Sandbox, first: Candidate, second: Candidate) -> tuple[Verdict, Verdict]:
    """The second is judged in the library with the first, but on the programs as they were before."""

    async def run() -> tuple[Verdict, Verdict]:
        boards = Boards()
        async with boards.opened(sandbox):
            training = await known(boards, PROGRAMS)
            gate = Gate(boards, training.tasks)
            one = await gate.judge(first, training.library, training.programs)
            assert isinstance(one, Admitted)
            return one, await gate.judge(second, one.library, training.programs, [one.candidate])

    return asyncio.run(run())


def test_a_function_by_hand_may_not_break_programs(sandbox: Sandbox) -> None:
    async def run() -> None:
        boards = Boards()
        async with boards.opened(sandbox):
            training = await known(boards, PROGRAMS)
            gate = Gate(boards, training.tasks)
            entered = await gate.judge(candidate(source()), training.library, training.programs)
            assert isinstance(entered, Admitted)
            edited = replace(candidate(source(BODY + "    return None\n"), {}), parent="flower")
            good = await gate.judge_edit(edited, entered.library, entered.programs)
            assert isinstance(good, Admitted)
            assert "return None" in "".join(good.library.files.values())
            wrong = replace(edited, source=source(BODY.replace("'green'", "'black'")))
            bad = await gate.judge_edit(wrong, entered.library, entered.programs)
            assert rule_of(bad) == "states"

    asyncio.run(run())


def test_nothing_changes_where_a_candidate_is_refused(sandbox: Sandbox) -> None:
    async def run() -> tuple[Sources, Mapping[str, Task], Known]:
        boards = Boards()
        async with boards.opened(sandbox):
            training = await known(boards, PROGRAMS)
            before = dict(training.programs)
            verdict = await Gate(boards, training.tasks).judge(
                candidate(source(shows="9")), training.library, training.programs
            )
            assert not isinstance(verdict, Admitted)
            assert dict(training.programs) == before
            return training.library, training.tasks, training

    library, tasks, _ = asyncio.run(run())
    assert library == Boards().foundation()
    assert all(task.start == WHITE for task in tasks.values())
