"""Listening for clients: addresses, who can reach them, and a web server that ends when it is told to."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from holdfast.core.errors import UserError

__all__ = ["bind", "check_exposure", "is_loopback", "serve_app"]

_CONNECTIONS = 10_000
"""Most connections where the system sets no limit."""


def is_loopback(host: str) -> bool:
    """Whether a name or an address stands for this machine alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_exposure(hosts: Sequence[str], token: str | None) -> None:
    """Raise UserError where others could reach the server without a token."""
    exposed = [host for host in hosts if not is_loopback(host)]
    if exposed and token is None:
        raise UserError(
            f"{exposed[0]} can be reached from other machines: set a token in HOLDFAST_TOKEN or with --token"
        )


@contextlib.contextmanager
def bind(host: str, ports: Sequence[int]) -> Iterator[list[socket.socket]]:
    """Listening sockets; port 0 takes any free one. Raises UserError where an address cannot be had."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for port in ports:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
                family, kind, number, _, address = found[0]
                listening = stack.enter_context(socket.socket(family, kind, number))
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind(address)
                listening.listen(2048)
            except OSError as error:
                said = error.strerror or str(error)
                raise UserError(f"cannot listen on {host}:{port}: {said}") from error
            sockets.append(listening)
        yield sockets


def _connections() -> int:
    """How many connections there may be, idle ones too: the rest of the open files is for checkers."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _CONNECTIONS if most == resource.RLIM_INFINITY else max(64, most // 2)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config, listening: asyncio.Event | None) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._listening is not None:
            self._listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_app(
    app: ASGIApp,
    sockets: list[socket.socket],
    *,
    lifespan: Literal["on", "off"],
    grace_s: int,
    listening: asyncio.Event | None = None,
) -> None:
    """Serve until cancelled; requests under way then have `grace_s` seconds to end in.

    `listening` is set as soon as requests are answered.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan=lifespan,
        timeout_graceful_shutdown=grace_s,
        timeout_keep_alive=30,
        server_header=False,
        limit_concurrency=_connections(),
    )
    server = _Server(config, listening)
    serving = asyncio.create_task(server.serve(sockets=sockets))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
