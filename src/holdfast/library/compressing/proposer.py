"""Proposes functions that shorten the programs of many tasks, each rewrite run before it is believed."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pydantic import Field

from holdfast.library.adapter import Adapter, View
from holdfast.library.compressing.corpus import Corpus, Gatherer, Windows
from holdfast.library.compressing.examples import Showing, find_example
from holdfast.library.compressing.naming import Speech
from holdfast.library.compressing.pieces import Pieces
from holdfast.library.compressing.rewriting import Rewriter, rewrite
from holdfast.library.compressing.search import Found, SearchSettings, search
from holdfast.library.compressing.sites import known_names
from holdfast.library.compressing.templates import Template, read_template
from holdfast.library.compressing.terms import Terms
from holdfast.library.compressing.writing import signatures, write
from holdfast.library.definitions import exported, with_function
from holdfast.library.holding import held
from holdfast.library.records import Candidate, Program, Task

__all__ = ["Compression", "CompressionSettings"]

_NAME = re.compile(r"[^\W\d]\w*")


class CompressionSettings(SearchSettings):
    """How far compression goes."""

    rounds: int = Field(default=12, ge=1)
    """Times that the programs are searched; each time they are written with what was found before."""
    each_round: int = Field(default=4, ge=1)
    """Functions of one round."""
    programs: int = Field(default=200, ge=2)
    """Programs that are searched, spread over all; the others are written with what is found as well."""
    functions: int = Field(default=40, ge=1)
    """Functions in all."""


class Compression:
    """The proposer that needs programs and nothing else."""

    name = "compression"

    def __init__(
        self,
        adapter: Adapter,
        showing: Showing | None = None,
        settings: CompressionSettings | None = None,
        *,
        kept: Iterable[str] = (),
    ) -> None:
        """Programs are run by `adapter`.

        `showing` finds examples, without which a library may refuse a function; `kept` are names that are
        read after each piece of a program, beside those that programs find and store anew.
        """
        self._adapter = adapter
        self._showing = showing
        self._settings = settings or CompressionSettings()
        self._kept = frozenset(kept)
        # For `rewritten`, which is asked about the same programs again and again.
        self._pieces = Pieces(Terms(), self._settings.longest)
        self._rewriter = Rewriter(self._pieces)
        self._templates: dict[tuple[str, str, frozenset[str]], Template | None] = {}

    async def propose(self, view: View) -> Sequence[Candidate]:
        """Functions that hold, the ones that later ones call before them.

        A candidate's rewrites are those of a library that has the candidates before it. Raises
        InfrastructureError where the programs cannot be run.
        """
        found: list[Candidate] = []
        known = known_names(view.library)
        pieces = Pieces(Terms(), self._settings.longest)
        kept = self._kept | await asyncio.to_thread(pieces.kept, view.programs.values(), known)
        programs = _spread(view.programs, self._settings.programs)
        corpus = Corpus(view.tasks, programs, view.library, known, kept)
        gatherer = Gatherer(pieces)
        for _ in range(self._settings.rounds):
            before = len(found)
            # In a thread: whoever waits for it can be stopped.
            windows = await asyncio.to_thread(gatherer.windows, corpus)
            for pattern in await asyncio.to_thread(self._patterns, windows, pieces.terms):
                if len(found) == self._settings.functions or len(found) - before == self._settings.each_round:
                    break
                corpus, candidate = await self._tried(pattern, corpus, pieces)
                found += [candidate] if candidate is not None else []
            if len(found) == before:
                break
        others = {key: each for key, each in view.programs.items() if key not in programs}
        return await asyncio.to_thread(self._everywhere, found, others, kept)

    def rewritten(
        self, candidates: Sequence[Candidate], tasks: Sequence[Task], programs: Mapping[str, Program]
    ) -> Mapping[str, Program]:
        """Programs of some tasks with calls of the candidates, whoever proposed them; none was run."""
        templates, known = self._templates_of(candidates)
        given = {task.key: programs.get(task.key, task.program) for task in tasks}
        begun = {key: program for key, program in given.items() if program is not None}
        kept = self._kept | self._pieces.kept(begun.values(), known)
        found: dict[str, Program] = {}
        for key, program in begun.items():
            shorter = self._rewriter.rewrite(program, templates, known, kept)
            if shorter is not None and self._length(shorter) < self._length(program):
                found[key] = shorter
        return found

    def _everywhere(
        self, candidates: Sequence[Candidate], programs: Mapping[str, Program], kept: frozenset[str]
    ) -> tuple[Candidate, ...]:
        """The candidates with rewrites of programs that were not searched; these were not run."""
        found: list[Candidate] = []
        current = dict(programs)
        for at, each in enumerate(candidates):
            templates, known = self._templates_of(candidates[: at + 1])
            own = [template for template in templates if template.name == each.name]
            rewrites = dict(each.rewrites)
            for key, old in current.items():
                new = rewrite(old, own, known, kept, self._pieces)
                if new is not None and self._length(new) < self._length(old):
                    current[key] = rewrites[key] = new
            found.append(replace(each, rewrites=rewrites))
        return tuple(found)

    def _templates_of(self, candidates: Sequence[Candidate]) -> tuple[list[Template], frozenset[str]]:
        """Those that have a pattern, in order, and the names that programs with them need not store."""
        known = known_names(self._adapter.foundation(), [each.name for each in candidates])
        found = []
        for each in candidates:
            # Of the names that are known only those matter that the function has.
            names = known & frozenset(_NAME.findall(each.source))
            asked = (each.name, each.source, names)
            if asked not in self._templates:
                self._templates[asked] = read_template(each.source, each.name, known, self._pieces.terms)
            found.append(self._templates[asked])
        return [each for each in found if each is not None], known

    def _patterns(self, windows: Windows, terms: Terms) -> list[Found]:
        """What a search finds, without what serves mostly places that a better one serves."""
        kept: list[Found] = []
        served: set[tuple[int, int]] = set()
        for found in self._search(windows, terms):
            lines = {window.line for window in found.windows}
            if len(lines & served) * 2 <= len(lines):
                kept.append(found)
                served |= lines
        return kept

    def _search(self, windows: Windows, terms: Terms) -> list[Found]:
        return search(windows, terms, self._settings)

    async def _tried(self, found: Found, corpus: Corpus, pieces: Pieces) -> tuple[Corpus, Candidate | None]:
        """The corpus written with a function, and the function; or as it was, where it does not help."""
        library = corpus.library
        said = Speech(corpus.tasks).of(found.windows)
        written = write(found, pieces.terms, signatures(library), corpus.known, exported(library), said)
        if written is None:
            return corpus, None
        tasks = {window.task for window in found.windows}
        # In a thread: whoever waits for it can be stopped.
        programs = await asyncio.to_thread(self._programs, written.template, tasks, corpus, pieces)
        source, name = written.source, written.template.name
        if self._saved(programs, corpus) <= self._adapter.cost(source):
            return corpus, None
        if self._showing is not None:
            extended = with_function(library, self._adapter.foundation(), source, name)
            shown = await find_example(name, programs.values(), extended, self._showing)
            source = source if shown is None else written.with_examples(shown)
        candidate = Candidate(name, source, self.name, ())
        library, refusal = await self._adapter.admit(candidate, library)
        if refusal is not None:
            return corpus, None
        good = await held(self._adapter, programs.values(), corpus.tasks, library)
        gain = self._saved(good, corpus) - self._adapter.cost(source)
        if gain <= 0 or not self._is_supported(good, corpus):
            return corpus, None
        grown = replace(
            corpus,
            programs={**corpus.programs, **good},
            library=library,
            known=corpus.known | {name},
        )
        return grown, replace(candidate, support=tuple(sorted(good)), rewrites=good, expected_gain=gain)

    def _programs(
        self, template: Template, tasks: Iterable[str], corpus: Corpus, pieces: Pieces
    ) -> dict[str, Program]:
        """Programs of some tasks with the function, as far as they get shorter by it."""
        found: dict[str, Program] = {}
        for key in sorted(tasks):
            old = corpus.programs[key]
            known = corpus.known | {template.name}
            new = rewrite(old, (template,), known, corpus.kept, pieces)
            if new is not None and self._length(new) < self._length(old):
                found[key] = new
        return found

    def _is_supported(self, programs: Mapping[str, Program], corpus: Corpus) -> bool:
        groups = {corpus.tasks[key].group for key in programs}
        return len(programs) >= self._settings.tasks and len(groups) >= self._settings.groups

    def _saved(self, programs: Mapping[str, Program], corpus: Corpus) -> int:
        return sum(self._length(corpus.programs[key]) - self._length(new) for key, new in programs.items())

    def _length(self, program: Program) -> int:
        return sum(self._adapter.cost(piece) for piece in program.pieces)


def _spread(programs: Mapping[str, Program], count: int) -> dict[str, Program]:
    """As many programs, taken evenly from all of them in the order of their keys."""
    keys = sorted(programs)
    chosen = keys if len(keys) <= count else [keys[at * len(keys) // count] for at in range(count)]
    return {key: programs[key] for key in chosen}
