"""What stretches of a source use, by the `.glob` file of its library."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.checkers.rocq.document import Document
from holdfast.checkers.rocq.extraction import Extracted
from holdfast.checkers.rocq.glob import Glob, Used
from holdfast.pipelines.dataset.dictionary import Dictionary
from holdfast.pipelines.dataset.records import Notation, Premise

__all__ = ["SourceNames"]

_NOT_PREMISES = frozenset({"var", "binder", "lib", "mod", "modtype", "sec", "not"})
_WORD = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")
_NOTATION = re.compile(r"(?P<library>\S+?)\.?::(?P<scope>[^:]*):(?P<key>.+)\Z")


@dataclass(frozen=True, slots=True)
class SourceNames:
    """What stretches of a source use."""

    glob: Glob
    document: Document
    dictionary: Dictionary

    def sentences(self, theorem: Extracted) -> Sequence[tuple[int, int]]:
        """Where each sentence of a proof begins and ends."""
        at = next(
            each
            for each in self.document.theorems
            if self.document.sentences[each.statement].start == theorem.start
        )
        return [
            (self.document.sentences[index].start, self.document.sentences[index].end) for index in at.body
        ]

    def premises(self, start: int, end: int, part: str | None = None) -> tuple[Premise, ...]:
        """The names used in a stretch, each once; with `part`, those that its words show as well."""
        words = None if part is None else {each.rpartition(".")[2] for each in _WORD.findall(part)}
        found: dict[str, Premise] = {}
        for use in self._uses(start, end):
            if use.kind not in _NOT_PREMISES and (words is None or use.name in words):
                entry = self.dictionary.entry(use.full_name)
                found.setdefault(
                    use.full_name,
                    Premise(name=use.full_name, kind=use.kind, type=entry.type, info=entry.docstring),
                )
        return tuple(found.values())

    def notations(self, start: int, end: int) -> tuple[Notation, ...]:
        """The notations used in a stretch, each once."""
        found: dict[str, Notation] = {}
        for use in self._uses(start, end):
            parts = _NOTATION.match(use.full_name) if use.kind == "not" else None
            if parts is not None:
                info = self.dictionary.entry(use.full_name).docstring
                found.setdefault(
                    use.full_name,
                    Notation(key=parts["key"], scope=parts["scope"], library=parts["library"], info=info),
                )
        return tuple(found.values())

    def _uses(self, start: int, end: int) -> Sequence[Used]:
        positions = self.document.positions
        return self.glob.within(positions.byte(start), positions.byte(end))
