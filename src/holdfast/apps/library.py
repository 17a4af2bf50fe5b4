"""Puts an experiment of library generation together: which domain, who proposes, which model is asked."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, assert_never

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from holdfast.apps.dataset_models import open_models
from holdfast.apps.library_rehearsal import Rehearsal
from holdfast.apps.rocq.here import find_rocq
from holdfast.core.errors import UserError
from holdfast.core.seams import EventSink
from holdfast.library.adapter import Proposer
from holdfast.library.boards.adapter import Boards
from holdfast.library.compressing.proposer import Compression
from holdfast.library.compressing.stitch import Stitch
from holdfast.library.grids.adapter import Grids
from holdfast.library.lists.adapter import Lists
from holdfast.library.mining.proposer import Motifs
from holdfast.library.proofs.adapter import Proofs
from holdfast.library.proofs.proposer import SharedGoals
from holdfast.library.records import Candidate
from holdfast.library.reference import read_reference
from holdfast.library.running import Limits
from holdfast.library.stages.findings import Findings
from holdfast.library.stages.settings import StageSettings
from holdfast.library.stages.stepping import Stages
from holdfast.library.stages.tree import put_json
from holdfast.pipelines.dataset.asking import Asker
from holdfast.pipelines.dataset.spending import AskSettings
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Domain", "LibraryConfig", "experiment_folder", "make_domain", "open_findings"]

ProposerName: TypeAlias = Literal["motifs", "compression", "shared-goals", "stitch"]
PythonAdapter: TypeAlias = Boards | Grids | Lists
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
Domain: TypeAlias = Literal["boards", "grids", "lists", "proofs"]


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name[:100]!r} is no name for a folder: take letters, digits and . _ - between them"
        )
    return name


class LibraryConfig(BaseModel):
    """What an experiment is made from, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    experiment_name: Annotated[str, AfterValidator(_named)]
    """Names its folder."""
    output_dir: Path = Path("experiments")
    """The folder that experiments lie in."""
    train_set: Path
    validation_set: Path
    reference_library: Path | None = None
    """A Python file with functions that people wrote, to measure the library against; None for those that
    ship with the domain, where there are any."""
    domain: Domain = "boards"
    proposers: tuple[ProposerName, ...] | None = None
    """Those that need no model, the first to be asked first; None for all that the domain has."""
    model: str | None = None
    """Who is asked, as `--model` has it; None for the proposers that need no model."""
    workers: int = Field(default=2, ge=1)
    """Programs that run at once, and questions that are under way at once."""
    ask: AskSettings = AskSettings(useless=50)
    """A weak model's answers are figures for a while, before it is given up."""
    stages: StageSettings = Field(default_factory=StageSettings)


def experiment_folder(output: Path, name: str) -> Path:
    """Where an experiment lies."""
    return output / name


def make_domain(domain: Domain) -> PythonAdapter | Proofs:
    """The adapter of a domain."""
    match domain:
        case "boards":
            return Boards()
        case "grids":
            return Grids()
        case "lists":
            return Lists()
        case "proofs":
            return Proofs()
        case _:
            assert_never(domain)


@asynccontextmanager
async def open_findings(
    config: LibraryConfig,
    sandbox: Sandbox,
    environ: Mapping[str, str],
    sink: EventSink,
    *,
    cache: Path | None = None,
    first: int = 0,
    rehearse: bool = False,
) -> AsyncIterator[Findings]:
    """An experiment that is ready to run from a stage on, until the block ends; a rehearsal asks no question.

    Raises UserError where a file of tasks cannot be used or the model is none, InfrastructureError where
    the sandbox does not start, StorageError.
    """
    folder = experiment_folder(config.output_dir, config.experiment_name)
    domain = make_domain(config.domain)
    proposers = _proposers(domain, config.proposers)
    reference = _reference(domain, config.reference_library)
    train, validation = domain.load(config.train_set), domain.load(config.validation_set)
    async with AsyncExitStack() as stack:
        asker = None
        if config.model is not None:
            ask = config.ask.model_copy(update={"concurrency": config.workers})
            kind = Rehearsal if rehearse else Asker
            opened = open_models(config.model, None, folder, ask, environ, make_asker=kind)
            models = await stack.enter_async_context(opened)
            asker = models.asker
        if isinstance(domain, Proofs):
            rocq = await find_rocq(cache or folder / "work", sink=sink)
            await stack.enter_async_context(domain.opened(rocq, workers=config.workers))
        else:
            limits = Limits(cpu_s=config.stages.cpu_s)
            await stack.enter_async_context(domain.opened(sandbox, limits=limits, workers=config.workers))
        stages = Stages(
            folder=folder,
            adapter=domain,
            proposers=proposers,
            asker=asker,
            settings=config.stages,
            sink=sink,
            blank=domain.blank,
            reference=reference,
            first=first,
        )
        put_json(folder / "settings.json", config.model_dump(mode="json"))
        yield Findings(stages=stages, train=train, validation=validation)


def _reference(domain: PythonAdapter | Proofs, named: Path | None) -> tuple[Candidate, ...]:
    """The functions of a reference library; none where there is no such library. Raises UserError."""
    if isinstance(domain, Proofs):
        if named is not None:
            raise UserError("a reference library is Python: leave --reference-library out for proofs")
        return ()
    path = named or domain.reference
    return () if path is None else read_reference(path, domain.foundation())


def _proposers(domain: PythonAdapter | Proofs, names: Sequence[ProposerName] | None) -> Sequence[Proposer]:
    """Those of some names, in their order; all that the domain has but Stitch where none are named.

    Raises UserError for one that it does not have.
    """
    makers: dict[ProposerName, Callable[[], Proposer]]
    if isinstance(domain, Proofs):
        makers = {"shared-goals": lambda: SharedGoals(domain)}
    else:
        makers = {"compression": lambda: Compression(domain, domain)}
        if domain.lattice is not None:
            makers = {"motifs": lambda: Motifs(domain), **makers}
    usual = tuple(makers)
    if not isinstance(domain, Proofs):
        makers["stitch"] = lambda: Stitch(domain, domain)
    for name in names or ():
        if name not in makers:
            raise UserError(f"the domain {domain.name} has no {name}, only {', '.join(makers)}")
    return tuple(makers[name]() for name in (usual if names is None else names))
