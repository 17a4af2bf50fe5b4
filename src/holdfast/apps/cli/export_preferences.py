"""`holdfast export-preferences`: right and wrong steps at the same goals, as TRL's trainers read them."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.cli.files import check_target, write_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.models.prompts import load_format
from holdfast.pipelines.trajectory_store import read_rows
from holdfast.runtime.lines import encode_line
from holdfast.training.exports import PREFERENCE_COLUMNS, preferences
from holdfast.training.pairs import is_held_out, language_named

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to export, and how it is asked."""

    trajectories: tuple[Path, ...]
    output: Path
    language: str = "rocq"
    prompt: str = "proofstep.v1"
    per_goal: int = 8
    astray: bool = False
    held_out: float = 0.0
    """Share of the theorems, by their names, that is left out."""


async def run(config: Config, output: Output) -> Report:
    """Write one JSON line a preference."""
    check_target(config.output)
    language = language_named(config.language)
    prompts = load_format(config.prompt)
    if prompts.kind != "completion" or language not in prompts.languages:
        raise UserError(
            f"the prompt format {prompts.name} is not for completions in {language}: name another"
        )
    table = read_rows(
        config.trajectories,
        (*PREFERENCE_COLUMNS, "language"),
        skip_bad=lambda sentence: output.emit(Note(sentence, "warning")),
    )
    rows = (row for row in table.to_pylist() if row["language"] in {language, None})
    found = [
        each
        for each in preferences(
            rows, prompts, language=language, per_goal=config.per_goal, astray=config.astray
        )
        if not is_held_out(each.theorem, config.held_out)
    ]
    write_source(config.output, b"".join(encode_line(each.to_json()) for each in found).decode())
    reasons = Counter(each.reason for each in found)
    summary = {
        "preferences": len(found),
        "goals": len({each.prompt for each in found}),
        "theorems": len({(each.file, each.theorem) for each in found}),
        "reasons": dict(sorted(reasons.items())),
        "output": str(config.output),
    }
    text = f"{len(found)} preferences at {summary['goals']} goals are in {config.output}\n"
    return Report(ExitCode.ACHIEVED if found else ExitCode.NOT_ACHIEVED, summary, (text,))
