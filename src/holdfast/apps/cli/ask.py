"""`holdfast ask`: one question from standard input to a `holdfast serve`, its answer on standard output.

For tactics and other programs that start a helper. Goals stand in no argument: those have a limit, and every
user of the machine can see them.
"""

import asyncio
import importlib
import os
import sys
from dataclasses import dataclass

from holdfast.apps.cli.output import ExitCode, Output, Report

__all__ = ["Config", "run"]

_SERVER = "http://127.0.0.1:6000"
_LONGEST = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Whom to ask."""

    server: str | None = None
    """An address; None for that of the environment, else the default of `holdfast serve`."""


async def run(config: Config, output: Output) -> Report:
    """Answer one line with one line; exit code 1 where the answer is why there is none."""
    del output  # what reads the answer wants the record alone
    asking = importlib.import_module("holdfast.apps.asking")
    line = await asyncio.to_thread(sys.stdin.buffer.readline, _LONGEST)
    server = config.server or os.environ.get("HOLDFAST_SERVER") or _SERVER
    answer = await asking.answer_line(line, server, os.environ.get("HOLDFAST_TOKEN") or None)
    sys.stdout.buffer.write(answer.model_dump_json().encode() + b"\n")
    sys.stdout.buffer.flush()
    return Report(ExitCode.NOT_ACHIEVED if answer.error else ExitCode.ACHIEVED, {})
