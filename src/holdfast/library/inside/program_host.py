"""Runs one program inside the sandbox, piece by piece, and writes the state after each.

It runs in the program's own process, so nothing it writes is trusted: what the states have to be is never
sent here, and a program that writes them itself has only found another way to say what its states are.
The text of this module uses the standard library alone.
"""

import importlib
import io
import json
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["serve"]

_TEXT = 2_000
"""Most characters of an exception's message."""
Plain: TypeAlias = Any
"""What JSON holds."""


def serve() -> None:
    """Run what standard input describes; the program finds both streams empty."""
    source, sink = _set_aside()
    request = json.loads(_read(source))
    try:
        names, session = _begin(request)
    except BaseException as error:  # noqa: BLE001 - whatever the library raises is an answer
        _write(sink, _fault(error) | {"loading": True})
        os._exit(0)
    try:
        for at, piece in enumerate(request["pieces"]):
            if request["show"]:
                _write(sink, {"printed": _shown(piece, names)})
            else:
                _execute(piece, f"<piece {at}>", "exec", names)
                _write(sink, {"state": session.state(names)})
    except BaseException as error:  # noqa: BLE001 - whatever the program raises is an answer
        _write(sink, _fault(error))
    # What it left to do at the end is not waited for.
    os._exit(0)


def _begin(request: Mapping[str, Plain]) -> tuple[dict[str, Plain], Plain]:
    """The names that the program finds, and the session that it works on."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - pathlib need not be loaded
    for name in request["fresh"]:
        _forget(name)
    library = importlib.import_module(request["library"])
    session = importlib.import_module(request["session"]).Session(request["start"])
    names = {"__name__": "__main__", **{name: getattr(library, name) for name in library.__all__}}
    return names | session.names, session


def _execute(text: str, file: str, mode: str, names: dict[str, Plain]) -> None:
    exec(compile(text, file, mode, dont_inherit=True), names)  # noqa: S102 - its job


def _shown(example: str, names: dict[str, Plain]) -> str:
    """What an example prints, or the last line of what it raises."""
    sys.stdout = stream = io.StringIO()
    try:
        _execute(example, "<example>", "single", names)
    except Exception as error:  # noqa: BLE001 - an example may be meant to
        return stream.getvalue() + "".join(traceback.format_exception_only(error))
    finally:
        sys.stdout = sys.__stdout__
    return stream.getvalue()


def _fault(error: BaseException) -> dict[str, Plain]:
    if isinstance(error, MemoryError):
        return {"fault": "memory", "message": "it asked for more memory than it may have"}
    return {"fault": "exception", "message": _message(error)}


def _forget(name: str) -> None:
    """Let a package be imported anew: other files than those that were imported before lie in the folder."""
    for module in list(sys.modules):
        if module.partition(".")[0] == name:
            del sys.modules[module]


def _set_aside() -> tuple[int, int]:
    """Other descriptors for the two streams, whose own are empty from now on."""
    if sys.platform == "wasi":
        # Nothing can be copied there: what the program writes breaks its own answer.
        return 0, 1
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return source, sink


def _read(source: int) -> bytes:
    parts = []
    while data := os.read(source, 1 << 16):
        parts.append(data)
    return b"".join(parts)


def _write(sink: int, answer: Mapping[str, Plain]) -> None:
    data = json.dumps(answer).encode() + b"\n"
    while data:
        data = data[os.write(sink, data) :]


def _message(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:_TEXT]
    except Exception:  # noqa: BLE001 - the program's own code
        return type(error).__name__
