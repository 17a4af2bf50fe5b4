"""The rows of the dataset steps. Each step's record has all fields of the record before it, and more."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

__all__ = [
    "Block",
    "ChainTheorem",
    "DatasetSource",
    "EvaluatedStep",
    "EvaluatedTheorem",
    "HaveProof",
    "LibraryTheorem",
    "Notation",
    "Premise",
    "RemarkText",
    "RewrittenTheorem",
]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RemarkText(_Record):
    """A comment of a source."""

    start: int
    """Its first character."""
    end: int
    """One past its last."""
    text: str


class DatasetSource(_Record):
    """Step 0: a source file, ready to be read."""

    library: str
    """The name that it is compiled under, in full."""
    file: str
    """Its path below the folder of the library."""
    sha256: str
    """Of the file as it was found."""
    text: str
    """The file with blanks for comments: every offset is that of the file."""
    remarks: tuple[RemarkText, ...]
    licence: str
    """The licence that its header names, empty where it names none that is known."""


class LibraryTheorem(_Record):
    """Step 1: a theorem with its proof, as written. Offsets are characters of the source."""

    name: str
    library: str
    file: str
    licence: str
    kind: str
    statement: str
    proof: str
    start: int
    proof_start: int
    end: int
    line: int
    """From 0."""
    character: int
    """From 0."""
    body: tuple[str, ...]
    """The sentences of the proof between `Proof` and its end."""
    ending: str
    """The sentence that ends the proof."""
    modules: tuple[str, ...]
    sections: tuple[str, ...]
    docstring: str


class HaveProof(_Record):
    """A `have` that stands alone."""

    name: str
    """The theorem's, with `_have_` and a number from 0."""
    line: int
    """Its place in `lines` of its theorem."""
    stop: int
    """One past the last line of its proof."""
    statement: str
    """The sentence."""
    goal: str
    """What it states, with the hypotheses that it may use."""
    proof: tuple[str, ...]


class RewrittenTheorem(LibraryTheorem):
    """Step 2: a theorem whose haves stand alone, where that could be done."""

    lines: tuple[str, ...]
    """`body`, with haves apart where `haves` is not empty."""
    origins: tuple[int, ...]
    """For each line the sentence of `body` that it comes from, from 0."""
    haves: tuple[HaveProof, ...]
    refused: str
    """Why haves that there are could not be made to stand alone; empty where they could."""


class Premise(_Record):
    """A name that a sentence uses."""

    name: str
    """In full."""
    kind: str
    """`thm`, `def`, `constr`, `ind`, `proj`, `abbrev`, ... as Rocq tells it."""
    type: str = ""
    """What it says, as written where it is declared; empty where that is not known."""
    info: str = ""
    """Its docstring, empty where there is none."""


class Notation(_Record):
    """A notation that a sentence uses."""

    key: str
    """As Rocq names it: `x_'+'_x`."""
    scope: str
    """Empty where it belongs to none."""
    library: str
    """Where it is defined."""
    info: str = ""


class EvaluatedStep(_Record):
    """One sentence of a proof and what it did."""

    chain: str
    kind: str
    """`command`, `bullet`, `brace_open` or `brace_close`."""
    goals_before: tuple[str, ...]
    """The subgoals in focus, the first one first."""
    goals_after: tuple[str, ...]
    """The subgoals in focus after it."""
    left: int
    """Open subgoals after it, in focus or not."""
    premises: tuple[Premise, ...]
    notations: tuple[Notation, ...]


class EvaluatedTheorem(RewrittenTheorem):
    """Step 4: a theorem whose proof was replayed sentence by sentence."""

    initial_goal: str
    statement_premises: tuple[Premise, ...]
    statement_notations: tuple[Notation, ...]
    evaluation: tuple[EvaluatedStep, ...]


class Block(_Record):
    """One block of a chain of thought."""

    kind: Literal["think", "search", "script", "have", "result"]
    text: str
    """What was thought, the query of a search, the sentences of a script one a line, the sentence that states
    a `have` whose proof is another chain, or what came of one of these."""
    target: str = ""
    """Of a search: the full name of what it is to find; empty where a `have` states what it does not find."""
    queries: tuple[str, ...] = ()
    """Of a search: other ways to say it, of which the best one is still to be chosen."""
    found: tuple[str, ...] = ()
    """Of a search: the full names of what it found, the nearest first."""


class ChainTheorem(EvaluatedTheorem):
    """Step 5: a theorem with a chain of thought that leads through its proof, or a `have` with one.

    A `have` is told as if it were a theorem: what it states, its own goals, and the place of its theorem.
    """

    blocks: tuple[Block, ...]
    model: str
    """Who wrote what is thought and asked for."""
    prompts: tuple[str, ...]
    """The names of the prompts, with their versions."""
    described: tuple[str, ...] = ()
    """The premises whose docstrings a model wrote."""
    within: str = ""
    """Of a `have`: the full name of the theorem in whose proof it stands; empty for a theorem."""


def plain(record: BaseModel) -> dict[str, Any]:
    """A record as the data of a row."""
    return record.model_dump(mode="json")
