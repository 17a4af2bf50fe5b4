"""Options that several commands have, each declared once."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer

__all__ = [
    "Asked",
    "Backend",
    "Budget",
    "Cache",
    "Checker",
    "Debug",
    "Dispatch",
    "Files",
    "Jobs",
    "Json",
    "LeanStepper",
    "Learn",
    "Model",
    "ModelMemory",
    "Models",
    "Premises",
    "Proposer",
    "Quiet",
    "Retrieved",
    "RocqBackend",
    "RocqStepper",
    "RunDirectory",
    "Sources",
    "Target",
    "Tests",
    "Theorems",
    "Unsafe",
]

Dispatch: TypeAlias = Callable[..., NoReturn]
"""Runs the command module of a name with the options that all commands have, and its own."""

Json = Annotated[bool, typer.Option("--json", help="Print records as JSON lines, a summary last.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors only.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error was raised.")]
Cache = Annotated[
    Path | None,
    typer.Option("--cache", metavar="DIR", help="Where learned libraries are kept, else $HOLDFAST_CACHE."),
]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE", readable=False, help="Rocq (.v) and Lean (.lean) files.")
]
Target = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", readable=False, help="Write the completed file there."),
]
Learn = Annotated[
    float,
    typer.Option(
        "--learn", min=0, metavar="SECONDS", help="Longest wait for libraries that are read the first time."
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="SPEC",
        help="A language model to ask too: http://HOST/v1, sglang+http://HOST, hf:DIR, replay:FILE.",
    ),
]
Premises = Annotated[
    int,
    typer.Option(
        "--premises",
        min=0,
        max=64,
        metavar="K",
        help="How many theorems a prompt for a Rocq goal names; 0 for none.",
    ),
]
PREMISES = 10
"""How many they are unless it is said."""
Retrieved = Annotated[
    int,
    typer.Option(
        "--retrieve",
        min=0,
        max=64,
        metavar="K",
        help="Also offer uses of the K theorems that fit a Rocq goal best.",
    ),
]
ModelMemory = Annotated[
    float | None,
    typer.Option(
        "--model-memory", min=1, metavar="MB", help="Memory of models in this process, else half of all."
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="SPEC",
        help="A language model to ask too, as for prove; repeatable: requests name one.",
    ),
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="How many checkers run at once.")]

Sources = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", readable=False, help="Rocq (.v), Lean (.lean) and Python (.py) files."),
]
Theorems = Annotated[
    list[str] | None,
    typer.Option("--theorem", "-t", metavar="NAME", help="Do this theorem or function anew; repeatable."),
]
Budget = Annotated[
    float, typer.Option("--budget", "-b", min=0, metavar="SECONDS", help="CPU time for a hole.")
]
Tests = Annotated[
    list[Path] | None,
    typer.Option("--tests", "-T", metavar="FILE", readable=False, help="Tests of a Python file; repeatable."),
]
Unsafe = Annotated[
    bool, typer.Option("--i-accept-unsafe-execution", help="Run code without a sandbox where none works.")
]
RunDirectory = Annotated[
    Path | None, typer.Option("--run", metavar="DIR", help="Keep results in a directory, and resume from it.")
]


class Proposer(StrEnum):
    """Who is asked for steps."""

    KNN = "knn"
    MODEL = "model"
    MIXED = "mixed"


Asked = Annotated[
    Proposer | None,
    typer.Option(
        "--proposer",
        help="Who is asked: the embedded proposers, the model or both; else all there are.",
    ),
]


class Backend(StrEnum):
    """What steps through Lean proofs; Lean itself judges them."""

    AUTO = "auto"
    SERVER = "server"
    PANTOGRAPH = "pantograph"
    REPL = "repl"


LeanStepper = Annotated[
    Backend,
    typer.Option(
        "--lean-backend",
        envvar="HOLDFAST_LEAN_BACKEND",
        help="What steps through Lean proofs; auto takes Pantograph or the REPL where one is installed.",
    ),
]


class RocqBackend(StrEnum):
    """What steps through Rocq proofs; Rocq itself judges them."""

    COQIDETOP = "coqidetop"
    PETANQUE = "petanque"


RocqStepper = Annotated[
    RocqBackend,
    typer.Option(
        "--rocq-backend",
        envvar="HOLDFAST_ROCQ_BACKEND",
        help="What steps through Rocq proofs; petanque comes with coq-lsp.",
    ),
]


class Checker(StrEnum):
    """The checkers whose libraries can be learned from."""

    ROCQ = "rocq"
    LEAN = "lean"
