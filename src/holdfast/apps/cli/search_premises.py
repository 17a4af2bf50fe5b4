"""`holdfast search-premises`: theorems and definitions of libraries, found by words or by meaning."""

import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.apps.cli.files import read_source
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.rocq.premise_search import (
    FoundPremise,
    PremiseIndex,
    PremiseQuestion,
    open_premises,
    searchable,
)
from holdfast.apps.value import open_encoder
from holdfast.core.errors import UserError

__all__ = ["Config", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to look for, and where."""

    query: str
    libraries: tuple[str, ...] = ()
    file: Path | None = None
    count: int = 10
    encoder: str | None = None
    """Who makes vectors, for a search by meaning; None for one by words."""
    cache: Path | None = None


async def run(config: Config, output: Output) -> Report:
    """Search; exit code 1 where nothing is found."""
    if config.file is not None and config.file.suffix != ".v":
        raise UserError(f"{config.file} does not end in .v: premises are searched for Rocq files")
    question = PremiseQuestion(
        libraries=config.libraries,
        source=None if config.file is None else read_source(config.file),
        path=config.file,
    )
    index = await open_premises(question, cache_directory(config.cache, os.environ), output)
    found = await _found(index, config, output)
    for each in found:
        output.result({"kind": "premise", "score": round(each.score, 4), **_record(each)})
    summary = {"found": len(found), "searched": len(index)}
    code = ExitCode.ACHIEVED if found else ExitCode.NOT_ACHIEVED
    return Report(code, summary, (_shown(found, index),))


async def _found(index: PremiseIndex, config: Config, output: Output) -> Sequence[FoundPremise]:
    if config.encoder is None:
        return await index.search(config.query, config.count)
    async with AsyncExitStack() as stack:
        encoder = await stack.enter_async_context(open_encoder(config.encoder, os.environ, style=None))
        return await index.search(config.query, config.count, await index.dense(encoder, output))


def _record(found: FoundPremise) -> dict[str, object]:
    """The kind of a record is `premise`; what the premise is goes by another word."""
    fields = asdict(found.premise)
    return {"declares": fields.pop("kind"), **fields}


def _shown(found: Sequence[FoundPremise], index: PremiseIndex) -> str:
    if not found:
        return f"nothing is found among {searchable(index)}\n"
    blocks = []
    for each in found:
        premise = each.premise
        place = f"{premise.file}:{premise.line}" if premise.line else premise.file
        lines = [premise.name, f"  {premise.statement}"]
        lines += [f"  {premise.docstring}"] if premise.docstring else []
        blocks.append("\n".join((*lines, f"  {premise.kind}, {place}")))
    return "\n\n".join(blocks) + "\n"
