"""A model server that writes chains of thought from what stands in the prompts, as a good model would."""

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from tests.http_server import Asked, Said, events, said

from holdfast.core.completions import Completion, Message, Sampling

_LINE = re.compile(r"^\d+\. (?P<chain>.*?)\n   uses: (?P<uses>.*?)\n   then: ", re.MULTILINE | re.DOTALL)
_STARRED = re.compile(r"^- \* (\S+)", re.MULTILINE)


def answered(text: str) -> Said:
    return events(
        {"choices": [{"delta": {"content": text}, "index": 0}]},
        {"choices": [{"delta": {}, "finish_reason": "stop", "index": 0}]},
        {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 10}},
    )


def held(_: str) -> Said:
    """An answer that begins and does not end."""
    begun = json.dumps({"choices": [{"delta": {"content": "{"}, "index": 0}]})
    return Said(body=f"data: {begun}\n\n", kind="text/event-stream", length=10_000, wait_s=120)


def busy(_: str) -> Said:
    return said({"error": {"message": "slow down"}}, status=429, headers={"Retry-After": "0"})


def written(prompt: str) -> str:
    """What a good model answers, as text."""
    if "other queries" in prompt:
        return json.dumps(
            {"thought": "I ask in other words.", "queries": ["qqq", "a truth value and itself"]}
        )
    if "Say what this declaration states" in prompt:
        return json.dumps({"docstring": "A truth value and itself together are that truth value."})
    return json.dumps({"blocks": chain(prompt)})


def chain(prompt: str) -> list[dict[str, Any]]:
    proof = prompt.partition("# Proof")[2]
    # What theorems are called is said nowhere else: such queries find nothing.
    wrong = "zzz " + prompt.partition("# Theorem\n\n")[2].split()[1]
    blocks: list[dict[str, Any]] = [{"kind": "think", "text": "I look at the goal."}]
    blocks += [{"kind": "search", "text": wrong, "target": name} for name in _STARRED.findall(prompt)]
    for line in _LINE.finditer(proof):
        have = line["chain"].removeprefix("[have] ")
        if have != line["chain"]:
            blocks.append({"kind": "search", "text": "zzz a fact of use here"})
        blocks.append({"kind": "think", "text": "Then this."})
        blocks.append({"kind": "script" if have == line["chain"] else "have", "text": have})
    return blocks


def user(asked: Asked) -> str:
    return str(asked.body["messages"][1]["content"])


def server(say: Callable[[str], Said] = lambda prompt: answered(written(prompt))) -> Callable[[Asked], Said]:
    def answer(asked: Asked) -> Said:
        return say(user(asked))

    return answer


class Writer:
    """Fills `LanguageModel` with what a good model would say."""

    name = "writer"

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        raise NotImplementedError

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncIterator[str]:
        yield written(messages[1].text)

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        raise NotImplementedError

    async def aclose(self) -> None:
        """There is nothing to close."""
