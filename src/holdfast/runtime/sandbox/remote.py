"""Starts jobs in an exec service: another container, without network and secrets, that runs a sandbox."""

import os
import socket
import sys
from pathlib import Path

from holdfast.core.errors import SandboxUnavailableError, UserError
from holdfast.runtime.sandbox.contained import Contained
from holdfast.runtime.sandbox.jobs import PYTHON, Job

__all__ = ["LACKS", "ServiceStarter", "ask_service"]

LACKS = ("memory, disk and processor time of a job are looked at by the exec service, in its container",)
"""What the level does not hold, in words."""
_MAIN = Path(__file__).with_name("remote_main.py")
_PATIENCE_S = 10.0
_LONGEST = 4096


class ServiceStarter:
    """Starts jobs of level `container` in the container of a service."""

    def __init__(self, service: Path) -> None:
        """`service` is the socket on which it listens."""
        self._service = service.absolute()

    def prepare(self) -> str:
        """Which sandbox the service has. Raises SandboxUnavailableError where it does not answer."""
        return ask_service(self._service)

    def __call__(self, job: Job, is_asked: bool) -> Contained:  # noqa: FBT001
        """Start a job. Raises as `Jobs.run` does."""
        if job.folder is not None:
            raise UserError("a job of an exec service works in a folder of its own, not in one on disk")
        if job.argv[0] != PYTHON:
            raise UserError(f"the exec service runs Python, and not {job.argv[0]}")
        argv = [sys.executable, "-I", "-S", os.fspath(_MAIN), os.fspath(self._service)]
        return Contained(argv, job, removal=["true"], scratch=Path("/"), kept=self, is_asked=is_asked)


def ask_service(service: Path) -> str:
    """What a service says of its sandbox. Raises SandboxUnavailableError where it does not answer."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_PATIENCE_S)
            connection.connect(os.fspath(service))
            connection.sendall(b"?")
            said = connection.recv(_LONGEST).decode(errors="replace")
    except OSError as error:
        reason = error.strerror or str(error)
        raise SandboxUnavailableError(
            f"the exec service at {service} does not answer ({reason}): is its container up?"
        ) from error
    if not said:
        raise SandboxUnavailableError(f"the exec service at {service} says nothing: see what it logs")
    return said
