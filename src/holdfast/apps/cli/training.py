"""The options of the command that trains values."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from holdfast.apps.cli.options import (
    Debug,
    Dispatch,
    Jobs,
    Json,
    Quiet,
)
from holdfast.apps.cli.searching import RayAddress, Where

__all__ = ["add_training"]

_Count: TypeAlias = int | None
_Share: TypeAlias = float | None


class _Loss(StrEnum):
    INFO_NCE = "info_nce"
    MARGIN = "margin_ranking"


_Trajectories = Annotated[
    list[Path] | None,
    typer.Option("--trajectories", metavar="FILE", readable=False, help="What search recorded; repeatable."),
]
_Folder = Annotated[Path | None, typer.Option("--output-dir", metavar="DIR", help="Where the value is put.")]
_Settings = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", readable=False, help="Settings as TOML; options win over them."),
]
_Encoder = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        metavar="SPEC",
        help="Who makes vectors: measures, hashed[:WIDTH], or a model as for --model; else measures.",
    ),
]
_Server = Annotated[
    str | None, typer.Option("--server-url", "--encode-url", metavar="URL", help="A server with /encode.")
]
_Vectors = Annotated[
    Path | None,
    typer.Option(
        "--embeddings-cache",
        "--save-embeddings",
        metavar="FILE",
        readable=False,
        help="Vectors are read from there, and put there.",
    ),
]
_LossType = Annotated[_Loss | None, typer.Option("--loss-type", help="Else info_nce.")]
_Steps = Annotated[_Count, typer.Option("--steps", min=1, metavar="N", help="Updates, at most.")]
_Rate = Annotated[_Share, typer.Option("--lr", min=0, metavar="RATE", help="The learning rate at its peak.")]
_Batch = Annotated[_Count, typer.Option("--batch-size", min=1, metavar="N", help="Positives for one update.")]
_Negatives = Annotated[
    _Count, typer.Option("--k-negatives", min=1, metavar="N", help="Negatives for each positive.")
]
_Hard = Annotated[
    _Share, typer.Option("--hard-ratio", min=0, max=1, metavar="SHARE", help="Siblings among negatives.")
]
_Medium = Annotated[
    _Share,
    typer.Option(
        "--medium-ratio", min=0, max=1, metavar="SHARE", help="Others of the same theorem among negatives."
    ),
]
_Margin = Annotated[_Share, typer.Option("--margin", min=0, metavar="X", help="Margin of margin_ranking.")]
_Dropout = Annotated[
    _Share, typer.Option("--dropout", min=0, max=1, metavar="SHARE", help="Dropout of the head.")
]
_Hidden = Annotated[
    list[int] | None, typer.Option("--hidden", min=1, metavar="N", help="A layer's width; repeatable.")
]
_Conditioned = Annotated[
    bool | None,
    typer.Option(
        "--conditioned/--plain", help="See goals beside the one that their search began with, or alone."
    ),
]
_Seed = Annotated[_Count, typer.Option("--seed", min=0, metavar="N", help="Seed of all that is drawn.")]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in the folder.")]
_Unmarked = Annotated[
    bool, typer.Option("--accept-unmarked", help="Learn from files that say nothing of audit and sandbox.")
]

_NUMBERS = (
    "steps", "learning_rate", "batch", "negatives", "hard", "medium", "margin", "dropout", "seed",
)  # fmt: skip


def add_training(app: typer.Typer, dispatch: Dispatch) -> None:
    """Declare it in `app`, under burn-qed's name too."""

    def train_value(
        *,
        trajectories: _Trajectories = None,
        output_dir: _Folder = None,
        config: _Settings = None,
        encoder: _Encoder = None,
        server_url: _Server = None,
        cache: _Vectors = None,
        loss: _LossType = None,
        steps: _Steps = None,
        rate: _Rate = None,
        batch: _Batch = None,
        negatives: _Negatives = None,
        hard: _Hard = None,
        medium: _Medium = None,
        margin: _Margin = None,
        dropout: _Dropout = None,
        hidden: _Hidden = None,
        conditioned: _Conditioned = None,
        seed: _Seed = None,
        resume: _Resume = False,
        unmarked: _Unmarked = False,
        jobs: Jobs = 1,
        executor: Where = "local",
        ray_address: RayAddress = None,
        json: Json = False,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Train a value on what search recorded, and say whether it decides better than log-probability."""
        numbers = (steps, rate, batch, negatives, hard, medium, margin, dropout, seed)
        flags = _learning(numbers, loss, hidden, conditioned=conditioned)
        flags |= {"trajectories": trajectories and tuple(trajectories), "output_dir": output_dir}
        flags |= {"encoder": encoder or (server_url and f"sglang+{server_url}"), "embeddings_cache": cache}
        flags |= {"resume": resume or None, "unmarked": unmarked or None}
        where = {"jobs": jobs, "executor": executor, "ray_address": ray_address}
        dispatch("train_value", (json, quiet, debug), config=config, flags=flags, **where)

    app.command("train-value")(train_value)
    app.command("train-ebm", hidden=True)(train_value)


def _learning(
    numbers: Sequence[object], loss: _Loss | None, hidden: Sequence[int] | None, *, conditioned: bool | None
) -> dict[str, object]:
    """The flags of the table `training`."""
    found: dict[str, object] = dict(zip(_NUMBERS, numbers, strict=True))
    found["loss"] = None if loss is None else loss.value.removesuffix("_ranking")
    found |= {"hidden": tuple(hidden) if hidden else None, "conditioned": conditioned}
    return {f"training.{name}": value for name, value in found.items()}
