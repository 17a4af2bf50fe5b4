"""What can go wrong with the answers of a process, for fakes that do it on demand."""

import argparse
import io
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["TRANSPORT_FAULTS", "Faulty", "speak_utf8"]

_FOREVER_S = 3600.0


def _silence(_: str) -> str:
    time.sleep(_FOREVER_S)
    return ""


def _slow(text: str) -> str:
    time.sleep(0.5)
    return text


def _half(text: str) -> str:
    sys.stdout.write(text[:20])
    sys.stdout.flush()
    return _silence(text)


def _death(_: str) -> str:
    sys.exit(3)


TRANSPORT_FAULTS: Mapping[str, Callable[[str], str]] = {
    "silence": _silence,
    "half_line": _half,
    "slow": _slow,
    "death": _death,
    "duplicate": lambda text: 2 * text,
}
"""By name: what is written in place of an answer."""


class Faulty:
    """Lets the answer to the Nth step go wrong, where one was asked for; with `once`, in one process only."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Of `fault`, `at` and `once`."""
        self.fault: str | None = options.fault
        self._at: int = options.at
        self._once: Path | None = options.once
        self._steps = 0

    @staticmethod
    def declare(parser: argparse.ArgumentParser, names: list[str]) -> None:
        """The options of a fake."""
        parser.add_argument("--fault", choices=names)
        parser.add_argument("--at", type=int, default=1)
        parser.add_argument("--once", type=Path)

    def is_due(self) -> bool:
        """Count a step; whether its answer is to go wrong."""
        self._steps += 1
        if self.fault is None or self._steps != self._at or (self._once and self._once.exists()):
            return False
        if self._once:
            self._once.touch()
        return True


def speak_utf8() -> None:
    """Read and write UTF-8 whatever the locale."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
