"""Serves as a command asks: opens the sockets, the checker and the model, and ends them all."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.apps.isolation import find_sandbox
from holdfast.apps.languages import LANGUAGES
from holdfast.apps.lean.backends import LeanBackend, find_stepper
from holdfast.apps.lean.here import find_lean
from holdfast.apps.lean.learner import make_learner as make_lean_learner
from holdfast.apps.lean.lessons import learned_shards
from holdfast.apps.lean.live import LeanLive
from holdfast.apps.lessons import Lessons, lessons_file
from holdfast.apps.listening import bind, check_exposure
from holdfast.apps.models import ModelSource, prepare_model
from holdfast.apps.pupil import MakeLearner, taught
from holdfast.apps.python.bench import make_checker, make_synthesiser
from holdfast.apps.python.live import PythonLive
from holdfast.apps.rocq.backends import RocqBackend, find_petanque
from holdfast.apps.rocq.live import RocqLiveSettings
from holdfast.apps.rocq.workbench import Workbench, open_workbench, project_roots
from holdfast.apps.server.config import Config
from holdfast.apps.server.desk import DeskSettings
from holdfast.apps.server.documents import MakeDocument
from holdfast.apps.server.guard import GuardSettings
from holdfast.apps.server.serving import Parts, opened_room, serve
from holdfast.apps.server.shelved import ShelvedModel
from holdfast.checkers.lean.checker import LeanChecker
from holdfast.checkers.lean.installation import find_project
from holdfast.checkers.lean.worker import WorkerSettings
from holdfast.checkers.rocq.libraries import Root
from holdfast.checkers.rocq.petanque.document import PetanqueSettings
from holdfast.checkers.rocq.project import load_project
from holdfast.core.errors import MissingToolError, SandboxUnavailableError, UserError
from holdfast.core.events import Note
from holdfast.core.seams import EventSink, LanguageModel, Learner
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import Language
from holdfast.models.states import ModelShelf

__all__ = ["run"]

_SENTENCE_S = 60.0
"""Longest wait for one sentence of a text that was sent: it must not hold up its place for long."""
_SYNTHESIS_S = 2.0
"""CPU seconds that the synthesiser may look for bodies of one function."""
_TOKEN = "HOLDFAST_TOKEN"  # noqa: S105 - the name of a variable


async def run(
    config: Config,
    cache: Path,
    *,
    environ: Mapping[str, str],
    sink: EventSink,
    announce: Callable[[str, int], None],
) -> None:
    """Serve until cancelled; `announce` is told each address that is listened on.

    Raises UserError where that cannot be, as with an address that is in use.
    """
    token = config.token or environ.get(_TOKEN) or None
    check_exposure([config.host], token)
    if config.proposer in {"model", "mixed"} and not config.models:
        raise UserError(f"--proposer {config.proposer} needs --model")
    with bind(config.host, config.ports) as sockets, Lessons(lessons_file(cache)) as lessons:
        bench, arguments = await _bench(config, cache, sink)
        python = await _python(config, cache, sink)
        lean = await _lean(config, cache, sink, lessons)
        async with _models(config, environ) as (models, proposers):
            parts = Parts(
                bench=bench,
                lessons=lessons,
                sink=sink,
                desk=_desk(config, cache, arguments, environ, sink),
                models=models,
                proposers=proposers,
                others=python | lean.documents,
                learners=lean.learners,
            )
            async with opened_room(parts) as room:
                for each in sockets:
                    announce(*each.getsockname()[:2])
                limits = GuardSettings(token=token, body_bytes=int(config.body_mb * 1_000_000))
                with contextlib.suppress(asyncio.CancelledError):
                    await serve(room, limits, sockets)


def _desk(
    config: Config, cache: Path, arguments: tuple[str, ...], environ: Mapping[str, str], sink: EventSink
) -> DeskSettings:
    return DeskSettings(
        cache=cache,
        embedded=config.proposer != "model",
        libraries=config.libraries or DeskSettings().libraries,
        documents=config.documents,
        unsafe=config.unsafe,
        live=RocqLiveSettings(
            arguments=arguments,
            step_cpu_s=config.step_s,
            sentence_s=_SENTENCE_S,
            vouched=False,
            embedded=config.proposer != "model",
            premises=_premises(config, environ),
            petanque=_petanque(config, environ, sink),
        ),
        study=config.learn,
    )


def _premises(config: Config, environ: Mapping[str, str]) -> int:
    """How many theorems prompts name: none where nobody is prompted about Rocq, or not in such a way."""
    if not config.models or config.proposer == "knn":
        return 0
    source = prepare_model(config.models[0], environ)
    with contextlib.suppress(UserError):
        return config.premises if source.takes_premises("rocq") else 0
    return 0


def _petanque(config: Config, environ: Mapping[str, str], sink: EventSink) -> PetanqueSettings | None:
    """Who steps in place of Rocq's own toplevel; documents that are sent do not leave the sandbox unasked."""
    backend = RocqBackend(config.rocq_backend)
    found = find_petanque(backend, environ, sink=sink, step_cpu_s=config.step_s)
    if found is not None and found.server is not None and not config.unsafe:
        text = "a pet-server is in no sandbox, so documents that are sent may not run there"
        raise UserError(f"{text}: unset HOLDFAST_PET_SERVER, or say --i-accept-unsafe-execution")
    return found


async def _bench(config: Config, cache: Path, sink: EventSink) -> tuple[Workbench | None, tuple[str, ...]]:
    roots: list[Root] = []
    arguments: tuple[str, ...] = ()
    if config.project is not None:
        project = load_project(config.project / "any.v")
        if project.file is None and find_project(config.project / "any.lean") is None:
            text = "no project file: _CoqProject, _RocqProject, lakefile and lean-toolchain are missing"
            raise UserError(f"{config.project} has {text}")
        arguments = project.argv()
        roots = project_roots(project)
    try:
        return await open_workbench(cache, roots=roots, arguments=arguments), arguments
    except MissingToolError as error:
        sink.emit(Note(f"nothing can be checked: {error}", "warning"))
        return None, arguments


async def _python(config: Config, cache: Path, sink: EventSink) -> dict[Language, MakeDocument]:
    """What opens Python documents; nothing where they cannot be run."""
    try:
        sandbox = await find_sandbox(cache, accept_unsafe=config.unsafe, sink=sink)
    except SandboxUnavailableError as error:
        sink.emit(Note(f"Python files cannot be worked on: {error}", "warning"))
        return {}
    make = None if config.proposer == "model" else make_synthesiser(sandbox, _SYNTHESIS_S)
    # Of modules beside a document that was sent nothing is known; those of this machine are not its.
    return {"python": lambda place: PythonLive(make_checker(sandbox, place.tests), make)}


@dataclass(frozen=True, slots=True)
class _Lean:
    documents: dict[Language, MakeDocument] = field(default_factory=dict)
    learners: dict[Language, MakeLearner] = field(default_factory=dict)


async def _lean(config: Config, cache: Path, sink: EventSink, lessons: Lessons) -> _Lean:
    """What opens Lean documents, and answers about goals of Lean: for those alone, no Lean is needed."""
    try:
        found = await find_lean((config.project or Path("/")) / "any.lean", cache, unsafe=config.unsafe)
    except (MissingToolError, SandboxUnavailableError) as error:
        sink.emit(Note(f"Lean files cannot be worked on: {error}", "warning"))
        return _Lean(learners={"lean": make_lean_learner})
    backend, limit_s = LeanBackend(config.lean_backend), config.step_s
    stepper = await find_stepper(backend, found, os.environ, sink=sink, step_cpu_s=limit_s)
    checker = LeanChecker(found, settings=WorkerSettings(step_cpu_s=limit_s), stepper=stepper)
    identity = await checker.identity()

    def make() -> Learner:
        return make_lean_learner(learned_shards(cache, identity))

    known = None if config.proposer == "model" else taught(make, lambda: lessons.accepted("lean"))
    return _Lean({"lean": lambda _: LeanLive(checker, known)}, {"lean": make})


def _proposers(source: ModelSource, model: LanguageModel) -> Mapping[Language, ModelProposer]:
    """The model as a proposer, in each language that its prompt format is for."""
    found: dict[Language, ModelProposer] = {}
    for language in LANGUAGES.values():
        with contextlib.suppress(UserError):
            found[language] = source.proposer(language, model)
    if not found:
        source.prompts("rocq")  # says what the format is for
    return found


@contextlib.asynccontextmanager
async def _models(
    config: Config, environ: Mapping[str, str]
) -> AsyncIterator[tuple[tuple[ShelvedModel, ...], Mapping[Language, ModelProposer]]]:
    """The models for the routes of models, and the first one as a proposer in each language."""
    if not config.models:
        yield (), {}
        return
    shelf = ModelShelf({}, memory_mb=config.model_memory_mb or _memory_mb() / 2)
    sources = [prepare_model(each, environ) for each in config.models]
    models = tuple(ShelvedModel(source, shelf) for source in sources)
    loading = asyncio.create_task(models[0].start())
    try:
        yield models, _proposers(sources[0], models[0]) if config.proposer != "knn" else {}
    finally:
        loading.cancel()
        await shelf.aclose()


def _memory_mb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 20)
