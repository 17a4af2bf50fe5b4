"""A model server that grows a library of drawings from what stands in the prompts, and tasks for it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfast.library.boards.foundation.hexboard import Game, Tile, ring

_FLOWER = re.compile(r"a (\w+) flower with a (\w+) heart at row (\d+), column (\d+)")
_NUMBERED = re.compile(r"^(\d+)\.\s+(?:\*\s+)?(.*)$", re.MULTILINE)

FLOWER = '''```python
def flower(middle: Tile, petals: str, heart: str) -> None:
    """Paint a ring of petals around a heart.

    >>> with Game() as game:
    ...     flower(Tile(5, 5), "red", "yellow")
    >>> sum(color > 0 for color in game.board_state)
    7
    """
    ring(middle).draw(petals)
    middle.draw(heart)
```
'''
SPIN = '''```python
def spin(middle: Tile) -> int:
    """Turn for ever.

    >>> spin(Tile(1, 1))
    1
    """
    while True:
        pass
```
'''
LEAK = '''```python
def leak(middle: Tile) -> str:
    """Read a file.

    >>> leak(Tile(1, 1))
    ''
    """
    return open("/etc/passwd").read()
```
'''
SIGNATURES = {
    "flower": "(middle: Tile, petals: str, heart: str) -> None",
    "spin": "(middle: Tile) -> int",
    "leak": "(middle: Tile) -> str",
}
BODIES = {"flower": FLOWER, "spin": SPIN, "leak": LEAK}


def flower_task(number: int, prefix: str) -> dict[str, Any]:
    """A drawing of two flowers, with a program over the foundation."""
    steps, pieces = [], []
    with Game() as game:
        for at in range(2):
            row, column = 2 + (number * 3 + at * 5) % 7, 2 + (number * 5 + at * 9) % 15
            petals, heart = ("red", "blue", "green", "purple")[(number + at) % 4], ("yellow", "black")[at]
            ring(Tile(row, column)).draw(petals)
            Tile(row, column).draw(heart)
            text = f"Paint a {petals} flower with a {heart} heart at row {row}, column {column}."
            steps.append({"instruction": text, "output_state": game.board_state})
            pieces.append(_long(petals, heart, str(row), str(column)))
    return {"task_id": f"{prefix}{number}", "group": f"g{number % 4}", "steps": steps, "program": pieces}


def write_tasks(folder: Path, count: int = 8) -> tuple[Path, Path]:
    """A file of training tasks and one of validation tasks."""
    train, validation = folder / "train.jsonl", folder / "validation.jsonl"
    train.write_text("".join(json.dumps(flower_task(n, "t")) + "\n" for n in range(count)))
    held = [flower_task(n, "v") for n in range(20, 23)]
    validation.write_text("".join(json.dumps(each) + "\n" for each in held))
    return train, validation


def written(prompt: str) -> str:
    """What a good model answers, beside two functions that are none."""
    if "People wrote the instructions below" in prompt:
        numbers = numbers_after(prompt, "# Instructions")
        return json.dumps({"functions": [idea(name, serves=numbers) for name in BODIES]})
    if "were proposed for one library" in prompt:
        listed = list(_NUMBERED.finditer(prompt.partition("# Proposed")[2]))
        merged = [
            idea(name, merges=[int(each[1]) for each in listed if each[2].startswith(name)])
            for name in BODIES
        ]
        return json.dumps({"functions": merged})
    if "drawn at random" in prompt:
        return json.dumps({"changes": []})
    if "Write this function or class" in prompt:
        name = prompt.partition("library below:\n\n")[2].partition("(")[0]
        return BODIES[name]
    if "has a new function" in prompt:
        return "\n".join(_uses(prompt))
    if "would have prevented such failures" in prompt:
        return json.dumps({"functions": []})
    return _solved(prompt)


def numbers_after(prompt: str, heading: str) -> list[int]:
    """The numbers of a list that stands behind a heading."""
    return [int(each[1]) for each in _NUMBERED.finditer(prompt.partition(heading)[2])]


def idea(name: str, **more: object) -> dict[str, object]:
    """A function as models propose it."""
    signature = SIGNATURES.get(name, SIGNATURES["flower"])
    return {"name": name, "signature": signature, "purpose": f"What {name} says.", **more}


def _uses(prompt: str) -> Iterator[str]:
    for part in prompt.split("## Task ")[1:]:
        yield f"```python\n# task {part.split()[0]}\n{_steps(part, short=True)}```\n"


def _solved(prompt: str) -> str:
    instructions = prompt.partition("# Instructions")[2]
    return f"```python\n{_steps(instructions, short='## `flower`' in prompt)}```"


def _steps(text: str, *, short: bool) -> str:
    code = ""
    for number, found in enumerate(_FLOWER.finditer(text), 1):
        petals, heart, row, column = found.groups()
        line = f'flower(Tile({row}, {column}), "{petals}", "{heart}")' if short else _long(*found.groups())
        code += f"# step {number}\n{line}\n"
    return code


def _long(petals: str, heart: str, row: str, column: str) -> str:
    return f'ring(Tile({row}, {column})).draw("{petals}")\nTile({row}, {column}).draw("{heart}")'
