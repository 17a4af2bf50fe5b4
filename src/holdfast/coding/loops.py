"""Several attempts at one program: rounds of repair, and the best of several answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from holdfast.coding.authoring import Author
from holdfast.coding.languages import Language
from holdfast.coding.records import (
    Answer,
    Candidate,
    Judged,
    Listener,
    Request,
    Stage,
    TestReport,
    TestRequest,
    Usage,
    Worked,
)
from holdfast.core.errors import UserError

__all__ = ["Loops", "failure_text"]

_NOTHING = Usage(prompt_tokens=0, completion_tokens=0, calls=0)
_MOST = 16
_WARM = 0.8
"""The temperature at which several answers are drawn: at a low one they would all be the same."""
_TOLD = 4_000
"""Most characters of what tests said that a model is told."""


@dataclass(slots=True)
class Loops:
    """One piece of work of several attempts; used once."""

    author: Author
    tested: Callable[[TestRequest, Listener], Awaitable[TestReport]]
    listener: Listener
    _found: list[Candidate] = field(default_factory=list)
    _usage: Usage = _NOTHING

    async def repair(
        self, request: Request, tests: TestRequest, language: Language, *, rounds: int
    ) -> Worked:
        """Mend `tests.code` until its tests pass, at most `rounds` times."""
        if not 1 <= rounds <= _MOST:
            raise UserError(f"repair takes 1 to {_MOST} rounds, not {rounds}")
        latest = await self._judge(Answer(code=tests.code, usage=_NOTHING), tests)
        for number in range(1, rounds + 1):
            if not latest.refused or latest.report is None or latest.report.faulty_tests:
                break
            self.listener(Stage("repairing", f"round {number} of {rounds}"))
            wanted = replace(request, reference=self._latest_code())
            answer = await self.author.mend(wanted, failure_text(latest.report), language, self.listener)
            judged = await self._judge(answer, tests)
            # One that is no good version is not built on: the failure before it is told again.
            latest = judged if judged.report is not None else latest
        return self._worked()

    async def best_of(
        self, request: Request, tests: TestRequest, language: Language, *, count: int
    ) -> Worked:
        """Draw up to `count` answers until one passes everything."""
        if not 1 <= count <= _MOST:
            raise UserError(f"the best of 1 to {_MOST} answers is looked for, not of {count}")
        for number in range(count):
            seed = None if request.seed is None else request.seed + number
            wanted = replace(request, temperature=max(request.temperature, _WARM), seed=seed)
            self.listener(Stage("asking", f"answer {number + 1} of {count}"))
            answer = await self.author.adjust(wanted, language, self.listener)
            if not (await self._judge(answer, tests)).refused:
                break
        return self._worked()

    async def _judge(self, answer: Answer, tests: TestRequest) -> Candidate:
        self._usage += answer.usage
        report = None
        refused = _fault(answer)
        if not refused:
            report = await self.tested(replace(tests, code=answer.code), self.listener)
            refused = "" if report.passed else _why(report)
        candidate = Candidate(answer=answer, report=report, refused=refused)
        self._found.append(candidate)
        self.listener(Judged(len(self._found) - 1, candidate))
        return candidate

    def _best(self) -> int | None:
        """The number of the candidate that is nearest to passing; of several, the first."""
        numbers = [at for at, each in enumerate(self._found) if each.answer.good and each.answer.code]
        return max(numbers, key=lambda at: (_score(self._found[at]), -at), default=None)

    def _latest_code(self) -> str:
        """The program that was tested last: what its tests said is what the model is told."""
        tested = [each for each in self._found if each.report is not None]
        return tested[-1].answer.code

    def _worked(self) -> Worked:
        best = self._best()
        passed = best is not None and not self._found[best].refused
        return Worked(candidates=tuple(self._found), chosen=best, passed=passed, usage=self._usage)


def failure_text(report: TestReport) -> str:
    """What tests said of a program, for a model: the output of programs, to be fenced as data."""
    failed = [case for case in report.cases if not case.passed]
    lines = [report.problem] if report.problem else []
    lines += [f"{case.name}: {case.message or case.reason}" for case in failed]
    lines.append(f"{len(report.cases) - len(failed)} of {len(report.cases)} tests passed")
    return "\n".join(lines)[:_TOLD]


def _fault(answer: Answer) -> str:
    if answer.refusal is not None:
        return answer.refusal.message
    errors = [each.message for each in answer.findings if each.severity == "error"]
    return errors[0] if errors else ""


def _why(report: TestReport) -> str:
    failed = [case for case in report.cases if not case.passed]
    if report.problem or not failed:
        return report.problem or "there are no tests"
    first = f"{failed[0].name}: {failed[0].message or failed[0].reason}"
    return f"{len(failed)} of {len(report.cases)} tests failed; {first}"


def _score(candidate: Candidate) -> float:
    report = candidate.report
    if report is None or not report.cases:
        return 0.0
    return sum(case.passed for case in report.cases) / len(report.cases) + (not candidate.refused)
