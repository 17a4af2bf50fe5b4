"""The toy's page: its example runs and prints what the page says, its file has the holes that it names."""

import asyncio
import re
from pathlib import Path

import pytest

from holdfast.checkers.toy.checker import ToyChecker
from holdfast.core.documents import Source

PAGE = (Path(__file__).parents[4] / "docs" / "toy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = [body for language, body in BLOCKS if language == "python"]
    exec(compile(code, "docs/toy.md", "exec"), {})
    assert capsys.readouterr().out == BLOCKS[-1][1]


def test_the_file_on_the_page_is_read_to_its_end() -> None:
    source = Source("page.toy", BLOCKS[0][1])
    checker = ToyChecker()

    async def read() -> None:
        async with checker.open(source) as reader:
            await reader.finish()

    asyncio.run(read())
    assert [hole.name for hole in checker.holes(source)] == ["swap", "later"]
