"""What jobs of each kind do: which question the workshop is asked, and what of its answer is kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from holdfast.apps.studio.database import Database
from holdfast.apps.studio.records import Job
from holdfast.apps.studio.turns import keep_answer, request_of
from holdfast.coding.records import (
    Answer,
    Candidate,
    Case,
    Happening,
    Judged,
    Listener,
    Piece,
    Request,
    RunRequest,
    Stage,
    TestReport,
    TestRequest,
    Worked,
)
from holdfast.coding.workshop import Workshop

__all__ = ["Done", "Say", "act", "is_new_answer"]

Say: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Told the kind of an event and what belongs to it; text comes with the kind `text`."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a job came to."""

    result: dict[str, Any]
    answer: Answer | None = None
    """What is kept as a version of the turn."""

    async def keep(self, session: AsyncSession, job: Job) -> dict[str, Any]:
        """Keep what is to be kept; the result with what it is called now."""
        if self.answer is None or job.turn is None:
            return self.result
        made = await keep_answer(session, job.turn, self.answer)
        return {**self.result, "version": None if made is None else made.id}


async def act(workshop: Workshop, database: Database, job: Job, say: Say) -> Done:
    """Do what the job is for; cancelling ends the work."""

    def listen(happening: Happening) -> None:
        say(*_told(happening))

    match job.kind:
        case "generate" | "adjust" | "repair" | "best":
            return await _program(workshop, await _request(database, job), job, listen)
        case "suggest":
            found = await workshop.suggest_tests(_plain_request(job.request), listen)
            return Done(asdict(found))
        case "run":
            ran = await workshop.run(run_request(job.request), listen)
            return Done({**asdict(ran), "ok": ran.ok})
        case "test":
            return Done(report_result(await workshop.test(test_request(job.request), listen)))
        case "load":
            await workshop.load(str(job.request["model"]), listen)
            return Done({"model": job.request["model"]})


async def _request(database: Database, job: Job) -> Request:
    if job.turn is None:
        return _plain_request(job.request)
    return await asyncio.shield(_read_request(database, job.turn))  # stopping takes no connection along


async def _read_request(database: Database, turn: str) -> Request:
    async with database.reading() as session:
        return await request_of(session, turn)


def _plain_request(asked: Mapping[str, Any]) -> Request:
    return Request(
        model=asked["model"],
        language=asked["language"],
        task=asked.get("task", ""),
        feedback=tuple(asked.get("feedback", ())),
        reference=asked.get("reference"),
    )


async def _program(workshop: Workshop, request: Request, job: Job, listen: Listener) -> Done:
    """A program; with tests it is mended, or chosen from several, as the job says."""
    tests = test_request({**job.request, "language": request.language, "code": ""})
    if job.kind == "best":
        return _chosen(await workshop.best_of(request, tests, count=job.request["count"], listener=listen))
    if job.kind == "repair" and job.request.get("mend") and request.reference is not None:
        wanted = replace(tests, code=request.reference)
        return _chosen(await workshop.repair(request, wanted, rounds=job.request["rounds"], listener=listen))
    answer = await _first(workshop, request, job.request.get("output", ""), listen)
    if job.kind != "repair" or not answer.good:
        return Done(answer_result(answer), answer)
    wanted = replace(tests, code=answer.code)
    mending = replace(request, reference=answer.code)
    return _chosen(await workshop.repair(mending, wanted, rounds=job.request["rounds"], listener=listen))


async def _first(workshop: Workshop, request: Request, output: str, listen: Listener) -> Answer:
    if request.reference is None:
        return await workshop.generate(request, listen)
    if output:
        return await workshop.mend(request, output, listen)
    return await workshop.adjust(request, listen)


def _chosen(worked: Worked) -> Done:
    """The best of several candidates, and why the others were not taken."""
    candidates = [candidate_result(each) for each in worked.candidates]
    told = {"candidates": candidates, "chosen": worked.chosen, "passed": worked.passed}
    # What no candidate is good enough for is told as the last one was, its refusal for example.
    answer = worked.candidates[-1 if worked.chosen is None else worked.chosen].answer
    return Done({**answer_result(answer), **told, "usage": asdict(worked.usage)}, answer)


def _told(happening: Happening) -> tuple[str, dict[str, Any]]:
    match happening:
        case Piece(text=text):
            return "text", {"text": text}
        case Stage(name=name, detail=detail, percent=percent):
            return "progress", {"stage": name, "detail": detail, "percent": percent}
        case Judged(number=number, candidate=candidate):
            return "candidate", {"number": number, **candidate_result(candidate)}


def is_new_answer(kind: str, data: Mapping[str, Any]) -> bool:
    """Whether the model begins again with this event: what it wrote before is not the answer."""
    return kind == "progress" and data["stage"] == "asking"


def answer_result(answer: Answer) -> dict[str, Any]:
    """An answer."""
    return {
        "code": answer.code,
        "good": answer.good,
        "refusal": None if answer.refusal is None else asdict(answer.refusal),
        "findings": [asdict(each) for each in answer.findings],
        "edits": len(answer.edits),
        "said": answer.said,
        "usage": asdict(answer.usage),
    }


def report_result(report: TestReport) -> dict[str, Any]:
    """A verdict."""
    return {**asdict(report), "passed": report.passed, "weak": report.weak}


def candidate_result(candidate: Candidate) -> dict[str, Any]:
    """One answer among several."""
    report = None if candidate.report is None else report_result(candidate.report)
    return {
        "answer": answer_result(candidate.answer),
        "report": report,
        "refused": candidate.refused,
    }


def run_request(request: Mapping[str, Any]) -> RunRequest:
    """What the workshop is asked to run."""
    return RunRequest(
        language=request["language"],
        code=request["code"],
        stdin=request.get("stdin", ""),
        args=tuple(request.get("args", ())),
        wall_s=request.get("wall_s", 10.0),
        memory_mb=request.get("memory_mb", 512),
    )


def test_request(request: Mapping[str, Any]) -> TestRequest:
    """What the workshop is asked to test."""
    cases = tuple(
        Case(each["stdout"], each.get("stdin", ""), tuple(each.get("args", ())), each.get("name", ""))
        for each in request.get("cases", ())
    )
    return TestRequest(
        language=request["language"], code=request["code"], tests=request.get("tests", ""), cases=cases
    )
