"""`holdfast export-environment`: theorems as an environment for reinforcement learning with `verifiers`."""

from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.cli.files import write_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.checkers.rocq.holes import find_holes
from holdfast.checkers.rocq.project import load_project
from holdfast.core.errors import UserError
from holdfast.core.events import Note
from holdfast.pipelines.theorems import SourceTask, by_source, read_theorems_list
from holdfast.training.environments import EnvironmentTask, environment_files, make_task
from holdfast.training.pairs import is_held_out

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Which theorems, and where the package goes."""

    theorems: tuple[Path, ...]
    output_dir: Path
    package: str = "holdfast-proofs"
    max_theorems: int | None = None
    held_out: float = 0.0
    """Share of the theorems, by their names, that is left out."""


async def run(config: Config, output: Output) -> Report:
    """Write the package; theorems that rest on a project are left out, because tasks are single files."""
    listed = [theorem for path in config.theorems for theorem in read_theorems_list(path)]
    wanted = [each for each in listed if not is_held_out(each.name, config.held_out)]
    tasks: list[EnvironmentTask] = []
    for source in by_source(wanted[: config.max_theorems]):
        tasks += _tasks(source, output)
    if not tasks:
        raise UserError("there is no theorem to export: name .v files that rest on installed libraries alone")
    if config.output_dir.exists() and any(config.output_dir.iterdir()):
        raise UserError(f"{config.output_dir} is not empty: name another folder for the environment")
    for name, text in environment_files(config.package, tasks).items():
        path = config.output_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_source(path, text)
    summary = {"theorems": len(tasks), "left_out": len(listed) - len(tasks), "output": str(config.output_dir)}
    text = (
        f"{len(tasks)} theorems are in {config.output_dir}; to have each judged as it stands:\n"
        f"pip install {config.output_dir} && vf-validate {config.package} --runtime.type subprocess\n"
    )
    return Report(ExitCode.ACHIEVED, summary, (text,))


def _tasks(source: SourceTask, output: Output) -> list[EnvironmentTask]:
    if source.language != "rocq":
        output.emit(Note(f"{source.source.name} is left out: environments are of Rocq's theorems", "warning"))
        return []
    if load_project(source.path).file is not None:
        output.emit(Note(f"{source.source.name} is left out: it rests on a project", "warning"))
        return []
    return [make_task(source.source, hole) for hole in find_holes(source.source, source.names)]
