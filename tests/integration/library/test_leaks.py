"""Whatever a model is sent in a whole run: nothing that is wanted of a validation task is in it."""

import asyncio
import base64
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.chain_writer import answered
from tests.e2e.library_writer import FLOWER, flower_task, idea, numbers_after, write_tasks, written
from tests.http_server import Asked, Said, serving

from holdfast.apps.library import LibraryConfig, open_findings
from holdfast.library.boards.foundation.hexboard import COLORS, COLUMNS, Game, Tile, column, ring
from holdfast.library.boards.foundation.hexboard.pictures import png as indexed_png
from holdfast.library.boards.foundation.hexboard.pictures import svg
from holdfast.library.stages.experiment import LAST, Experiment
from holdfast.library.stages.pictures import as_url, png
from holdfast.library.stages.settings import StageSettings
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sinks import NullSink

Board = list[int]
PLACES = (("red", "yellow", 3, 6), ("green", "black", 7, 11), ("blue", "yellow", 6, 15))
"""Flowers of the validation tasks: one is drawn as it should be, one by a program that stops, one wrongly."""


def held_out(number: int) -> dict[str, Any]:
    """A validation task that begins with a column which is painted."""
    petals, heart, row, at = PLACES[number]
    with Game() as game:
        column(number + 1).draw("orange")
        start = game.board_state
        ring(Tile(row, at)).draw(petals)
        Tile(row, at).draw(heart)
    text = f"Paint a {petals} flower with a {heart} heart at row {row}, column {at}."
    program = f'ring(Tile({row}, {at})).draw("{petals}")\nTile({row}, {at}).draw("{heart}")\nTile(1, 1)'
    step = {"instruction": text, "input_state": start, "output_state": game.board_state}
    return {"task_id": f"held{number}", "group": "h", "steps": [step], "program": [program]}


class Spy:
    """Finds what is wanted of a task in requests, in whatever form."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        (step,) = task["steps"]
        self.board: Board = step["output_state"]
        changed = [at for at, new in enumerate(self.board) if new != step["input_state"][at]]
        self.cells = {(at // COLUMNS + 1, at % COLUMNS + 1) for at in changed}
        self.places = {(at, self.board[at]) for at in changed}
        self.part = self.board[changed[0] : changed[-1] + 1]
        self.program: str = task["program"][0]
        self.panels = [png(svg(self.board)), indexed_png(self.board)]

    def finds(self, texts: Sequence[str]) -> set[str]:
        """The forms in which it is there."""
        found = set()
        for text in texts:
            if text.startswith("data:image/png;base64,"):
                image = base64.b64decode(text.partition(",")[2])
                found |= {"picture" for panel in self.panels if within(panel, image)}
                continue
            if "".join(map(str, self.part)) in re.sub(r"\D", "", text):
                found.add("numbers")
            words = re.findall("|".join(COLORS), text)
            if " ".join(COLORS[each] for each in self.part) in " ".join(words):
                found.add("colors")
            pairs = {(int(a), int(b)) for a, b in re.findall(r"(?<!\d)(\d+)\W{1,4}(?=(\d+))", text)}
            found |= {"cells"} if self.cells <= pairs else set()
            found |= {"indices"} if self.places <= pairs else set()
            if "".join(self.program.split()) in "".join(text.split()):
                found.add("program")
            if svg(self.board) in text:
                found.add("drawing")
        return found


def within(panel: bytes, image: bytes) -> bool:
    """Whether a picture is the panel, or has it somewhere in it."""
    if image == panel:
        return True
    (width, rows), (_, lines) = pixels(panel), pixels(image)
    assert width
    for top in range(len(lines) - len(rows) + 1):
        at = lines[top].find(rows[0])
        while at >= 0:
            if all(lines[top + down][at : at + len(row)] == row for down, row in enumerate(rows)):
                return True
            at = lines[top].find(rows[0], at + 1)
    return False


def pixels(image: bytes) -> tuple[int, list[bytes]]:
    """Width, and lines, of a PNG whose lines are stored as they are."""
    width, height, _, kind = struct.unpack(">IIBB", image[16:26])
    data, at = b"", 8
    while at < len(image):
        (length,) = struct.unpack(">I", image[at : at + 4])
        if image[at + 4 : at + 8] == b"IDAT":
            data += image[at + 8 : at + 8 + length]
        at += length + 12
    raw, size = zlib.decompress(data), width * {2: 3, 3: 1}[kind] + 1
    return width, [raw[line * size + 1 : (line + 1) * size] for line in range(height)]


def texts_in(value: object) -> Iterator[str]:
    """All texts of a request."""
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield str(key)
                yield from texts_in(each)
        case list():
            for each in value:
                yield from texts_in(each)
            if value and all(isinstance(each, int) for each in value):
                yield json.dumps(value)


def beside(left: bytes, right: bytes) -> str:
    """Two pictures side by side, as a request has one."""
    (width, one), (more, other) = pixels(left), pixels(right)
    lines = b"".join(b"\0" + a + b for a, b in zip(one, other, strict=True))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width + more, len(one), 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    )
    whole = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return "data:image/png;base64," + base64.b64encode(whole).decode()


_LEAKS: Mapping[str, Callable[[Spy], object]] = {
    "numbers": lambda spy: f"The board is {json.dumps(spy.board)}.",
    "numbers without commas": lambda spy: "".join(map(str, spy.board)),
    "numbers of a request": lambda spy: {"board": spy.board},
    "numbers by rows": lambda spy: "\n".join(
        " ".join(map(str, spy.board[at : at + COLUMNS])) for at in range(0, 180, COLUMNS)
    ),
    "colors": lambda spy: ", ".join(COLORS[each] for each in spy.board),
    "cells": lambda spy: ", ".join(f"Tile({row}, {at})" for row, at in sorted(spy.cells)),
    "cells as tuples": lambda spy: str(sorted(spy.cells)),
    "indices": lambda spy: json.dumps(sorted(spy.places)),
    "program": lambda spy: spy.program.replace("\n", "\n    "),
    "drawing": lambda spy: svg(spy.board),
    "picture": lambda spy: {"image_url": {"url": as_url(svg(spy.board))}},
    "picture beside another": lambda spy: beside(png(svg([0] * 180)), png(svg(spy.board))),
}


def test_what_leaked_would_be_found() -> None:
    spy, other = Spy(held_out(1)), Spy(held_out(2))
    for form, leak in _LEAKS.items():
        leaked = list(texts_in({"messages": [{"role": "user", "content": leak(spy)}]}))
        assert form.split()[0] in spy.finds(leaked), form
        assert not other.finds(leaked), form


def answer(prompt: str) -> str:
    """Right, stopped by a fault until that is told, wrong, or proposing, by what is asked."""
    if "would have prevented such failures" in prompt:
        serves = numbers_after(prompt, "# Instructions")
        return json.dumps({"functions": [idea("blossom", serves=serves)]})
    if "Write this function or class" in prompt and "blossom(" in prompt:
        return FLOWER.replace("flower", "blossom")
    code = written(prompt)
    if "Write the program for the instructions" not in prompt:
        return code
    wanted = prompt.partition("# Instructions")[2]
    if "green flower" in wanted and "did not work" not in wanted:
        return code.replace("# step 1\n", "# step 1\nTile(0)\n", 1)
    return code.replace('"blue"', '"black"') if "blue flower" in wanted else code


def test_nothing_that_is_wanted_of_a_validation_task_is_sent(tmp_path: Path, sandbox: Sandbox) -> None:
    train, validation = write_tasks(tmp_path)
    tasks = [held_out(number) for number in range(len(PLACES))]
    validation.write_text("".join(json.dumps(each) + "\n" for each in tasks), "utf-8")

    def say(asked: Asked) -> Said:
        content = asked.body["messages"][-1]["content"]
        return answered(answer(content if isinstance(content, str) else content[0]["text"]))

    async def work() -> list[Asked]:
        async with serving(say) as running:
            config = LibraryConfig(
                experiment_name="e",
                output_dir=tmp_path,
                train_set=train,
                validation_set=validation,
                proposers=(),
                model=f"{running.url}/v1?model=writer",
                stages=StageSettings(
                    refinement_iterations=1, max_extension_cycles=1, vision=True, held_out=0, cpu_s=1.0
                ),
            )
            async with open_findings(config, sandbox, {}, NullSink()) as findings:
                await Experiment(findings).run(LAST)
                assert {each.held for each in findings.arms["learned"]} == {True, False}
                assert max(each.spent.executions for each in findings.arms["learned"]) == 2
            return running.asked

    requests = [list(texts_in(each.body)) for each in asyncio.run(work())]
    whole = "\n".join(text for texts in requests for text in texts)
    # Every kind of question was asked, one about a program that stopped among them.
    for words in (
        "People wrote the instructions",
        "drawn at random",
        "Write this function",
        "has a new function",
    ):
        assert words in whole
    assert "A program that did not work" in whole
    assert "would have prevented such failures" in whole
    for task in tasks:
        (step,) = task["steps"]
        assert step["instruction"] in whole
        assert as_url(svg(step["input_state"])) in whole
        spy = Spy(task)
        assert [found for texts in requests if (found := spy.finds(texts))] == []
    # What is wanted of training tasks may be shown, and is: the search does find what is there.
    shown = flower_task(0, "t")["steps"][-1]["output_state"]
    assert as_url(svg(shown)) in whole
