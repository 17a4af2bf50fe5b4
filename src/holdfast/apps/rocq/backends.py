"""Which program steps through Rocq proofs: Rocq's own coqidetop, or petanque.

`HOLDFAST_PET` names a `pet`, else it is looked for on the PATH; `HOLDFAST_PET_SERVER` names a `pet-server`
as HOST:PORT, which is then asked in its stead. Whichever steps, the file is read and judged by Rocq itself.
"""

import shutil
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from holdfast.checkers.rocq.petanque.document import PetanqueSettings
from holdfast.core.errors import MissingToolError, UserError
from holdfast.core.events import Note
from holdfast.core.seams import EventSink

__all__ = ["RocqBackend", "find_petanque"]


class RocqBackend(StrEnum):
    """What steps through Rocq proofs."""

    COQIDETOP = "coqidetop"
    PETANQUE = "petanque"


def find_petanque(
    backend: RocqBackend, environ: Mapping[str, str], *, sink: EventSink, step_cpu_s: float = 1.0
) -> PetanqueSettings | None:
    """How to reach petanque where it was asked for; None for coqidetop.

    Raises MissingToolError where it is not installed, UserError where a variable names nothing.
    """
    if backend is RocqBackend.COQIDETOP:
        return None
    if server := environ.get("HOLDFAST_PET_SERVER", "").strip():
        host, _, port = server.rpartition(":")
        if not host or not port.isdecimal():
            raise UserError(f"HOLDFAST_PET_SERVER={server} is no HOST:PORT")
        sink.emit(
            Note(f"proofs run in the pet-server at {server}, which is in no sandbox of ours", "warning")
        )
        return PetanqueSettings(server=(host, int(port)), step_cpu_s=step_cpu_s)
    return PetanqueSettings(argv=(_program(environ),), step_cpu_s=step_cpu_s)


def _program(environ: Mapping[str, str]) -> str:
    if named := environ.get("HOLDFAST_PET", "").strip():
        if not Path(named).is_file():
            raise UserError(f"HOLDFAST_PET={named}: there is no such file")
        return str(Path(named).absolute())
    found = shutil.which("pet", path=environ.get("PATH"))
    if found is None:
        raise MissingToolError(
            "petanque is not installed (no pet on the PATH); with Coq 8.17 or later: opam install coq-lsp"
        )
    return found
