"""Reads tests from records: HumanEval, MBPP, EvalPlus, and pairs of input and output of programs."""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from holdfast.checkers.python.answers import Answer, Returned
from holdfast.checkers.python.assertions import Names
from holdfast.checkers.python.blocks import read_block
from holdfast.checkers.python.inside.wire import Plain
from holdfast.checkers.python.outline import parse_module
from holdfast.checkers.python.read_tests import read_test_file
from holdfast.checkers.python.suite import (
    Call,
    CallCase,
    Case,
    Kind,
    Origin,
    ProgramCase,
    Returns,
    Script,
    ScriptCase,
    Suite,
    Tolerance,
)
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["Record", "Reference", "read_json_lines", "read_record", "references"]

Record = Mapping[str, Plain]
"""One line of a benchmark: field names are those of the benchmark."""


class Reference:
    """Inputs whose expected answers a reference solution gives, as EvalPlus stores them."""

    def __init__(self, record: Record, origin: Origin) -> None:
        """`record` has `prompt`, `canonical_solution`, `entry_point` and `base_input` or `plus_input`."""
        self.text = f"{record['prompt']}{record['canonical_solution']}"
        """The reference solution, a whole module."""
        self.function = str(record["entry_point"])
        inputs = [*record.get("base_input", ()), *record.get("plus_input", ())]
        self.calls = tuple(Call(self.function, tuple(arguments)) for arguments in inputs)
        self._tolerance = Tolerance(relative=1e-7, absolute=float(record.get("atol", 0)) or 1e-6)
        self._origin = origin

    def suite(self, answers: Sequence[Answer]) -> Suite:
        """The tests, given the reference's answers to `calls` in order; where it has none, there is no test.

        Raises Malformed where an answer is no plain data.
        """
        asked = enumerate(zip(self.calls, answers, strict=True))
        return Suite(
            tuple(
                self._case(number, call, answer.value())
                for number, (call, answer) in asked
                if isinstance(answer, Returned)
            )
        )

    def _case(self, number: int, call: Call, answer: Plain) -> Case:
        expectation = Returns(answer, exact=False, tolerance=self._tolerance)
        return CallCase(f"{self.function}:{number}", self._origin, Kind.RECORD, call, expectation, "record")


def read_json_lines(source: Source) -> list[tuple[int, Record]]:
    """The records of a file of JSON lines, or of one JSON value, with their lines. Raises SourceError."""
    text = source.text.strip()
    try:
        whole = json.loads(text)
        rows = list(enumerate(whole, 1)) if isinstance(whole, list) else [(1, whole)]
    except (ValueError, RecursionError):
        rows = list(_lines(source))
    for line, row in rows:
        if not isinstance(row, dict):
            raise SourceError("this record is not a JSON object", file=source.name, line=line)
    if not rows:
        raise SourceError("this file holds no records", file=source.name)
    return rows


def _lines(source: Source) -> Iterator[tuple[int, Plain]]:
    for line, text in enumerate(source.text.splitlines(), 1):
        if not text.strip():
            continue
        try:
            yield line, json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SourceError("this line is not JSON", file=source.name, line=line) from error


def read_record(record: Record, origin: Origin, names: Sequence[str], module: str) -> Suite | None:
    """The tests of one record on a module that defines `names`; None where it is about another one.

    Records whose answers a reference has to give are read by `references`. Raises SourceError on a record of
    no known form.
    """
    if "test_list" in record:
        return _mbpp(record, origin, names, module)
    if "entry_point" in record and isinstance(record.get("test"), str):
        return _human_eval(record, origin, names, module)
    if "base_input" in record or "plus_input" in record:
        return None
    programs = _programs(record, origin)
    if programs:
        return Suite(tuple(programs))
    raise SourceError(
        "this record has none of the fields test_list, test, base_input, stdin or inputs",
        file=origin.file,
        line=origin.line,
    )


def references(record: Record, origin: Origin, names: Iterable[str]) -> Reference | None:
    """The inputs of an EvalPlus record on a module that defines `names`, None where it is none of these."""
    needed = {"prompt", "canonical_solution", "entry_point"}
    if not needed <= record.keys() or not {"base_input", "plus_input"} & record.keys():
        return None
    return Reference(record, origin) if record["entry_point"] in names else None


def _mbpp(record: Record, origin: Origin, names: Sequence[str], module: str) -> Suite | None:
    tests = [*record["test_list"], *record.get("challenge_test_list", ())]
    setup = record.get("test_setup_code", "") or "\n".join(record.get("test_imports", ()))
    text = "\n".join(["" if not setup else str(setup), *map(str, tests)]) + "\n"
    used = {one.id for one in ast.walk(parse_module(Source(origin.file, text))) if isinstance(one, ast.Name)}
    if not used & set(names):
        return None
    suite = read_test_file(Source(origin.file, text), module, names)
    return Suite(tuple(_placed(case, number, origin) for number, case in enumerate(suite.cases)))


def _placed(case: Case, number: int, origin: Origin) -> Case:
    name = f"record:{origin.line}.{number}"
    if isinstance(case, CallCase):
        return replace(case, name=name, origin=origin, kind=Kind.RECORD, group="record")
    return replace(case, name=name, origin=origin, kind=Kind.RECORD)


def _human_eval(record: Record, origin: Origin, names: Sequence[str], module: str) -> Suite | None:
    entry = str(record["entry_point"])
    if entry not in names:
        return None
    tree = parse_module(Source(origin.file, str(record["test"])))
    checks = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "check"]
    if len(checks) != 1 or not checks[0].args.args:
        raise SourceError("the test of this record has no function check", file=origin.file, line=origin.line)
    candidate = checks[0].args.args[0].arg
    read = read_block(checks[0].body, Names(functions={candidate: entry}))
    if read:
        return Suite(
            tuple(
                CallCase(
                    f"record:{origin.line}.{number}", origin, Kind.RECORD, one.call, one.expectation, "record"
                )
                for number, one in enumerate(read)
            )
        )
    text = f"{record['test']}\n\ncheck({entry})\n"
    script = Script(Kind.ASSERT, origin, text, module)
    return Suite((ScriptCase(f"record:{origin.line}", origin, Kind.RECORD, script),))


def _programs(record: Record, origin: Origin) -> list[ProgramCase]:
    for given, wanted in (("stdin", "stdout"), ("input", "output"), ("inputs", "outputs")):
        if given in record and wanted in record:
            inputs, outputs = (
                [one] if isinstance(one, str) else list(one) for one in (record[given], record[wanted])
            )
            if len(inputs) != len(outputs):
                raise SourceError("inputs and outputs differ in number", file=origin.file, line=origin.line)
            stem = PurePath(origin.file).stem
            return [
                ProgramCase(f"{stem}:{origin.line}.{number}", origin, str(one), str(other))
                for number, (one, other) in enumerate(zip(inputs, outputs, strict=True))
            ]
    return []
