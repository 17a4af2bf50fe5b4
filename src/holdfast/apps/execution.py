"""The exec service as a program: `python -m holdfast.apps.execution SOCKET` runs the jobs of a code app.

With `--check` it asks a running one how it is, for health checks, and ends with 1 where there is none. It is
meant for a container without network and secrets; `compose.yaml` has one.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from holdfast.apps.isolation import find_sandbox
from holdfast.core.errors import HoldfastError, SandboxUnavailableError
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.remote import ask_service
from holdfast.runtime.sandbox.service import serve

__all__ = ["main", "parser"]


def main() -> None:
    """Serve until a signal comes; exit code 3 where no sandbox holds here."""
    options = parser().parse_args()
    try:
        if options.check:
            sys.stdout.write(f"{ask_service(options.socket)}\n")
        else:
            asyncio.run(_serve(options.socket))
    except (HoldfastError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1 if options.check else 3)


def parser() -> argparse.ArgumentParser:
    """What the program is asked."""
    made = argparse.ArgumentParser(prog="python -m holdfast.apps.execution", description=__doc__)
    made.add_argument("socket", type=Path, help="where to listen")
    made.add_argument("--check", action="store_true", help="only ask the one that listens there")
    return made


async def _serve(path: Path) -> None:
    # Its own attacks are withstood anew at each start: what is around it may have changed.
    sandbox = await find_sandbox(None)
    if sandbox.level not in {Level.NAMESPACES, Level.LANDLOCK}:
        raise SandboxUnavailableError(f"an exec service needs a level of its own, not {sandbox.level}")
    for reason in sandbox.passed_over:
        sys.stderr.write(f"a stronger level does not hold here: {reason}\n")
    about = f"level {sandbox.level} in an exec service"

    def ready() -> None:
        sys.stdout.write(f"{about}, listening on {path}\n")
        sys.stdout.flush()

    task = asyncio.create_task(serve(sandbox, path, about, ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    main()
