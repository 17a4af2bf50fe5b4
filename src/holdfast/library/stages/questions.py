"""The questions of the stages: prompts are files, their names end in a version, and never change again."""

import tomllib
from collections.abc import Sequence
from importlib import resources

from holdfast.library.records import Task
from holdfast.library.stages.ideas import Idea, Instruction
from holdfast.library.stages.settings import StageSettings
from holdfast.pipelines.dataset.prompting import Prompt

__all__ = [
    "load_question",
    "numbered_ideas",
    "numbered_instructions",
    "pictures_text",
    "seen_of",
    "task_text",
]


def load_question(name: str, settings: StageSettings) -> Prompt:
    """A prompt that ships, by its name with the version, drawn from as the settings say."""
    file = resources.files("holdfast.library.stages").joinpath("prompts", f"{name}.toml")
    prompt = Prompt.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    told = {"temperature": settings.temperature, "max_tokens": settings.max_tokens}
    return prompt.model_copy(update={key: value for key, value in told.items() if value is not None})


def numbered_instructions(shown: Sequence[Instruction]) -> str:
    """A line for each."""
    return "\n".join(f"{number}. {' '.join(each.text.split())}" for number, each in enumerate(shown, 1))


def numbered_ideas(shown: Sequence[Idea]) -> str:
    """A line for each, with how many ask for it."""
    return "\n".join(
        f"{number}. {each.name}{each.signature}: {each.purpose}"
        f" ({len(each.support)} instructions of {len(each.tasks)} tasks)"
        for number, each in enumerate(shown, 1)
    )


def seen_of(shown: Sequence[Instruction], most: int) -> list[tuple[int, Instruction]]:
    """The last instruction of each of the first tasks that are shown, with its number."""
    last = {each.task: (number, each) for number, each in enumerate(shown, 1)}
    return list(last.values())[:most]


def pictures_text(numbers: Sequence[int]) -> str:
    """A sentence on what pictures show, behind a list of instructions."""
    listed = ", ".join(map(str, numbers))
    return f"\n\nThe pictures show what there was after instructions {listed}, in this order."


def task_text(task: Task) -> str:
    """The instructions of a task, a line for each step, and nothing of what is wanted."""
    return "\n".join(
        f"{number}. {' '.join(step.instruction.split())}" for number, step in enumerate(task.steps, 1)
    )
