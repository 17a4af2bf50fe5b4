"""Puts the dataset steps together: which library, which Rocq, which settings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from holdfast import __version__
from holdfast.apps.dataset_models import DatasetModels
from holdfast.apps.lean.here import find_lean
from holdfast.apps.rocq.here import find_rocq
from holdfast.apps.rocq.workbench import Workbench, open_workbench, project_roots
from holdfast.checkers.lean.installation import identify
from holdfast.checkers.rocq.libraries import Library
from holdfast.checkers.rocq.project import Project, load_project
from holdfast.core.errors import BadAnswerError, UserError
from holdfast.core.events import Note
from holdfast.core.seams import Encoder, EventSink, Executor, Index
from holdfast.pipelines.dataset.chains import WriteChains
from holdfast.pipelines.dataset.choosing import Choose, ChooseSettings
from holdfast.pipelines.dataset.corpus import Corpus, entries, loaded
from holdfast.pipelines.dataset.dictionary import Dictionary, read_dictionary
from holdfast.pipelines.dataset.docstrings import Describe
from holdfast.pipelines.dataset.exporting import Exported, Origin, export
from holdfast.pipelines.dataset.keeping import Keep, KeepSettings
from holdfast.pipelines.dataset.lean import (
    Lean,
    LeanEvaluate,
    LeanVerify,
    lean_keep,
    lean_rows,
    lean_sources,
    lean_theorems,
)
from holdfast.pipelines.dataset.live import Rocq
from holdfast.pipelines.dataset.prompting import load_prompt
from holdfast.pipelines.dataset.reading import extract_theorems, read_sources, source_rows
from holdfast.pipelines.dataset.records import ChainTheorem, DatasetSource, LibraryTheorem
from holdfast.pipelines.dataset.rocq import Evaluate, RewriteHaves, Verify
from holdfast.pipelines.dataset.searching import BestQueries, CorpusSettings, Requery
from holdfast.pipelines.dataset.spending import AskSettings
from holdfast.pipelines.dataset.splitting import SplitSettings
from holdfast.pipelines.dataset.timing import timing
from holdfast.pipelines.steps import Output, Row, Step, look_up, run_step
from holdfast.retrieval.dense import DenseIndex
from holdfast.retrieval.lexical import LexicalIndex
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.executors.sharing import ExecutorSettings

__all__ = [
    "CHAIN",
    "DOCSTRING",
    "EXPORT",
    "MODEL_STEPS",
    "REQUERY",
    "SPENT",
    "STEPS",
    "DatasetConfig",
    "Pipeline",
    "open_pipeline",
]

STEPS = (0, 1, 2, 3, 4)
"""The steps that need no model."""
MODEL_STEPS = (5, 6, 7, 8, 9)
"""The steps that make chains of thought, which a model writes."""
EXPORT = 10
"""The last step, which writes files for other tools."""
CHAIN, DOCSTRING, REQUERY = "chain.v2", "docstring.v1", "requery.v1"
"""The prompts that are asked now."""
SPENT = ("calls", "prompt_tokens", "completion_tokens", "cost")
"""The measures of steps that tell what models were asked."""


_ROCQ_ALONE = "chains of thought are made for Rocq alone: add --skip-model-steps"


class DatasetConfig(BaseModel):
    """What a dataset is made from, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: Path
    """The folder of the pipeline."""
    checker: Literal["rocq", "lean"] = "rocq"
    """Whose sources are read."""
    libraries: tuple[str, ...] = ()
    """Installed libraries, each a name or the beginning of names: `mathcomp.ssreflect`, `Coq.Lists`."""
    project: Path | None = None
    """A folder with a `_CoqProject`, or with .lean files; all its files are read."""
    dictionary: Path | None = None
    """Docstrings by full name, as JSON."""
    model: str | None = None
    """Who writes chains, docstrings and queries, as `--model` has it."""
    embed: str | None = None
    """The model that ranks what searches find; None for ranking by words."""
    skip_model_steps: bool = False
    """Whether the dataset goes without chains."""
    top_k: int = Field(default=10, ge=1)
    """How many results a search has."""
    ask: AskSettings = Field(default_factory=AskSettings)
    choose: ChooseSettings = Field(default_factory=ChooseSettings)
    split: SplitSettings = Field(default_factory=SplitSettings)


class Pipeline:
    """The steps of one dataset, each made when what it rests on is there."""

    def __init__(self, config: DatasetConfig, tool: Rocq | Lean, rows: Mapping[str, Row]) -> None:
        """Begin with `rows`, which name the sources."""
        self.config = config
        self.tool = tool
        self._rows = rows
        self.models: DatasetModels | None = None
        """Set for the steps that ask a model, and to look for what they gave."""
        self.jobs = 1
        """How many sources are replayed at once by steps that run here."""
        self._found: Corpus | None = None
        self.outputs: dict[int, Output] = {}
        """What finished steps gave, by number."""

    @property
    def rocq(self) -> Rocq:
        """Who reads the sources. Raises UserError where that is Lean."""
        if isinstance(self.tool, Lean):
            raise UserError(_ROCQ_ALONE)
        return self.tool

    async def run(self, first: int, last: int, executor: Executor, sink: EventSink) -> None:
        """Run the steps from `first` to `last`; those before must be finished.

        Steps that ask a model run here, where the money is counted, and not on the executor.
        Raises UserError where a step before is not finished or a model is missing, else as `run_step`.
        """
        for number in range(min(last, MODEL_STEPS[-1]) + 1):
            if number in MODEL_STEPS and self.models is None:
                break
            if number >= first:
                source = self._source(number)
                here = InlineExecutor(ExecutorSettings(jobs=self.jobs))
                where = here if number in MODEL_STEPS else executor
                output = await run_step(self.config.output, number, self.step(number), source, where, sink)
                self.outputs[number] = output
            elif not self.find(number):
                raise UserError(
                    f"step {number} is not finished for these settings: begin with --from {number}"
                )

    def find_all(self) -> None:
        """Find every step that is finished for these settings."""
        for number in (*STEPS, *MODEL_STEPS):
            if not self.find(number):
                return

    def find(self, number: int) -> bool:
        """Whether a step is finished for these settings; `outputs` has what it gave."""
        if (number and number - 1 not in self.outputs) or (number in MODEL_STEPS and self.models is None):
            return False
        found = look_up(self.config.output, number, self.step(number), self._source(number))
        if found is not None:
            self.outputs[number] = found
        return found is not None

    def _source(self, number: int) -> Output | Mapping[str, Row]:
        return self.outputs[number - 1] if number else self._rows

    def step(self, number: int) -> Step:
        """A step, whose forerunners are finished."""
        if isinstance(self.tool, Lean) and number in STEPS:
            return self._lean_step(number, self.tool)
        match number:
            case 0:
                return read_sources(self.rocq.root)
            case 1:
                return extract_theorems()
            case 2:
                return RewriteHaves(self.rocq, self.outputs[0])
            case 3:
                return Choose(self.config.choose)
            case 4:
                return Evaluate(self.rocq, self.outputs[0], self._dictionary())
            case _ if number in MODEL_STEPS and self.models is not None:
                return self._model_step(number, self.models)
            case _:
                raise UserError(f"there is no step {number}: they go from 0 to {EXPORT}")

    def _lean_step(self, number: int, lean: Lean) -> Step:
        match number:
            case 0:
                return lean_sources(lean.root)
            case 1:
                return lean_theorems()
            case 2:
                return lean_keep()
            case 3:
                return Choose(self.config.choose)
            case _:
                return LeanEvaluate(lean, self.outputs[0], self._dictionary())

    def verification(self, keys: frozenset[str]) -> Step:
        """What replays the theorems of some keys, whose steps are finished."""
        if isinstance(self.tool, Lean):
            return LeanVerify(self.tool, self.outputs[0], keys)
        return Verify(self.tool, self.outputs[0], keys)

    def _model_step(self, number: int, models: DatasetModels) -> Step:
        asker, top_k = models.asker, self.config.top_k
        if number == MODEL_STEPS[0]:
            return WriteChains(self.rocq, self.outputs[0], asker, load_prompt(CHAIN))
        if number == MODEL_STEPS[1]:
            return Describe(asker, load_prompt(DOCSTRING))
        theorems, premises = self.outputs[1].digest, self.outputs[6].digest
        settings = CorpusSettings(theorems=theorems, premises=premises, finder=models.finder, top_k=top_k)
        match number:
            case 7:
                prompt = load_prompt(REQUERY)
                told = {"model": asker.identity, "prompt": prompt.digest}
                return Requery(self._corpus, settings.model_copy(update=told), asker, prompt)
            case 8:
                return BestQueries(self._corpus, settings)
            case _:
                return Keep(self._corpus, KeepSettings(premises=premises, top_k=top_k))

    async def _corpus(self) -> Corpus:
        """What searches may find; built once."""
        if self._found is None:
            assert self.models is not None
            sources = [DatasetSource.model_validate(row.data) for row in self.outputs[0].rows()]
            theorems = (LibraryTheorem.model_validate(row.data) for row in self.outputs[1].rows())
            chains = (ChainTheorem.model_validate(row.data) for row in self.outputs[6].rows())
            listed = entries(theorems, chains, [each.library for each in sources])
            index = await _index([each.text for each in listed], self.models.encoder)
            self._found = Corpus(listed, index, loaded(sources))
        return self._found

    def export(self) -> Exported:
        """Write what the last steps gave for other tools; all steps are finished. Raises as `export`."""
        outputs = self.outputs.values()
        dropped = sum((Counter(output.dropped) for output in outputs), Counter[str]())
        measures = sum((Counter(output.measures) for output in outputs), Counter[str]())
        origin = Origin(
            title=", ".join(self.config.libraries) or (self.config.project or Path()).resolve().name,
            checker=self.tool.identity,
            holdfast=__version__,
            dropped=dropped,
            cpu_s=measures["cpu_s"],
            spent={name: measures[name] for name in SPENT if name in measures},
            timing=timing(self.outputs[STEPS[-1]]),
        )
        chains = self.outputs[MODEL_STEPS[-1]].rows() if MODEL_STEPS[-1] in self.outputs else ()
        rows = self.outputs[STEPS[-1]].rows()
        return export(self.config.output / "dataset", rows, self.config.split, origin, chains)

    def _dictionary(self) -> Dictionary:
        told = Dictionary() if self.config.dictionary is None else read_dictionary(self.config.dictionary)
        return told.with_theorems(LibraryTheorem.model_validate(row.data) for row in self.outputs[1].rows())


async def _index(documents: Sequence[str], encoder: Encoder | None) -> Index:
    """An index over what searches may find. Raises ModelError."""
    if encoder is None:
        return LexicalIndex(documents)
    try:
        return await DenseIndex.build(documents, encoder)
    except ValueError as error:
        raise BadAnswerError(f"{encoder.spec.model}: {error}; name another model with --embed") from error


async def open_pipeline(config: DatasetConfig, cache: Path, sink: EventSink) -> Pipeline:
    """Find the checker and the sources. Raises UserError, and MissingToolError where it is not installed."""
    if config.checker == "lean":
        return await _of_lean(config, cache, sink)
    if bool(config.libraries) == bool(config.project):
        raise UserError("name installed libraries, or a project: one of the two")
    if config.project is not None:
        return await _of_project(config, config.project, cache, sink)
    bench = await open_workbench(cache, sink=sink)
    found = {each.name: each for name in config.libraries for each in _installed(bench, name)}
    root = bench.installation.library
    rocq = Rocq(partial(find_rocq, cache), bench.identity, root)
    return Pipeline(config, rocq, source_rows(list(found.values()), root))


async def _of_lean(config: DatasetConfig, cache: Path, sink: EventSink) -> Pipeline:
    if config.project is None or config.libraries:
        raise UserError("Lean's sources are read from a folder: name it with --project, and no --library")
    if config.model is not None and not config.skip_model_steps:
        raise UserError(_ROCQ_ALONE)
    find = partial(find_lean, config.project.absolute() / "any.lean", cache)
    rows = lean_rows(config.project)
    if not rows:
        raise UserError(f"no .lean file is below {config.project}")
    sink.emit(Note("haves are rewritten for Rocq alone: step 2 passes theorems on as they are"))
    return Pipeline(config, Lean(find, await identify(await find()), config.project.absolute()), rows)


def _installed(bench: Workbench, name: str) -> tuple[Library, ...]:
    found = bench.libraries.under(name)
    if not found:
        raise UserError(f"no library called {name} has its source installed")
    return found


async def _of_project(config: DatasetConfig, folder: Path, cache: Path, sink: EventSink) -> Pipeline:
    project = load_project(folder / "any.v")
    if project.file is None:
        raise UserError(f"{folder} has no _CoqProject, which says what its files are called")
    roots = project_roots(project)
    bench = await open_workbench(cache, roots=roots, arguments=project.argv(), sink=sink)
    root = project.file.parent
    libraries = _own(bench, project, root)
    if not libraries:
        raise UserError(f"no .v file below {root} has a name by {project.file}")
    rocq = Rocq(partial(find_rocq, cache), bench.identity, root, project.argv())
    return Pipeline(config, rocq, source_rows(libraries, root))


def _own(bench: Workbench, project: Project, root: Path) -> list[Library]:
    names = {each.logical for each in project.load_paths if each.folder.is_relative_to(root)}
    found = {each.name: each for name in names for each in bench.libraries.under(name)}
    return [each for each in found.values() if each.path.is_relative_to(root)]
