"""Runs test programs apart from the program that they test, and carries what passes between the two."""

import ast
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from holdfast.checkers.python.answers import NoAnswer
from holdfast.checkers.python.asking import Asking
from holdfast.checkers.python.hosts import Hosts
from holdfast.checkers.python.inside.wire import Malformed, Plain, Tree, parse
from holdfast.checkers.python.program import CallLimits, Partner, Program, Surroundings
from holdfast.checkers.python.suite import Kind, Script, ScriptCase
from holdfast.checkers.python.verdicts import CaseVerdict, Reason
from holdfast.core.errors import CheckerDiedError, CheckerTimeoutError
from holdfast.runtime.child import Limits

__all__ = ["ScriptRun"]

_ROUNDS = 4
"""How often a script is run again for the tests after one that ended the program."""
_STRONG = frozenset(
    f"__{name}__"
    for name in (
        "call", "len", "iter", "next", "getitem", "setitem", "delitem", "enter", "exit", "repr", "str", "int",
        "float", "index", "complex", "hash", "neg", "pos", "abs", "invert", "bytes", "reversed",
    )
)  # fmt: skip
"""What Python calls by itself without showing the object what is expected of it. A verdict that rests on
others, such as a comparison, rests on the program's word."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What one run of a script came to."""

    verdicts: Mapping[str, str | None] = field(default_factory=dict)
    """Tests that reported: why they failed, None where they passed."""
    fault: str = ""
    """Why the script could not run."""
    missing: str = ""
    """The first name that it missed in the program."""
    ended: tuple[str, NoAnswer] | None = None
    """The test in which the program, or the script itself, came to an end."""
    weak: frozenset[str] = frozenset()


class ScriptRun:
    """All runs of one script on one program."""

    def __init__(
        self,
        script: Script,
        hosts: Hosts,
        asking: Asking,
        names: Sequence[str],
        limits: CallLimits,
        beside: Surroundings,
    ) -> None:
        """Test the program of `asking`, which defines `names` and finds what is `beside` it."""
        self._beside = beside
        self._script = script
        self._hosts = hosts
        self._asking = asking
        self._names = names
        self._limits = limits
        self._tests: set[str] = set()
        self.broken = ""
        """Why the script could not be run at all, once that is known."""

    async def judge(
        self, cases: Sequence[ScriptCase], enough: Callable[[Iterable[CaseVerdict]], bool] = lambda _: False
    ) -> list[CaseVerdict]:
        """The verdicts on cases of the script, in order; every case gets one, until they are `enough`.

        A test that ended its process has the rest run in another.
        """
        found: dict[str, CaseVerdict] = {}
        self._tests = {case.test for case in cases}
        for _ in range(_ROUNDS):
            left = [case for case in cases if case.name not in found]
            if not left:
                break
            done = await self._round([case.test for case in left])
            before = len(found)
            for case in left:
                verdict = self._verdict(case, done)
                if verdict is not None:
                    found[case.name] = verdict
            if enough(found.values()):
                return [found[case.name] for case in cases if case.name in found]
            if len(found) == before:
                break
        silent = "the test did not report"
        return [found.get(case.name) or _failed(case, Reason.NO_ANSWER, silent) for case in cases]

    async def judge_beside(self, cases: Sequence[ScriptCase]) -> list[CaseVerdict]:
        """The verdicts on cases whose tests share a process with the program: all that pass are weak."""
        job = self._job([case.test for case in cases]) | {"program": self._asking.text}
        partner = await self._hosts.tests(self._own, self._limits)
        try:
            done = await self._converse(None, partner, job)
        finally:
            await partner.aclose()
            self._asking.cpu_s += partner.cpu_s()
        verdicts = [
            self._verdict(case, done) or _failed(case, Reason.NO_ANSWER, "not reported") for case in cases
        ]
        return [replace(verdict, weak=verdict.passed) for verdict in verdicts]

    def _verdict(self, case: ScriptCase, done: _Round) -> CaseVerdict | None:
        """None where the case is to be run again."""
        if case.test in done.verdicts:
            failure = done.verdicts[case.test]
            if failure is None:
                return CaseVerdict(case.name, passed=True, weak=case.test in done.weak)
            return _failed(case, Reason.FAILED, failure)
        if done.ended is not None:
            test, answer = done.ended
            known = test in self._tests and test
            return None if known and test != case.test else _failed(case, answer.reason, answer.message)
        if done.missing:
            return _failed(case, Reason.MISSING, f"the program has no {done.missing}")
        if done.fault:
            self.broken = done.fault
            return _failed(case, Reason.NO_ANSWER, f"the tests could not be run: {done.fault}")
        return _failed(case, Reason.NO_ANSWER, "the test did not report")

    async def _round(self, tests: list[str]) -> _Round:
        program = await self._asking.load()
        if isinstance(program, NoAnswer):
            return _Round(ended=("", program))
        partner: Partner | None = None
        try:
            partner = await self._hosts.tests(self._own, self._limits)
            return await self._converse(program, partner, self._job(tests))
        finally:
            try:
                await self._asking.close(program)
            finally:
                if partner is not None:
                    await partner.aclose()
                    self._asking.cpu_s += partner.cpu_s()

    @property
    def _own(self) -> dict[str, bytes]:
        """What the tests find: themselves, and what stands beside the program."""
        return {**self._beside.files, self._file: self._script.text.encode()}

    @property
    def _file(self) -> str:
        name = PurePath(self._script.origin.file).name
        return name if name.endswith(".py") and name != f"{self._script.module}.py" else "tests.py"

    def _job(self, tests: list[str]) -> dict[str, Plain]:
        script = self._script
        return {
            "kind": "pytest" if script.kind is Kind.PYTEST else script.kind.value,
            "text": script.text,
            "file": self._file,
            "module": script.module,
            "aliases": [self._asking.candidate.full_name],
            "options": script.options,
            "names": list(self._names),
            "open": script.kind is not Kind.PYTEST or not _imports(script),
            "tests": tests,
            "packages": [str(path) for path in self._hosts.packages],
        }

    async def _converse(
        self, program: Program | None, partner: Partner, message: Mapping[str, Tree]
    ) -> _Round:
        weak: set[str] = set()
        test = ""
        limits = Limits(wall_s=self._limits.script_wall_s, cpu_s=self._limits.script_cpu_s)
        while True:
            try:
                reply = await partner.request(json.dumps(message).encode() + b"\n", limits=limits)
                told = parse(reply.data)
            except (CheckerTimeoutError, CheckerDiedError, Malformed) as error:
                late = isinstance(error, CheckerTimeoutError)
                reason = Reason.TIMEOUT if late else Reason.NO_ANSWER
                text = "the tests did not end in time" if late else "the tests ended without a report"
                return _Round(ended=(test, NoAnswer(reason, text)))
            if "done" in told:
                return _Round(**told["done"], weak=frozenset(weak))
            test, fields = told["test"], told["ask"]
            if fields["do"] == "special" and fields["name"] not in _STRONG:
                weak.add(test)
            if program is None:
                return _Round(ended=(test, NoAnswer(Reason.FORBIDDEN, "the tests asked for a program")))
            answer = await program.exchange(fields)
            if isinstance(answer, NoAnswer):
                return _Round(ended=(test, answer))
            message = answer


def _failed(case: ScriptCase, reason: Reason, message: str) -> CaseVerdict:
    return CaseVerdict(case.name, passed=False, reason=reason, message=message)


def _imports(script: Script) -> bool:
    for node in ast.walk(ast.parse(script.text)):
        if isinstance(node, ast.ImportFrom) and node.module == script.module:
            return True
        if isinstance(node, ast.Import) and any(alias.name == script.module for alias in node.names):
            return True
    return False
