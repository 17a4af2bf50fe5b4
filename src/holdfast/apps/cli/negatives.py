"""`holdfast negatives`: walk true proofs, try other steps at their goals, and keep what comes of them."""

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field
from rich.table import Table

from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.config import resolve
from holdfast.apps.executors import executor_kind, open_executor
from holdfast.apps.searches import bound_theorems
from holdfast.apps.walker import TOO_SHORT, WalkConfig, make_walker
from holdfast.core.errors import UserError
from holdfast.core.events import TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.search_all import remaining, search_all
from holdfast.pipelines.theorems import Theorem, read_theorems_list
from holdfast.pipelines.trajectory_store import open_store, read_rows
from holdfast.training.pairs import read_pairs

__all__ = ["Config", "NegativesConfig", "run"]

_TASK = "walking proofs"
_DEEP = 2
"""A negative that stands deeper than this many steps shows that the walk gets anywhere."""
_COUNTED = ("positive", "routes", "negative", "refused", "unknown", "undecided")
_TITLES = ("positive", "of other routes", "negative", "of them refused", "unknown", "undecided")
_COLUMNS = ("theorem_name", "file", "depth_from_root", "label", "verdict", "proposed", "fate")


class NegativesConfig(WalkConfig):
    """What is tried, along which proofs, and where it goes."""

    theorems: tuple[Path, ...] = ()
    output: Path | None = None
    num_theorems: int | None = Field(default=None, ge=1)
    """Only so many, the first ones."""

    def walker(self) -> WalkConfig:
        """What the workers need of it."""
        return WalkConfig(**{name: getattr(self, name) for name in WalkConfig.model_fields})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the command line says."""

    flags: Mapping[str, object]
    """Settings of `NegativesConfig`, None for what is not said."""
    file: Path | None = None
    """Settings as TOML."""
    resume: bool = False
    jobs: int = 1
    executor: str = "local"
    ray_address: str | None = None
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Walk what the store has nothing of yet; the report is by depth."""
    settings = resolve(NegativesConfig, config.file, config.flags)
    if settings.output is None:
        raise UserError("name the folder for trajectories with --output")
    if settings.proposer != "knn" and settings.model is None:
        raise UserError(f"--proposer {settings.proposer} needs --model")
    theorems = _chosen(settings)
    bound = {"walker": settings.walker().model_dump(mode="json"), "theorems": bound_theorems(theorems)}
    kind = executor_kind(config.executor)
    cache = cache_directory(config.cache, os.environ)
    with (
        open_executor(kind, jobs=config.jobs, address=config.ray_address) as executor,
        open_store(settings.output, bound, resume=config.resume) as store,
    ):
        left = remaining(theorems, store)
        progress = _Progress(output, len(left))
        await search_all(
            left,
            executor=executor,
            make_worker=make_walker(settings.walker(), digest=store.digest, cache=cache),
            writer=store,
            report=progress.take,
        )
        progress.end()
        records = [store.theorems[theorem.key] for theorem in theorems]
    return _report(settings.output, records)


def _chosen(settings: NegativesConfig) -> list[Theorem]:
    """The theorems to walk: those of the lists, or those that pairs tell of. Raises UserError."""
    if bool(settings.theorems) == (settings.tactic_pairs is not None):
        raise UserError("name proofs to walk: either sources with --theorems, or pairs with --tactic-pairs")
    if settings.tactic_pairs is None:
        listed = [theorem for path in settings.theorems for theorem in read_theorems_list(path)]
        return list({theorem.key: theorem for theorem in listed}.values())[: settings.num_theorems]
    return _of_pairs(settings.tactic_pairs)[: settings.num_theorems]


def _of_pairs(path: Path) -> list[Theorem]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for pair in read_pairs([path], language="rocq").pairs:
        if not pair.file:
            raise UserError(
                f"{path}: the pairs of {pair.theorem} do not say in which file it stands; walk the sources"
                " themselves with --theorems"
            )
        wanted[pair.file].add(pair.theorem)
    found = []
    for file, names in wanted.items():
        listed = read_theorems_list(Path(file))
        found += [each for each in listed if each.name in names or each.name.rpartition(".")[2] in names]
    return found


class _Progress:
    """Tells of each theorem as it is done."""

    def __init__(self, output: Output, total: int) -> None:
        self._output = output
        self._done = 0
        output.emit(TaskStarted(_TASK, total, "theorems"))

    def take(self, record: TheoremRecord) -> None:
        """One theorem is done."""
        self._done += 1
        self._output.result(
            {
                "kind": "theorem",
                "file": record.file,
                "name": record.theorem,
                "status": record.status,
                "steps": list(record.steps),
                "tried": record.nodes,
                "routes": len(record.fates.others),
                "cpu_s": round(record.cpu_s, 4),
                "reason": record.reason,
            }
        )
        self._output.emit(TaskAdvanced(_TASK, self._done))

    def end(self) -> None:
        """All are."""
        self._output.emit(TaskFinished(_TASK))


def _report(store: Path, records: Sequence[TheoremRecord]) -> Report:
    short = [record for record in records if record.reason.startswith(TOO_SHORT)]
    walked = [record for record in records if record.audited]
    others = [record for record in records if not record.audited and record not in short]
    depths, deep = _by_depth(store, {record.key for record in walked})
    survival = deep / len(walked) if walked else None
    summary = {
        "theorems": len(records),
        "walked": len(walked),
        "too_short": len(short),
        "not_walked": [{"name": each.theorem, "file": each.file, "reason": each.reason} for each in others],
        "routes": sum(len(record.fates.others) for record in walked),
        "survival": survival,
        "depths": [{"depth": depth, **counts} for depth, counts in sorted(depths.items())],
        "output": str(store),
    }
    said = "none" if survival is None else f"{survival:.0%}"
    lines = [
        f"\n{len(walked)} of {len(records)} proofs walked and audited, {len(short)} too short; {said} of them"
        f" have a negative deeper than {_DEEP} steps; trajectories are in {store}\n"
    ]
    lines += [f"not walked: {each.theorem} ({each.file}): {each.reason}\n" for each in others[:20]]
    broken = any(record.status in {"error", "undecided"} for record in others)
    code = ExitCode.NOT_ACHIEVED if broken or not walked else ExitCode.ACHIEVED
    if records and all(record.status == "error" for record in records):
        code = ExitCode.INFRASTRUCTURE
    return Report(code, summary, (_table(depths), *lines))


def _by_depth(store: Path, walked: set[tuple[str, str]]) -> tuple[Mapping[int, Mapping[str, int]], int]:
    """What there is at each depth, and how many walked theorems have a negative deep down."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    deep: set[tuple[str, str]] = set()
    for row in read_rows([store], _COLUMNS).to_pylist():
        if row["verdict"] == "root":
            continue
        depth = row["depth_from_root"]
        kind = "undecided" if row["verdict"] == "undecided" else row["label"]
        counts[depth][kind] += 1
        counts[depth]["refused"] += row["verdict"] == "refused"
        counts[depth]["routes"] += kind == "positive" and row["proposed"]
        if kind == "negative" and depth > _DEEP and (row["file"], row["theorem_name"]) in walked:
            deep.add((row["file"], row["theorem_name"]))
    return {depth: {name: found[name] for name in _COUNTED} for depth, found in counts.items()}, len(deep)


def _table(depths: Mapping[int, Mapping[str, int]]) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column("depth", justify="right")
    for title in _TITLES:
        table.add_column(title, justify="right")
    for depth, counts in sorted(depths.items()):
        table.add_row(str(depth), *(str(count) for count in counts.values()))
    return table
