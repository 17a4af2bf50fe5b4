"""Fills 60 small functions from their doctests with the embedded synthesiser, and tries them on hidden tests.

The functions are in benchmarks/synthesis/*_functions.py: the synthesiser was developed on the part `dev`,
the other parts were not run before it was done. Hidden tests (benchmarks/synthesis/*_hidden.py) never
reach the search: the first body that agrees with the doctests is the answer, and is run on them once.
Both happen in the sandbox, one function after the other.

With --prove the same functions are given to `holdfast prove`, their doctests as assertions of a test file, of
which it keeps a part from the synthesiser; what it proves is run on the hidden tests as well.

    python benchmarks/synthesis.py [--part dev ...] [--budget 10] [--prove]
"""

import argparse
import ast
import asyncio
import doctest
import importlib.util
import json
import math
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from holdfast.core.goals import Goal, Subgoal
from holdfast.models.enumerative import EnumerativeProposer, EnumerativeSettings
from holdfast.models.synthesis.task import Example, Parameter, SynthesisTask
from holdfast.runtime.sandbox.jobs import PYTHON, Job
from holdfast.runtime.sandbox.sandbox import Sandbox, find_sandbox

FOLDER = Path(__file__).with_suffix("")
PARTS = ("dev", "numbers", "text", "collections")
_PROVE = "import sys; from holdfast.apps.cli.main import main; main(['prove', *sys.argv[1:]])"
ASK = "print([{name}(*args) for args in {inputs!r}])"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one function."""

    part: str
    name: str
    outcome: str
    """`holds`: agrees with the hidden tests too; `overfit`: does not; `unsolved`: nothing was found;
    `refused`: the tests say too little for `prove`."""
    cpu_s: float
    examples: int
    hidden: int
    body: str


def tasks(part: str) -> Iterator[SynthesisTask]:
    """The functions of one part as the synthesiser sees them."""
    tree = ast.parse((FOLDER / f"{part}_functions.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            yield SynthesisTask(
                name=node.name,
                parameters=tuple(Parameter(each.arg, written(each.annotation)) for each in node.args.args),
                returns=written(node.returns),
                examples=tuple(map(example, doctest.DocTestParser().get_examples(text))),
                text=text.partition(">>>")[0].strip(),
            )


def written(annotation: ast.expr | None) -> str | None:
    """An annotation as the source has it."""
    return None if annotation is None else ast.unparse(annotation)


def example(shown: doctest.Example) -> Example:
    """A doctest as data."""
    call = ast.parse(shown.source.strip(), mode="eval").body
    assert isinstance(call, ast.Call)
    return Example(tuple(map(ast.literal_eval, call.args)), ast.literal_eval(shown.want))


def hidden_tests(part: str) -> ModuleType:
    """The right bodies and the inputs to compare on."""
    spec = importlib.util.spec_from_file_location(f"{part}_hidden", FOLDER / f"{part}_hidden.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def answers(sandbox: Sandbox, task: SynthesisTask, body: str, inputs: list[Any]) -> list[Any] | None:
    """What a body gives on the inputs, run in the sandbox; None where it fails on one."""
    names = ", ".join(parameter.name for parameter in task.parameters)
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    program = f"def {task.name}({names}):\n{lines}\n{ASK.format(name=task.name, inputs=inputs)}\n"
    ran = await sandbox.run(Job(argv=(PYTHON, "main.py"), files={"main.py": program.encode()}))
    if ran.ended != "exit" or ran.returncode:
        return None
    found = ast.literal_eval(ran.stdout.decode())
    assert isinstance(found, list)
    return found


def agree(found: Any, wanted: Any) -> bool:  # noqa: ANN401
    """Equality of type and value, floats up to rounding."""
    if type(found) is not type(wanted):
        return False
    return math.isclose(found, wanted) if isinstance(found, float) else bool(found == wanted)


async def solve(sandbox: Sandbox, part: str, task: SynthesisTask, hidden: ModuleType, budget_s: float) -> Row:
    """Search, then try the first answer on the hidden tests."""
    inputs = [ast.literal_eval(f"({text},)") for text in hidden.INPUTS[task.name]]
    async with EnumerativeProposer(task, sandbox, EnumerativeSettings(cpu_s=budget_s)) as proposer:
        proposals = await proposer.propose(Goal((Subgoal((), task.name),)), 1)
        cpu_s = proposer.cpu_s
    body = proposals[0].step.text if proposals else ""
    outcome = await tried(sandbox, task, body, hidden) if body else "unsolved"
    return Row(part, task.name, outcome, round(cpu_s, 2), len(task.examples), len(inputs), body)


async def tried(sandbox: Sandbox, task: SynthesisTask, body: str, hidden: ModuleType) -> str:
    """What a body is worth on the hidden tests."""
    inputs = [ast.literal_eval(f"({text},)") for text in hidden.INPUTS[task.name]]
    found = await answers(sandbox, task, body, inputs)
    right = getattr(hidden, task.name)
    wanted = [right(*ast.literal_eval(repr(args))) for args in inputs]
    return "holds" if found is not None and all(map(agree, found, wanted)) else "overfit"


def prove(program: str, tests: str, budget_s: float) -> bytes:
    """What `holdfast prove --json` prints of a file and its tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(program, encoding="utf-8")
        Path(folder, "test_it.py").write_text(tests, encoding="utf-8")
        arguments = ["program.py", "-T", "test_it.py", "--json", "-b", str(budget_s)]
        command = [sys.executable, "-c", _PROVE, *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout


async def proved(
    sandbox: Sandbox, part: str, task: SynthesisTask, hidden: ModuleType, budget_s: float
) -> Row:
    """Have `holdfast prove` fill the function, then try what it proved on the hidden tests."""
    parameters = ", ".join(f"{each.name}: {each.annotation}" for each in task.parameters)
    stub = f'def {task.name}({parameters}) -> {task.returns}:\n    """{task.text}"""\n    ...\n'
    calls = [(", ".join(map(repr, each.args)), each.expected) for each in task.examples]
    lines = [f"    assert {task.name}({given}) == {value!r}\n" for given, value in calls]
    test = f"from program import {task.name}\n\n\ndef test_it():\n{''.join(lines)}"
    done = await asyncio.to_thread(prove, stub, test, budget_s)
    hole = json.loads(done.splitlines()[0])
    body = hole["steps"][0] if hole["status"] == "proved" else ""
    outcome = "refused" if hole["under_specified"] else "unsolved"
    if body:
        outcome = await tried(sandbox, task, body, hidden)
    shown, inputs = len(hole["tests_seen"]), hidden.INPUTS[task.name]
    return Row(part, task.name, outcome, round(hole["cpu_s"], 2), shown, len(inputs), body)


Way: TypeAlias = Callable[[Sandbox, str, SynthesisTask, ModuleType, float], Awaitable[Row]]


async def measure(parts: list[str], names: list[str], budget_s: float, way: Way) -> list[Row]:
    """All functions of these parts, or those named; prints each as it is done."""
    sandbox = await find_sandbox(None)
    rows = []
    print(f"{'part':<12}{'function':<24}{'outcome':<10}{'CPU s':>6}  first line of the body")
    for part in parts:
        hidden = hidden_tests(part)
        for task in tasks(part):
            if not names or task.name in names:
                rows.append(await way(sandbox, part, task, hidden, budget_s))
                row = rows[-1]
                first = row.body.partition("\n")[0][:70]
                print(f"{part:<12}{task.name:<24}{row.outcome:<10}{row.cpu_s:>6.2f}  {first}", flush=True)
    return rows


def summary(rows: list[Row]) -> None:
    """Counts by part; whatever is not in `dev` was judged once the synthesiser was done."""
    print(
        f"\n{'part':<22}{'functions':>10}{'solved':>8}{'hold':>6}{'overfit':>9}{'unsolved':>10}{'refused':>9}"
    )
    groups = {"dev (developed on)": {"dev"}, "judged (the rest)": set(PARTS) - {"dev"}, "all": set(PARTS)}
    for label, parts in groups.items():
        counts = Counter(row.outcome for row in rows if row.part in parts)
        total, holds, overfit = counts.total(), counts["holds"], counts["overfit"]
        rest = f"{counts['unsolved']:>10}{counts['refused']:>9}"
        print(f"{label:<22}{total:>10}{holds + overfit:>8}{holds:>6}{overfit:>9}{rest}")


def main() -> None:
    """Print the tables and write the rows as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--only", nargs="+", default=[], help="names of functions")
    parser.add_argument("--budget", type=float, default=10.0, help="CPU seconds for one function")
    parser.add_argument("--prove", action="store_true", help="by `holdfast prove`, which hides tests itself")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/synthesis.json"))
    args = parser.parse_args()
    rows = asyncio.run(measure(args.part, args.only, args.budget, proved if args.prove else solve))
    summary(rows)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "benchmark": "synthesis",
        "prove": args.prove,
        "budget_cpu_s": args.budget,
        "rows": [asdict(row) for row in rows],
    }
    args.output.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
