"""`holdfast suggest`: what could be done at a place of a file, each step checked and marked."""

import contextlib
import math
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.table import Table
from rich.text import Text

from holdfast.apps.advice import Advice, advise
from holdfast.apps.cli.files import read_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.languages import language_of
from holdfast.apps.live import Opening, Place, open_live
from holdfast.apps.models import named_premises, prepare_model
from holdfast.apps.places import NoSuchPlaceError, offset_of
from holdfast.core.documents import Source
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.core.goals import Goal
from holdfast.models.goal_text import goal_text
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import Language
from holdfast.search.suggest import Mark, Suggestion, judge, ranked, unchecked

__all__ = ["Config", "run"]

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?", re.DOTALL)
_STYLES = {
    Mark.CLOSES: "bold green",
    Mark.PROGRESS: "blue",
    Mark.UNDECIDED: "red",
    Mark.UNCHECKED: "dim",
    Mark.REFUSED: "yellow",
}
_SAID = {
    Mark.CLOSES: "closes the goal",
    Mark.PROGRESS: "makes progress",
    Mark.UNDECIDED: "undecided",
    Mark.UNCHECKED: "unchecked",
    Mark.REFUSED: "refused",
}
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Where, and how many."""

    place: str
    """`FILE:LINE` or `FILE:LINE:COLUMN`, both from 1."""
    prefix: str = ""
    count: int = 10
    check: bool = True
    model: str | None = None
    proposer: Literal["knn", "model", "mixed"] | None = None
    """Who is asked; None for all that there are."""
    premises: int = 10
    """How many theorems prompts for Rocq goals name."""
    lean_backend: str = "auto"
    """What steps through Lean proofs: auto, server, pantograph or repl."""
    rocq_backend: str = "coqidetop"
    """What steps through Rocq proofs: coqidetop or petanque."""
    tests: tuple[Path, ...] = ()
    """Test files on a Python file."""
    unsafe: bool = False
    learn_s: float = 30.0
    """Seconds that reading libraries may take, the first time they are met."""
    step_s: float = 1.0
    """CPU seconds that one suggestion may use."""
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Read the file to the place, ask for steps, check each; exit code 1 where none holds."""
    path, line, column = _parsed(config.place)
    _check(path, config)
    source = read_source(path)
    try:
        offset = offset_of(source.text, line, column)
    except NoSuchPlaceError as error:
        raise UserError(f"{path}: {error}") from None
    language = language_of(path)
    opening = _opening(path, source, offset, config, output)
    async with open_live(opening) as document, _model(config, language) as model:
        place = await document.at(source, offset)
        advice = await advise(
            place.learner,
            model,
            place.goal,
            config.count,
            prefix=config.prefix,
            context=place.context,
            language=language,
            recall=place.recall,
        )
        found = ranked(await _marked(place, advice, config))
    for note in (*place.notes, *advice.notes):
        output.emit(Note(note, "warning"))
    output.result({"kind": "goal", "file": str(path), "line": line, "goal": goal_text(place.goal, "bar")})
    for suggestion in found:
        output.result(_record(suggestion))
    return _report(place.goal, found, config)


def _check(path: Path, config: Config) -> None:
    language = language_of(path)
    if config.tests and language != "python":
        raise UserError("--tests goes with a .py file")
    if config.proposer in {"model", "mixed"} and config.model is None:
        raise UserError(f"--proposer {config.proposer} needs --model")


def _parsed(place: str) -> tuple[Path, int, int | None]:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise UserError(f"{place} names no place: write FILE:LINE or FILE:LINE:COLUMN")
    column = int(found["column"]) if found["column"] else None
    return Path(found["file"]), int(found["line"]), column


def _opening(path: Path, source: Source, offset: int, config: Config, output: Output) -> Opening:
    return Opening(
        path=path,
        source=source,
        offset=offset,
        sink=output,
        cache=cache_directory(config.cache, os.environ),
        embedded=config.proposer != "model",
        premises=_premises(path, config),
        learn_s=config.learn_s,
        step_s=config.step_s,
        tests=tuple(read_source(test) for test in config.tests),
        unsafe=config.unsafe,
        lean_backend=config.lean_backend,
        rocq_backend=config.rocq_backend,
    )


def _premises(path: Path, config: Config) -> int:
    """How many theorems prompts name: none where nobody is prompted, or not in such a way."""
    asked = None if config.proposer == "knn" else config.model
    return named_premises(asked, os.environ, language_of(path), config.premises)


@contextlib.asynccontextmanager
async def _model(config: Config, language: Language) -> AsyncIterator[ModelProposer | None]:
    if config.model is None or config.proposer == "knn":
        yield None
        return
    source = prepare_model(config.model, os.environ)
    try:
        model = source.make()
        try:
            yield source.proposer(language, model)
        finally:
            await model.aclose()
    finally:
        await source.aclose()


async def _marked(place: Place, advice: Advice, config: Config) -> list[Suggestion]:
    if not (config.check and place.judged):
        return [unchecked(one) for one in advice.proposals]
    observe = None if place.learner is None else place.learner.judged
    judged = judge(place.session, place.goal, advice.proposals, observe=observe)
    return [one async for one in judged]


def _record(suggestion: Suggestion) -> dict[str, object]:
    """One suggestion, as `--json` prints it."""
    left = suggestion.remaining
    return {
        "kind": "suggestion",
        "text": suggestion.text,
        "mark": suggestion.mark.value,
        "logprob": round(suggestion.logprob, 6),
        "source": suggestion.source,
        "remaining": None if left is None else [goal_text(Goal((one,)), "bar") for one in left.subgoals],
        "reason": suggestion.reason,
        "message": suggestion.message,
        "cpu_s": round(suggestion.cpu_s, 4),
    }


def _report(goal: Goal, found: list[Suggestion], config: Config) -> Report:
    counts = {mark.value: sum(one.mark is mark for one in found) for mark in Mark}
    held = counts["closes"] + counts["progress"]
    achieved = bool(held or (found and not config.check))
    body: list[Table | Text | str] = [goal_text(Goal(goal.subgoals[:1]), "bar") + "\n"]
    if len(goal.subgoals) > 1:
        body.append(f"({len(goal.subgoals) - 1} more in focus)\n")
    body.append("\n")
    if found:
        body.append(_table(found))
    else:
        body.append(f"nothing is offered that begins with {config.prefix!r}\n" if config.prefix else _NOTHING)
    return Report(
        ExitCode.ACHIEVED if achieved else ExitCode.NOT_ACHIEVED,
        {"suggestions": len(found), **counts},
        tuple(body),
    )


_NOTHING = "nothing is offered here\n"


def _table(found: list[Suggestion]) -> Table:
    table = Table(box=None, header_style="bold")
    for title in ("step", "verdict", "chance", "from", "what is left, or why not"):
        table.add_column(title, justify="right" if title == "chance" else "left")
    for one in found:
        table.add_row(
            Text(_short(one.text)),
            Text(_SAID[one.mark], style=_STYLES[one.mark]),
            f"{math.exp(one.logprob):.3f}",
            Text(one.source),
            Text(_remark(one)),
        )
    return table


def _remark(suggestion: Suggestion) -> str:
    left = suggestion.remaining
    if left is None:
        return _short(" ".join(suggestion.message.split()))
    if suggestion.mark is Mark.CLOSES:
        return ""
    return "\n".join(_short(f"|- {one.conclusion}") for one in left.subgoals[:4])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
