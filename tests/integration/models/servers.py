"""Starts model servers as child processes."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
from tests.rocq_here import seed

from holdfast.runtime.process import OwnedProcess


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@asynccontextmanager
async def llama(program: Path, weights: Path, *options: str) -> AsyncIterator[str]:
    """llama.cpp's server on one thread; its address."""
    port = free_port()
    argv = [str(program), "-m", str(weights), "--host", "127.0.0.1", "--port", str(port), "-t", "1", *options]
    process = OwnedProcess([*argv, "--log-disable"], stdin=subprocess.DEVNULL)
    try:
        await answering(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        await process.wait()
        process.close_pipes()


@contextmanager
def ours(model: str, cache: Path) -> Iterator[str]:
    """Our own server over a model alone; its address."""
    port = free_port()
    program = Path(sys.executable).parent / "holdfast"
    options = [
        "--port",
        str(port),
        "--proposer",
        "model",
        "--model",
        model,
        "--no-learn",
        "--cache",
        seed(cache),
    ]
    with subprocess.Popen([program, "serve", *options, "--quiet"], stdin=subprocess.DEVNULL) as process:
        try:
            asyncio.run(answering(f"http://127.0.0.1:{port}/ready"))
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


async def answering(url: str, seconds: float = 60.0) -> None:
    """Wait until a server answers with success."""
    async with httpx2.AsyncClient(trust_env=False) as client, asyncio.timeout(seconds):
        while True:
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(0.05)
