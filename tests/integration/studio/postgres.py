"""A PostgreSQL of the operating system's packages, for the length of a test session."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

GIVEN = "HOLDFAST_TEST_POSTGRESQL"
"""The address of a server to use in place of one of our own; databases are made and dropped in it."""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL that is installed; Debian puts it nowhere on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return None if named is None else Path(named).parent


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server without databases of ours; it trusts everybody who reaches its socket."""
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    # The path of a socket may have a hundred characters or so: shorter than those of pytest's folders.
    with tempfile.TemporaryDirectory(prefix="hf-pg-") as place:
        if user is not None:
            owner = pwd.getpwnam(user)
            os.chown(place, owner.pw_uid, owner.pw_gid)
        data = Path(place) / "data"
        setup: list[str | Path] = [
            folder / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        setup += ["--locale=C.UTF-8"]
        subprocess.run(setup, user=user, check=True, stdout=subprocess.DEVNULL, timeout=120, cwd=place)
        options = (
            "fsync=off",
            "full_page_writes=off",
            "listen_addresses=",
            f"unix_socket_directories={place}",
        )
        command: list[str | Path] = [
            folder / "postgres",
            "-D",
            data,
            *(part for each in options for part in ("-c", each)),
        ]
        server = subprocess.Popen(
            command, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=place
        )
        try:
            _wait(folder, place, server)
            yield f"postgresql://postgres@/postgres?host={place}"
        finally:
            server.terminate()
            server.wait(60)


def _wait(folder: Path, place: str, server: "subprocess.Popen[bytes]") -> None:
    ready: list[str | Path] = [folder / "pg_isready", "-q", "-h", place]
    while subprocess.run(ready, check=False, timeout=60).returncode != 0:
        assert server.poll() is None, "PostgreSQL ended at its start"
        time.sleep(0.05)
