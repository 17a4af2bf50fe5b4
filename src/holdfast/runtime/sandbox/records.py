"""Remembers which levels have withstood every attack, for as long as nothing that matters has changed."""

import contextlib
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from holdfast.runtime.sandbox.jobs import Level

__all__ = ["Records"]

_OURS = Path(__file__).parent
_TOOLS = ("bwrap", "setpriv", "nsenter", "sh")


class Records:
    """A folder of small files, one for each level and state of the machine."""

    def __init__(self, cache: Path | None) -> None:
        """Keep them in `cache`; None remembers nothing."""
        self._folder = None if cache is None else cache / "sandbox"

    def has_held(self, level: Level, made_of: str = "") -> bool:
        """Whether a level has withstood every attack on this machine as it is now.

        `made_of` stands for what the level needs beside the machine, such as an image.
        """
        if self._folder is None:
            return False
        try:
            found = json.loads(self._path(self._folder, level).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(found == self._record(level, made_of))

    def add(self, level: Level, made_of: str = "") -> None:
        """Remember that a level holds. A folder that cannot be written costs the next start a test."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(self._record(level, made_of), sort_keys=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._folder, prefix=".", delete=False
            ) as file:
                file.write(text)
            Path(file.name).replace(self._path(self._folder, level))

    def _path(self, folder: Path, level: Level) -> Path:
        return folder / f"{level}-{os.geteuid()}.json"

    def _record(self, level: Level, made_of: str) -> dict[str, object]:
        tools = (Path(found) for name in _TOOLS if (found := shutil.which(name)) is not None)
        return {
            "version": 3,
            "level": level,
            "made of": made_of,
            "kernel": [platform.release(), platform.version(), platform.machine(), _boot()],
            "tools": {tool.name: _digest(tool.read_bytes()) for tool in tools},
            "sandbox": _digest(b"".join(path.read_bytes() for path in sorted(_OURS.glob("*.py")))),
            "interpreter": [sys.version, sys.base_prefix],
            "user": [os.geteuid(), os.getegid()],
            "place": _place(),
        }


def _boot() -> str:
    """A name for this start of the machine: settings of the kernel may change from one to the next."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _place() -> list[str]:
    """What the kernel lets this process do: the same cache may be seen from within a container, too."""
    found = []
    for name in ("user", "pid"):
        with contextlib.suppress(OSError):
            found.append(os.fspath(Path(f"/proc/self/ns/{name}").readlink()))
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace").splitlines()
        found += [line for line in lines if line.startswith(("CapBnd:", "NoNewPrivs:", "Seccomp:"))]
    return found


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
