"""Looks at all that a search needs before it begins: checkers, model, files, disk."""

import os
import shutil
from collections.abc import Awaitable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.bench import Task, open_bench
from holdfast.apps.models import prepare_model
from holdfast.apps.prover import ProverConfig
from holdfast.apps.searches import SearchConfig, bound_config
from holdfast.apps.value import open_value
from holdfast.core.completions import Sampling
from holdfast.core.errors import HoldfastError, UserError
from holdfast.pipelines.theorems import SourceTask, Theorem, by_source
from holdfast.pipelines.trajectory_store import config_digest, read_theorems, stored_config
from holdfast.runtime.sinks import NullSink

__all__ = ["Finding", "rehearse", "value_remark"]

_ROW_BYTES = 400
"""What a step takes on the disk, about, while it waits to become a part of a Parquet file."""
_STEPS_A_SECOND = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one thing that the search needs."""

    what: str
    ok: bool
    detail: str
    users: bool = False
    """Whether it is the user's to mend."""


async def rehearse(
    config: SearchConfig, theorems: Sequence[Theorem], *, cache: Path, resume: bool
) -> list[Finding]:
    """Check everything that can be checked without searching; nothing is written but to `cache`."""
    sources = by_source(theorems)
    findings = [Finding(what="theorems", ok=True, detail=f"{len(theorems)} in {len(sources)} sources")]
    first = {source.language: source for source in reversed(sources)}
    findings += [
        await _tried(language, _checker(source, config, cache)) for language, source in first.items()
    ]
    if config.model is not None and config.proposer != "knn":
        findings.append(await _tried("model", _model(config.model, [*first])))
    if config.value is not None:
        findings.append(await _tried("value", value_remark(config)))
    findings.append(await _tried("output", _output(config, theorems, resume=resume)))
    return findings


async def _tried(what: str, look: Awaitable[str]) -> Finding:
    try:
        return Finding(what=what, ok=True, detail=await look)
    except HoldfastError as error:
        return Finding(what=what, ok=False, detail=str(error), users=isinstance(error, UserError))


async def _checker(source: SourceTask, config: SearchConfig, cache: Path) -> str:
    """Open what checks the first source of a language, and find its theorems there."""
    task = Task(
        path=source.path,
        source=source.source,
        sink=NullSink(),
        cache=cache,
        unsafe=config.unsafe,
        embedded=config.proposer != "model",
    )
    async with open_bench(task) as bench:
        holes = bench.checker.holes(source.source, source.names)
        who = bench.identity
        return (
            f"{who.tool} {who.version}, sandbox {bench.level}; {len(holes)} theorems of {source.source.name}"
        )


async def _model(spec: str, languages: Sequence[str]) -> str:
    source = prepare_model(spec, os.environ)
    for language in ("rocq", "lean", "python"):
        if language in languages:
            source.prompts(language)
    try:
        async with aclosing(source.make()) as model:
            if source.spec.kind == "replay":
                return f"{model.name}: a recording, not asked"
            (answer,) = await model.complete("1 + 1 =", Sampling(max_tokens=4))
            return f"{model.name} answers, {answer.tokens} tokens"
    finally:
        await source.aclose()


async def value_remark(config: ProverConfig) -> str:
    """What people should know of the value that is named. Raises what `open_value` raises."""
    assert config.value is not None
    opened = open_value(config.value, os.environ, encoder=config.encoder, weight=config.value_weight)
    async with opened as value:
        return value.remark


async def _output(config: SearchConfig, theorems: Sequence[Theorem], *, resume: bool) -> str:
    folder = config.output
    if folder is None:
        raise UserError("name the folder for trajectories with --output")
    above = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not os.access(above, os.W_OK):
        raise UserError(f"{above} may not be written to")
    done = 0
    if folder.exists():
        if not resume:
            raise UserError(f"{folder} is there already: --resume goes on with it")
        wanted = bound_config(config.prover(), theorems)
        if config_digest(stored_config(folder)) != config_digest(wanted):
            raise UserError(f"{folder} was made under another configuration: name another")
        done = sum(record.status in {"proved", "not_found"} for record in read_theorems([folder]))
    free_mb = shutil.disk_usage(above).free >> 20
    steps = len(theorems) * (config.nodes or config.budget_s * _STEPS_A_SECOND)
    needed_mb = int(steps * _ROW_BYTES) >> 20
    if free_mb < needed_mb:
        raise UserError(f"{above} has {free_mb} MB left, and as many as {needed_mb} MB may be needed")
    return f"{folder}: {free_mb} MB free, at most {needed_mb} MB needed; {done} theorems done before"
