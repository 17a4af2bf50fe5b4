"""Runs a command to its end, whatever ends it: a report, an error, or a signal."""

import asyncio
import contextlib
import os
import signal
import traceback
from collections.abc import Awaitable, Callable
from typing import TextIO, TypeAlias

from holdfast.apps.cli.faults import Fault, describe
from holdfast.apps.cli.output import Options, Output, Report

__all__ = ["Command", "ended", "run_command"]

Command: TypeAlias = Callable[[Output], Awaitable[Report]]
"""A command with its configuration filled in."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Interrupted(BaseException):
    """The command was cancelled by a signal and has finished its clean-up."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def run_command(command: Command, options: Options, *, stdout: TextIO, stderr: TextIO) -> int:
    """Run a command and print its report or its error; returns the exit code, never raises.

    The first SIGINT, SIGTERM or SIGHUP cancels the command, which finishes the write it is in and ends its
    children; a second one ends it at once.
    """
    output = Output(options, stdout, stderr)
    try:
        with output:
            report = asyncio.run(_supervised(command, output))
        output.report(report)
    except BaseException as error:  # noqa: BLE001 - the one place where every error becomes a sentence
        return ended(error, options, stdout=stdout, stderr=stderr)
    return int(report.exit_code)


def ended(error: BaseException, options: Options, *, stdout: TextIO, stderr: TextIO) -> int:
    """Tell what ended a command, in one sentence; returns the exit code."""
    match error:
        case _Interrupted(number=number):
            fault = Fault(128 + number, f"stopped by {signal.Signals(number).name}")
        case KeyboardInterrupt():
            fault = Fault(128 + signal.SIGINT, "stopped")
        case _:
            fault = describe(error)
    if options.debug:
        with contextlib.suppress(OSError):
            traceback.print_exception(error, file=stderr)
    if fault.sentence:
        Output(options, stdout, stderr).failed(fault.exit_code, fault.sentence)
    _drain(stdout)
    return fault.exit_code


def _drain(stream: TextIO) -> None:
    """Let what a broken stream still holds go nowhere, or the interpreter complains of it at its end."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


async def _supervised(command: Command, output: Output) -> Report:
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(command(output))
    caught: list[int] = []

    def cancel(number: int) -> None:
        caught.append(number)
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
        work.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, cancel, number)
    try:
        return await work
    except asyncio.CancelledError:
        if caught:
            raise _Interrupted(caught[0]) from None
        raise
