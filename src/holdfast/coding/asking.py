"""What a model is asked: rules in the system's turn, and what users wrote in fields that they cannot end.

Pure functions on text. A field stands between lines with a word that is drawn for each request and occurs in
nothing that the request holds, so that no text can pass for the end of its field or the begin of another.
"""

import re
import secrets
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

from holdfast.coding.records import Limits, Request
from holdfast.core.completions import Message
from holdfast.core.errors import UserError

__all__ = ["Asked", "Prompts", "Purpose", "ask", "ask_whole", "check_sizes", "fields_in", "load_prompts"]

Purpose = Literal["generate", "adjust", "repair", "tests_python", "tests_cases", "review"]

VERSION = "code.v1"
"""The prompts that are in use; a published version never changes."""
_PLACE = re.compile(r"\{(\w+)\}")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
"""Controls, changes of direction, and tags: what a model reads and a person does not see."""
_FIELD = r"^<<{mark} (task|program|remark \d+|output|answer)>>\n(.*?)\n<<{mark} end \1>>$"


class Prompts(BaseModel):
    """One version of all that models are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str
    system: str
    generate: str
    adjust: str
    whole: str
    repair: str
    tests_python: str
    tests_cases: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A conversation to send, and what tells its answer apart from anything that a user wrote."""

    messages: tuple[Message, ...]
    mark: str
    """Part of the name of the block that a refusal stands in; drawn for this request."""
    canary: str
    """Stands in the rules alone: an answer that holds it repeats them."""


@cache
def load_prompts(name: str = VERSION) -> Prompts:
    """The prompts that ship under a name. Raises UserError where there are none."""
    file = resources.files("holdfast.coding").joinpath("prompts", f"{name}.toml")
    if not file.is_file():
        raise UserError(f"there are no prompts {name}: {VERSION} is in use")
    return Prompts.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def check_sizes(request: Request) -> None:
    """Raise UserError where a text of a request is empty or longer than its limit."""
    limits = request.limits
    if not request.task.strip():
        raise UserError("the task is empty: say what the program has to do")
    sizes = [
        ("task", request.task, limits.task_chars),
        ("program", request.reference or "", limits.code_chars),
    ]
    sizes += [("remark", text, limits.feedback_chars) for text in request.feedback]
    for what, text, most in sizes:
        if len(text) > most:
            raise UserError(
                f"the {what} has {len(text)} characters, and at most {most} are taken: shorten it"
            )


def ask(
    request: Request,
    purpose: Purpose,
    *,
    title: str,
    fence: str,
    output: str = "",
    answer: str = "",
    draw: Callable[[], str] | None = None,
    prompts: Prompts | None = None,
) -> Asked:
    """The conversation for a request.

    Args:
        request: checked by `check_sizes`.
        purpose: which of the prompts.
        title: the language, as people write it.
        fence: the word that blocks of the language are fenced with.
        output: what tests said, for `repair`.
        answer: what another model wrote, for `review`.
        draw: makes an unguessable word; `secrets` unless a test says otherwise.
        prompts: what models are told; the newest version where None.
    """
    prompts = prompts or load_prompts()
    texts = [request.task, *request.feedback, request.reference or "", output, answer]
    draw = draw or _word
    mark, canary = _fresh(draw, texts), _fresh(draw, texts)
    fields = {
        "task": _field(mark, "task", request.task),
        "reference": _field(mark, "program", request.reference or ""),
        "feedback": _remarks(mark, request.feedback, request.limits),
        "failure": _field(mark, "output", _clipped(output, request.limits.feedback_chars)),
        "answer": _field(mark, "answer", answer),
    }
    words = {"title": title, "fence": fence, "mark": mark, "canary": canary}
    turn: str = getattr(prompts, purpose)
    system = _filled(prompts.system, words)
    return Asked(
        messages=(Message("system", system), Message("user", _filled(turn, words | fields))),
        mark=mark,
        canary=canary,
    )


def ask_whole(asked: Asked, text: str, problem: str, *, fence: str, prompts: Prompts | None = None) -> Asked:
    """The same conversation gone on with: the answer `text` held changes that do not fit."""
    prompts = prompts or load_prompts()
    turn = _filled(prompts.whole, {"problem": problem, "fence": fence})
    messages = (*asked.messages, Message("assistant", text), Message("user", turn))
    return Asked(messages=messages, mark=asked.mark, canary=asked.canary)


def fields_in(messages: Sequence[Message]) -> Mapping[str, tuple[str, ...]]:
    """The fields of a conversation by name (`task`, `program`, `remark`, `output`, `answer`), in order.

    For models that are no language models, and for tests. Fields are told by the word that the system's turn
    names, never by how they look.
    """
    named = re.search(r"<<(\w+) NAME>>", messages[0].text) if messages else None
    found: dict[str, tuple[str, ...]] = {}
    if named is None:
        return found
    field = re.compile(_FIELD.replace("{mark}", named[1]), re.DOTALL | re.MULTILINE)
    for message in messages[1:]:
        for match in field.finditer(message.text) if message.role == "user" else ():
            name = match[1].partition(" ")[0]
            found[name] = (*found.get(name, ()), match[2])
    return found


def _word() -> str:
    return f"k{secrets.token_hex(8)}"


def _fresh(draw: Callable[[], str], texts: Sequence[str]) -> str:
    """A word that stands in none of the texts."""
    while True:
        word = draw()
        if not any(word in text for text in texts):
            return word


def _filled(template: str, values: Mapping[str, str]) -> str:
    # All at once: a task in which `{reference}` stands is left alone.
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template).strip()


def _field(mark: str, name: str, text: str) -> str:
    return f"<<{mark} {name}>>\n{_UNSEEN.sub(' ', text)}\n<<{mark} end {name}>>"


def _remarks(mark: str, feedback: Sequence[str], limits: Limits) -> str:
    """The remarks, each in a field of its own: the newest, the first, and of the others what fits."""
    last = len(feedback) - 1
    left = limits.feedback_total_chars
    kept: list[int] = []
    for at in dict.fromkeys((last, 0, *range(last - 1, 0, -1))) if feedback else ():
        left -= len(feedback[at])
        if left < 0 and at not in {0, last}:
            break
        kept.append(at)
    fields = [_field(mark, f"remark {at + 1}", feedback[at]) for at in sorted(kept)]
    if len(kept) < len(feedback):
        fields.insert(
            1, f"({len(feedback) - len(kept)} remarks between the first and the next are left out.)"
        )
    return "\n\n".join(fields)


def _clipped(text: str, most: int) -> str:
    """The begin and the end of a text that is too long."""
    if len(text) <= most:
        return text
    half = max(most // 2 - 20, 0)
    return f"{text[:half]}\n[...]\n{text[len(text) - half :]}" if half else ""
