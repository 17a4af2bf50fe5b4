"""Step 10, for chains: rows that each teach what follows a result, with no more before it than is needed.

A chain is parted behind each of its results. A part is learned once; what stands before it is shown without
older results: of each type of block the last one only. So contexts stay short, as they do for a prover that
throws away old results.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from holdfast.pipelines.dataset.records import Block, ChainTheorem

__all__ = ["ASKED", "chat", "rendered", "traces"]

ASKED = (
    "Prove this theorem in Rocq. Think in <think>, search the library in <search>, write the next sentences"
    " of the proof in <script>, state in <have> what is to be proved apart; what comes of them is told in"
    " <result>.\n\n"
)


def traces(theorem: ChainTheorem) -> Iterator[dict[str, Any]]:
    """The rows of one chain, in order."""
    start = 0
    for part, end in enumerate(_ends(theorem.blocks)):
        learned = theorem.blocks[start:end]
        yield {
            "theorem": theorem.name,
            "within": theorem.within,
            "part": part,
            "goal": theorem.initial_goal,
            "statement": theorem.statement,
            "context": rendered(_shown(theorem.blocks[:start])),
            "learned": rendered([block for block in learned if block.kind != "result"]),
            "model": theorem.model,
            "prompts": list(theorem.prompts),
            "file": theorem.file,
            "licence": theorem.licence,
        }
        start = end


def chat(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a chat; the last turn is what is learned."""
    asked = f"{ASKED}{row['statement']}\n\n{row['goal']}"
    messages = [{"role": "user", "content": asked}]
    context = f"{row['context']}\n" if row["context"] else ""
    messages.append({"role": "assistant", "content": context + row["learned"]})
    return {"messages": messages, "learned": row["learned"], "theorem": row["theorem"], "part": row["part"]}


def rendered(blocks: Sequence[Block]) -> str:
    """Blocks as text."""
    return "\n".join(f"<{block.kind}>\n{block.text}\n</{block.kind}>" for block in blocks)


def _ends(blocks: Sequence[Block]) -> Iterator[int]:
    """Where parts end: behind each result, and at the end."""
    for at, block in enumerate(blocks, 1):
        if block.kind == "result" or at == len(blocks):
            yield at


def _shown(blocks: Sequence[Block]) -> list[Block]:
    """Blocks without results but the last one of a search and the last one of a script."""
    last: dict[str, int] = {}
    for at, block in enumerate(blocks):
        if block.kind == "result":
            last[blocks[at - 1].kind] = at
    return [block for at, block in enumerate(blocks) if block.kind != "result" or at in last.values()]
