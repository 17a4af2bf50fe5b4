"""Calls at the same time."""

import asyncio

import pytest

from holdfast.core.errors import ModelError
from holdfast.models.together import together


@pytest.mark.asyncio
async def test_results_come_in_order() -> None:
    async def after(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return turns

    assert await together(after(turns) for turns in (3, 1, 2)) == [3, 1, 2]
    assert await together([]) == []


@pytest.mark.asyncio
async def test_the_first_error_is_raised_bare_and_ends_the_others() -> None:
    ended: list[str] = []

    async def fails() -> str:
        await asyncio.sleep(0)
        raise ModelError("no")

    async def waits() -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("ended")
        return "never"

    with pytest.raises(ModelError, match="no"):
        await together([waits(), together_of(fails())])
    assert ended == ["ended"]


async def together_of(call: object) -> str:
    (result,) = await together([call])  # type: ignore[list-item]
    return str(result)
