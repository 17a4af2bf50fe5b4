"""The red-team corpus, and how it is counted.

What is measured is structure, which holds whatever model is asked: no text of a user or of a program leaves
its field, none stands in the system's turn, and what a turned model writes is not taken for a good program.
How often a given model is talked into something is a property of that model, and is not measured here.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.coding.answers import read_answer
from holdfast.coding.asking import Asked, ask, fields_in
from holdfast.coding.languages import LANGUAGES
from holdfast.coding.records import Answer, Request

__all__ = ["CHANNELS", "Tried", "answers", "inputs", "outcome"]

CHANNELS = ("task", "remark", "program", "output", "answer")
"""Where a hostile text can stand in what a model is asked."""
_CORPUS: Mapping[str, Any] = tomllib.loads(
    Path(__file__).with_name("red_team.toml").read_text(encoding="utf-8")
)
_OPEN = "ATTACK"


@dataclass(frozen=True, slots=True)
class Tried:
    """One attack in one place."""

    name: str
    channel: str
    held: bool
    detail: str = ""


def inputs() -> Iterator[Tried]:
    """Every hostile text in every place of a prompt."""
    for each in _CORPUS["inputs"]:
        for channel in CHANNELS:
            yield _tried(each["name"], each["text"], channel)


def answers() -> Iterator[Tried]:
    """Every hostile answer."""
    asked = _asked("task", "add")
    for each in _CORPUS["answers"]:
        text = each["text"].replace("{mark}", asked.mark).replace("{canary}", asked.canary)
        text = text.replace("{deep}", f"x = {'(' * 20_000}")
        answer = read_answer(text, asked, LANGUAGES["python"])
        found = outcome(answer)
        yield Tried(each["name"], "model", found == each["wanted"], found)


def outcome(answer: Answer) -> str:
    """What became of an answer, in a word of the corpus."""
    if answer.refusal is not None:
        return "refused"
    if not answer.good:
        return "error"
    return "warning" if answer.findings else "plain"


def _asked(channel: str, text: str) -> Asked:
    fields: dict[str, Any] = {"task": "add", "reference": "x = 1", "feedback": ("first", "second")}
    output = answer = "nothing"
    match channel:
        case "task":
            fields["task"] = text
        case "remark":
            fields["feedback"] = ("first", text)
        case "program":
            fields["reference"] = text
        case "output":
            output = text
        case _:
            answer = text
    purpose = {"output": "repair", "answer": "review"}.get(channel, "adjust")
    request = Request(model="m", language="python", **fields)
    return ask(request, purpose, title="Python", fence="python", output=output, answer=answer)  # type: ignore[arg-type]


def _tried(name: str, text: str, channel: str) -> Tried:
    asked = _asked(channel, text)
    system, *turns = asked.messages
    said = "\n".join(turn.text for turn in turns)
    fields = fields_in(asked.messages)
    faults = {
        "it stands in the rules": _OPEN in system.text,
        "the rules are not one turn": [each.role for each in asked.messages] != ["system", "user"],
        "it stands outside of its field": _OPEN in _outside(said, asked.mark),
        "it does not stand in its field": all(_OPEN not in field for field in fields.get(channel, ())),
        "it makes a field": sum(map(len, fields.values())) != said.count(f"<<{asked.mark} end "),
        "it knows the word": asked.canary in said,
        "what nobody sees is told": any(ord(letter) < 32 and letter not in "\n\t\r" for letter in said),
    }
    detail = next((fault for fault, found in faults.items() if found), "")
    return Tried(name, channel, not detail, detail)


def _outside(said: str, mark: str) -> str:
    """What stands outside of all fields, as whoever reads line by line sees it."""
    outside: Sequence[str] = ()
    inside = False
    for line in said.split("\n"):
        if line.startswith(f"<<{mark} end "):
            inside = False
        elif line.startswith(f"<<{mark} "):
            inside = True
        elif not inside:
            outside = (*outside, line)
    return "\n".join(outside)
