"""Step 10: what was evaluated as a dataset that other tools open as it is.

FOLDER/
  README.md                    the dataset card, with what `datasets.load_dataset` needs to know
  sample.html                  some theorems of each part, to look at in a browser
  theorems/{part}.parquet      a row a theorem
  steps/{part}.parquet         a row a sentence: the goal before it, the sentence, the goal after it
  jsonl/{config}-{part}.jsonl  the same as JSON lines
  chains/{part}.parquet        a row a part of a chain of thought, where there are chains
  completion/{part}.jsonl      `prompt` and `completion`, for training a model that completes
  chat/{part}.jsonl            `messages`, for training a model that chats
  chat/chains-{part}.jsonl     the parts of chains as chats
  sizes.svg                    how long proofs are
"""

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from holdfast.core.errors import MissingToolError, StorageError, UserError
from holdfast.core.identity import CheckerIdentity
from holdfast.pipelines.dataset.drawing import bars
from holdfast.pipelines.dataset.records import ChainTheorem, EvaluatedTheorem, plain
from holdfast.pipelines.dataset.sample import sample_page
from holdfast.pipelines.dataset.splitting import Part, SplitSettings, split
from holdfast.pipelines.dataset.timing import Timing
from holdfast.pipelines.dataset.traces import chat as chain_chat
from holdfast.pipelines.dataset.traces import traces
from holdfast.pipelines.steps import Row
from holdfast.runtime.lines import encode_line
from holdfast.runtime.runs import drop_parts, lock, publish

__all__ = ["Exported", "Origin", "export"]

_PARTS: tuple[Part, ...] = ("train", "validation", "test")
_CONFIGS = ("theorems", "steps", "chains")
_ASKED = "Write the next {} proof with this goal.\n\n"
_SENTENCES = {"rocq": "sentence of a Rocq", "lean": "step of a Lean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    folder: Path
    theorems: Mapping[Part, int]
    steps: Mapping[Part, int]
    chains: Mapping[Part, int]
    """Parts of chains of thought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the card says of where the rows come from."""

    title: str
    checker: CheckerIdentity
    holdfast: str
    """The version of this program."""
    dropped: Mapping[str, int]
    """Over all steps, by reason."""
    cpu_s: float
    spent: Mapping[str, float] = field(default_factory=dict)
    """What models were asked: `calls`, `prompt_tokens`, `completion_tokens`, `cost`; empty for nothing."""
    timing: Timing | None = None
    """How long sentences take."""


def export(
    folder: Path, rows: Iterable[Row], settings: SplitSettings, origin: Origin, chains: Iterable[Row] = ()
) -> Exported:
    """Write everything; files are put in place whole, the card last.

    Args:
        folder: where to; what an earlier export wrote is replaced.
        rows: what step 4 gave.
        settings: how theorems are parted; a chain goes where its theorem goes.
        origin: what the card says.
        chains: what step 9 gave; those of haves go where their theorems go.

    Raises MissingToolError without pyarrow, UserError where there is no row or another process writes there,
    StorageError.
    """
    theorems = [EvaluatedTheorem.model_validate(row.data) for row in rows]
    if not theorems:
        raise UserError("there is nothing to export: every theorem was dropped on the way")
    parts = split({each.name: each.statement for each in theorems}, settings)
    tables: dict[str, dict[Part, list[dict[str, Any]]]] = {
        config: {part: [] for part in _PARTS} for config in _CONFIGS
    }
    for theorem in theorems:
        part = parts[theorem.name]
        tables["theorems"][part].append(plain(theorem))
        tables["steps"][part] += _step_rows(theorem)
    told = [ChainTheorem.model_validate(row.data) for row in chains]
    for chain in told:
        tables["chains"][parts[chain.within or chain.name]] += traces(chain)
    counted = {config: {part: len(tables[config][part]) for part in _PARTS} for config in _CONFIGS}
    sizes = bars([len(each.evaluation) for each in theorems], "sentences of a proof")
    with contextlib.ExitStack() as files:
        _prepare(folder, files)
        _write(folder, tables, origin.checker.tool)
        publish(folder / "sizes.svg", sizes.encode())
        publish(folder / "sample.html", sample_page(origin.title, theorems, told, parts).encode())
        publish(folder / "README.md", _card(theorems, counted, settings, origin).encode())
    return Exported(
        folder=folder, theorems=counted["theorems"], steps=counted["steps"], chains=counted["chains"]
    )


def _prepare(folder: Path, files: contextlib.ExitStack) -> None:
    """Folders to write to, until `files` ends, without what a killed export left half-written."""
    places = [folder, *(folder / name for name in (*_CONFIGS, "jsonl", "completion", "chat"))]
    try:
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
        lock(folder, folder.with_name(f"{folder.name}.lock"), files)
        for place in places:
            drop_parts(place)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror}") from error


def _write(folder: Path, tables: Mapping[str, Mapping[Part, list[dict[str, Any]]]], tool: str) -> None:
    schemas = {
        config: _schema([row for part in _PARTS for row in tables[config][part]]) for config in _CONFIGS
    }
    for part in _PARTS:
        for config in _CONFIGS:
            listed = tables[config][part]
            _publish_table(folder / config / f"{part}.parquet", listed, schemas[config])
            publish(folder / "jsonl" / f"{config}-{part}.jsonl", _lines(listed))
        steps = tables["steps"][part]
        publish(folder / "completion" / f"{part}.jsonl", _lines(map(_completion, steps)))
        publish(folder / "chat" / f"{part}.jsonl", _lines(_chat(step, tool) for step in steps))
        publish(folder / "chat" / f"chains-{part}.jsonl", _lines(map(chain_chat, tables["chains"][part])))


def _step_rows(theorem: EvaluatedTheorem) -> Iterator[dict[str, Any]]:
    """Sentences that do something to a goal: bullets and braces only choose one."""
    steps = (step for step in theorem.evaluation if step.kind == "command")
    for depth, step in enumerate(steps):
        yield {
            "theorem": theorem.name,
            "depth": depth,
            "state": "\n\n".join(step.goals_before),
            "tactic": step.chain,
            "state_after": "\n\n".join(step.goals_after),
            "goals_left": step.left,
            "premises": [premise.name for premise in step.premises],
            "file": theorem.file,
            "licence": theorem.licence,
        }


def _completion(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "prompt": f"[GOAL]{row['state']}[PROOFSTEP]",
        "completion": row["tactic"],
        "theorem": row["theorem"],
    }


def _chat(row: Mapping[str, Any], tool: str) -> dict[str, Any]:
    asked = {"role": "user", "content": _ASKED.format(_SENTENCES[tool]) + row["state"]}
    return {"messages": [asked, {"role": "assistant", "content": row["tactic"]}], "theorem": row["theorem"]}


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(map(encode_line, rows))


def _schema(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - the library is imported only here
    """The columns of all parts: a part alone may have nothing in some of them."""
    try:
        return import_module("pyarrow").Table.from_pylist(rows).schema
    except ImportError as error:
        raise MissingToolError("Parquet takes pyarrow: pip install 'holdfast[data]'") from error


def _publish_table(path: Path, rows: list[dict[str, Any]], schema: Any) -> None:  # noqa: ANN401 - as above
    """Write a table; one without rows is none, since `datasets` does not read it."""
    if not rows:
        path.unlink(missing_ok=True)
        return
    sink = BytesIO()
    table = import_module("pyarrow").Table.from_pylist(rows, schema=schema)
    import_module("pyarrow.parquet").write_table(table, sink, compression="zstd")
    publish(path, sink.getvalue())


def _card(
    theorems: Sequence[EvaluatedTheorem],
    counted: Mapping[str, Mapping[Part, int]],
    settings: SplitSettings,
    origin: Origin,
) -> str:
    licences = Counter(each.licence or "not named in the file" for each in theorems)
    libraries = Counter(".".join(each.library.split(".")[:2]) for each in theorems)
    premises = Counter(name.name for each in theorems for step in each.evaluation for name in step.premises)
    haves = sum(len(each.haves) for each in theorems)
    lines = [
        _front(counted),
        f"# {origin.title}",
        "",
        "Theorems with their proofs, each sentence with the goals around it and the names that it uses.",
        "Every proof was replayed sentence by sentence; `holdfast dataset verify` does so again.",
        "",
        *_table(
            ("", *_PARTS), [(config, *(counted[config][part] for part in _PARTS)) for config in _CONFIGS]
        ),
        "",
        f"Statements whose likeness is {settings.alike} or more are in one part, also by way of others.",
        "",
        "![How many sentences proofs have](sizes.svg)",
        "",
        "[Some of the theorems](sample.html), to look at in a browser.",
        "",
        f"{haves} `have`s stand alone, with their own goal and proof.",
        "",
        "## Where it comes from",
        "",
        *_table(("library", "theorems"), libraries.most_common()),
        "",
        *_table(("licence", "theorems"), licences.most_common()),
        "",
        f"Read with {origin.checker.tool} {origin.checker.version} (libraries {origin.checker.libraries}) by"
        f" holdfast {origin.holdfast}.",
        "",
        *_spent(origin.spent),
        "## What was left out",
        "",
        *(_table(("reason", "rows"), sorted(origin.dropped.items())) if origin.dropped else ["Nothing."]),
        "",
        "## Names used most",
        "",
        *_table(("name", "sentences"), premises.most_common(20)),
        "",
        *_took(origin),
    ]
    return "\n".join(lines)


def _took(origin: Origin) -> list[str]:
    """What differs from one run to the next; nothing else of the card does."""
    lines = [
        "## What it took",
        "",
        f"{origin.cpu_s:.0f} CPU-seconds of {origin.checker.tool.capitalize()}.",
        "",
    ]
    timing = origin.timing
    if timing is None:
        return lines
    slowest = [(each.theorem, each.sentence, f"{each.cpu_s:.3f}") for each in timing.slowest]
    return [
        *lines,
        f"Of {timing.sentences:,} sentences half take no more than {1000 * timing.p50_s:.1f} ms of CPU, 95 %"
        f" no more than {1000 * timing.p95_s:.1f} ms. The slowest:",
        "",
        *_table(("theorem", "sentence", "CPU s"), slowest),
        "",
    ]


def _spent(spent: Mapping[str, float]) -> list[str]:
    if not spent:
        return []
    named = {"calls": "questions", "prompt_tokens": "tokens asked", "completion_tokens": "tokens answered"}
    rows = [(named.get(name, name), f"{amount:g}") for name, amount in spent.items()]
    return ["## What models were asked", "", *_table(("", "amount"), rows), ""]


def _front(counted: Mapping[str, Mapping[Part, int]]) -> str:
    configs = [
        {
            "config_name": config,
            "default": config == "theorems",
            "data_files": [
                {"split": part, "path": f"{config}/{part}.parquet"}
                for part in _PARTS
                if counted[config][part]
            ],
        }
        for config in _CONFIGS
        if any(counted[config].values())
    ]
    # JSON is YAML as well.
    return f"---\nconfigs: {json.dumps(configs)}\n---\n"


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> list[str]:
    drawn = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell) for cell in row) + " |" for row in drawn]
