"""The parts of `app.py` in which something is killed: what was told to anybody has to be there afterwards."""

import asyncio
import contextlib
import os
import pwd
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import httpx2
from tests.integration.studio.postgres import programs

from _app_serving import Followed, Served, app, ask, drain, follow, record, together, written


async def killed_server(sessions: int, pieces: int) -> dict[str, object]:
    """SIGKILL while everybody is told something; then a new server on the same file."""
    with tempfile.TemporaryDirectory(prefix="hf-app-") as place:
        record(Path(place), pieces * 5)
        found = [Followed() for _ in range(sessions)]
        with app(Path(place)) as served:
            async with served.client() as http:

                def kill_when_all_heard() -> None:
                    if all(each.times for each in found):
                        served.process.kill()

                await together(served, [each.follow(http, kill_when_all_heard) for each in found])
            was_killed = served.process.wait(60) == -signal.SIGKILL
        with app(Path(place)) as served:
            async with served.client() as http:
                lost, cut = await _compared(http, found)
    told = sum(len(each.events) for each in found)
    return {"killed": was_killed, "told": told, "cut_off": cut, "lost": lost}


async def _compared(http: httpx2.AsyncClient, found: list[Followed]) -> tuple[int, int]:
    """How many events that were told are not there now, and how many answers were cut off."""
    lost = cut = 0
    for each in found:
        there = {event async for event in follow(http, f"/v1/jobs/{each.job}/events")}
        lost += len(set(each.events) - there)
        lost += (await http.get(f"/v1/turns/{each.turn}")).status_code != 200
        cut += (await http.get(f"/v1/jobs/{each.job}")).json()["state"] == "interrupted"
    return lost, cut


async def killed_sandbox() -> dict[str, object]:
    """SIGKILL of all that a run has started: the run is told to have ended so, and the next one runs."""
    with tempfile.TemporaryDirectory(prefix="hf-app-") as place:
        record(Path(place), 1)
        with app(Path(place)) as served:
            async with served.client() as http:
                before = children(served.process.pid)
                sleeping = {"language": "python", "code": "import time; time.sleep(500)", "wall_s": 60}
                job = (await ask(http, "/v1/runs", sleeping))["id"]
                born = await asyncio.to_thread(_born, served.process.pid, before)
                for pid in born:
                    os.kill(pid, signal.SIGKILL)
                await drain(http, f"/v1/jobs/{job}/events")
                ended = (await http.get(f"/v1/jobs/{job}")).json()
                again = await ask(http, "/v1/runs", {"language": "python", "code": "print(7)"})
                await drain(http, f"/v1/jobs/{again['id']}/events")
                after = (await http.get(f"/v1/jobs/{again['id']}")).json()
    result = ended.get("result") or {}
    return {
        "run": f"{ended['state']} {result.get('ended', '')}".strip(),
        "next": repr((after.get("result") or {}).get("stdout")),
        "lost": int((after.get("result") or {}).get("stdout") != "7\n"),
    }


def _born(pid: int, before: set[int]) -> set[int]:
    """What a process has started since, once there is something and it had half a second to begin."""
    while not children(pid) - before:
        time.sleep(0.05)
    time.sleep(0.5)
    return children(pid) - before


def children(pid: int) -> set[int]:
    """What a process has started and not reaped."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(each) for task in tasks for each in (task / "children").read_text(encoding="ascii").split()}


async def killed_database(sessions: int, pieces: int) -> dict[str, object]:
    """PostgreSQL is ended at once in mid-stream and started again: the app goes on by itself."""
    folder = programs()
    if folder is None:
        return {"skipped": "no PostgreSQL: scripts/install-postgresql installs one"}
    with tempfile.TemporaryDirectory(prefix="hf-pg-") as place, tempfile.TemporaryDirectory() as data:
        said = record(Path(data), pieces * 5)
        control = Postgres(folder, Path(place))
        control.start()
        try:
            with app(Path(data), "--database", f"postgresql://postgres@/postgres?host={place}") as served:
                async with served.client() as http:
                    return await _bounced(http, served, control, sessions, said)
        finally:
            control.stop()


async def _bounced(
    http: httpx2.AsyncClient, served: Served, control: "Postgres", sessions: int, said: str
) -> dict[str, object]:
    found = [Followed() for _ in range(sessions)]
    bounced: list[float] = []

    def bounce_when_all_heard() -> None:
        if not bounced and all(each.times for each in found):
            bounced.append(time.perf_counter())
            control.stop()
            control.start()

    await together(served, [each.follow(http, bounce_when_all_heard) for each in found])
    for each in found:  # whoever was cut off comes again
        while not each.events or each.events[-1][1] != "end":
            after = each.events[-1][0] if each.events else 0
            with contextlib.suppress(httpx2.HTTPError):
                async for event in follow(http, f"/v1/jobs/{each.job}/events", after):
                    each.events.append(event)
            await asyncio.sleep(0.2)
    lost, _ = await _compared(http, found)
    return {
        "restarted": bool(bounced),
        "told": sum(len(each.events) for each in found),
        "lost": lost,
        "whole_answers": sum(written(each.events) == said for each in found),
    }


class Postgres:
    """A server of PostgreSQL that keeps what it has committed, whatever happens to it."""

    def __init__(self, folder: Path, place: Path) -> None:
        """Make its data in `place`."""
        self._folder, self._place = folder, place
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(place, owner.pw_uid, owner.pw_gid)
        words = ["-D", f"{place}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run("initdb", *words)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self._place}"
        self._run(
            "pg_ctl", "-D", f"{self._place}/data", "-w", "-o", options, "-l", f"{self._place}/log", "start"
        )

    def stop(self) -> None:
        """End all its processes at once, as a failure of power would."""
        self._run("pg_ctl", "-D", f"{self._place}/data", "-m", "immediate", "stop")

    def _run(self, name: str, *words: str) -> None:
        subprocess.run(
            [self._folder / name, *words], user=self._user, cwd=self._place, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
