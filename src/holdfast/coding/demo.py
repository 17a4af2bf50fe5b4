"""The demo model: the app is complete without a key and without a download, and says that it is a demo.

It is no language model. Functions of Python that are told by examples it makes by search; a handful of tasks
it knows by heart; it can rename things; and it says what it cannot do. It fills the `LanguageModel` seam and
reads the same prompts as any other model.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence

from holdfast.coding.asking import fields_in
from holdfast.coding.languages import LANGUAGES, Language
from holdfast.coding.recordings import Recorded, find_recorded, recorded
from holdfast.coding.wishes import as_program, assertions, wish_in
from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import UnsupportedError
from holdfast.core.goals import Goal, Subgoal
from holdfast.models.enumerative import EnumerativeProposer, EnumerativeSettings
from holdfast.models.synthesis.task import SynthesisTask
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["ABOUT", "DemoModel"]

ABOUT = (
    "A demo that needs no key and no download: it searches for Python functions that fit examples such as "
    "f(2) == 4, and knows a few tasks by heart. It is no language model."
)
_PIECE = re.compile(r"\s*\S+|\s+\Z")
_RENAME = re.compile(r"\brename\s+`?([A-Za-z_]\w*)`?\s+(?:to|into|as)\s+`?([A-Za-z_]\w*)`?", re.IGNORECASE)
_MARK = re.compile(r"<<(\w+) NAME>>")
_TITLE = re.compile(r"^You write (.+?) programs\.")
_BUDGET_S = 8.0


class DemoModel:
    """Fills the `LanguageModel` seam; only `chat` answers.

    Args:
        sandbox: where it searches; None where nothing may run, and then it only knows what it knows by heart.
        pause_s: how long it waits between two words, so that its answers come as those of others do.
        budget_s: CPU seconds for one search.
        name: what it is called.
    """

    def __init__(
        self,
        sandbox: Sandbox | None,
        *,
        pause_s: float = 0.01,
        budget_s: float = _BUDGET_S,
        name: str = "demo",
    ) -> None:
        """Start nothing yet."""
        self._sandbox = sandbox
        self._pause_s = pause_s
        self._budget_s = budget_s
        self._name = name

    @property
    def name(self) -> str:
        """As it was named."""
        return self._name

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str]:
        """The answer, word by word."""
        words = _PIECE.findall(await self._answer(messages))
        for piece in words[: sampling.max_tokens]:
            yield piece
            await asyncio.sleep(self._pause_s)
        read = sum(len(message.text.split()) for message in messages)
        yield Ending(
            "stop" if len(words) <= sampling.max_tokens else "length",
            prompt_tokens=read,
            completion_tokens=min(len(words), sampling.max_tokens),
        )

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        """Always raises UnsupportedError."""
        del prompt, sampling
        raise UnsupportedError("the demo model only answers what the app asks: name another model")

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        """Always raises UnsupportedError."""
        del texts
        raise UnsupportedError("the demo model has no vectors: name another model")

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _answer(self, messages: Sequence[Message]) -> str:
        fields = fields_in(messages)
        language = _language(messages)
        if language is None or "task" not in fields:
            return "This demo only answers what the app asks."
        if "answer" in fields:
            return _refusal(messages, "the demo model cannot look over programs: name another model for that")
        if messages[-1].text.startswith("Write tests"):
            return _tests(messages, fields, language)
        return await self._program(messages, fields, language)

    async def _program(
        self, messages: Sequence[Message], fields: Mapping[str, tuple[str, ...]], language: Language
    ) -> str:
        remarks, programs = fields.get("remark", ()), fields.get("program", ())
        if programs and remarks and "output" not in fields:
            renamed = _renamed(programs[-1], remarks[-1])
            if renamed:
                return renamed
        said = [*fields["task"], *remarks, *fields.get("output", ())]
        wish = await asyncio.to_thread(wish_in, said) if language.name == "python" else None
        # A remark that says nothing to search by shall not bring the same program once more.
        if wish is not None and (not remarks or wish_in(remarks) is not None or "output" in fields):
            return await self._searched(messages, wish)
        known = find_recorded(fields["task"][0], language.name) if not remarks else None
        if known is not None:
            return _recited(known, language)
        return _refusal(messages, _cannot(language, has_remarks=bool(remarks)))

    async def _searched(self, messages: Sequence[Message], wish: SynthesisTask) -> str:
        if self._sandbox is None:
            return _refusal(messages, "the demo model searches in the sandbox, and none holds here")
        settings = EnumerativeSettings(cpu_s=self._budget_s)
        goal = Goal((Subgoal((), wish.name),))
        async with EnumerativeProposer(wish, self._sandbox, settings) as proposer:
            found = await proposer.propose(goal, 1)
        if not found:
            count = len(wish.examples)
            message = f"the demo model found no simple function that fits all {count} examples"
            return _refusal(messages, f"{message}; it is no language model")
        program = as_program(wish, found[0].step.text)
        said = f"The simplest function found by search that fits all {len(wish.examples)} examples."
        return f"{said}\n\n```python\n{program}```\n"


def _language(messages: Sequence[Message]) -> Language | None:
    said = _TITLE.match(messages[0].text) if messages else None
    return next((each for each in LANGUAGES.values() if said is not None and each.title == said[1]), None)


def _refusal(messages: Sequence[Message], message: str) -> str:
    mark = _MARK.search(messages[0].text)
    assert mark is not None
    said = json.dumps({"reason": "impossible", "message": message})
    return f"```refusal-{mark[1]}\n{said}\n```\n"


def _recited(known: Recorded, language: Language) -> str:
    program = known.programs[language.name].strip()
    return (
        f"Here is {known.about}, as this demo knows it by heart.\n\n```{language.fences[0]}\n{program}\n```\n"
    )


def _renamed(program: str, remark: str) -> str:
    """The lines that a new name changes, as changes; empty where the remark asks for no such thing."""
    asked = _RENAME.search(remark)
    if asked is None:
        return ""
    old, new = re.compile(rf"(?<!\w){re.escape(asked[1])}(?!\w)"), asked[2]
    lines = program.splitlines()
    if not any(old.search(line) for line in lines):
        return ""
    # All of the program is one change: single lines may stand in it twice.
    first = min(at for at, line in enumerate(lines) if old.search(line))
    last = max(at for at, line in enumerate(lines) if old.search(line))
    while _count(lines, lines[first : last + 1]) > 1 and first > 0:
        first -= 1
    before = "\n".join(lines[first : last + 1])
    after = old.sub(new, before)
    change = f"<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n"
    return f"{asked[1]} is called {new} now.\n\n```edit\n{change}```\n"


def _count(lines: Sequence[str], part: Sequence[str]) -> int:
    size = len(part)
    return sum(list(lines[at : at + size]) == list(part) for at in range(len(lines) - size + 1))


def _tests(messages: Sequence[Message], fields: Mapping[str, tuple[str, ...]], language: Language) -> str:
    wish = wish_in([*fields["task"], *fields.get("remark", ())]) if language.name == "python" else None
    if wish is not None:
        return f"```python\n{assertions(wish, 'solution')}```\n"
    known = find_recorded(fields["task"][0], language.name)
    if known is not None and known.cases and language.name != "python":
        cases = [{"name": known.about, **each.model_dump()} for each in known.cases]
        return f"```json\n{json.dumps(cases, indent=1)}\n```\n"
    return _refusal(messages, "the demo model writes tests from examples such as f(2) == 4 only")


def _cannot(language: Language, *, has_remarks: bool) -> str:
    """What to try instead."""
    tasks = "; ".join(each.about for each in recorded() if language.name in each.programs)
    parts = [f"it knows by heart: {tasks}"] if tasks and not has_remarks else []
    if language.name == "python":
        parts.append("give it examples such as f(2) == 4 and f(3) == 9")
    if has_remarks:
        parts.append("it understands: rename this to that")
    hint = "; ".join(parts) or "choose another model"
    return f"this is a demo and no language model: {hint}"
