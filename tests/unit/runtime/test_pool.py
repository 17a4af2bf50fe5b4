"""Which worker a pool lends, and when it replaces one."""

import asyncio

import pytest

from holdfast.runtime.child import Child, Limits
from holdfast.runtime.pool import Pool, PoolSettings

LONG = Limits(wall_s=60.0)


class _Started:
    """A factory of real children that remembers what it started."""

    def __init__(self) -> None:
        self.children: list[tuple[str, Child]] = []

    async def __call__(self, key: str) -> Child:
        child = Child(["cat"], name=key, delimiter=b"\n")
        self.children.append((key, child))
        return child

    def keys(self) -> list[str]:
        return [key for key, _ in self.children]

    def alive(self) -> list[str]:
        return [key for key, child in self.children if child.alive]


async def _use(pool: Pool[Child], key: str, times: int = 1) -> int:
    async with pool.lease(key) as child:
        for _ in range(times):
            await child.request(b"x\n", limits=LONG)
        return child.pid


@pytest.mark.asyncio
async def test_the_worker_that_has_the_key_loaded_is_lent_again() -> None:
    start = _Started()
    async with Pool(start, PoolSettings(size=2)) as pool:
        first = await _use(pool, "a")
        await _use(pool, "b")
        assert await _use(pool, "a") == first
        assert start.keys() == ["a", "b"]
    assert start.alive() == []


@pytest.mark.asyncio
async def test_the_one_idle_for_longest_makes_room() -> None:
    start = _Started()
    async with Pool(start, PoolSettings(size=2)) as pool:
        for key in ("a", "b", "a", "c"):
            await _use(pool, key)
        assert start.alive() == ["a", "c"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("settings", "count"),
    [
        (PoolSettings(requests=2), 2),
        (PoolSettings(age_s=1e-9), 3),
        (PoolSettings(rss_mb=0.001), 3),
        (PoolSettings(), 1),
    ],
    ids=["requests", "age", "memory", "fresh"],
)
async def test_a_worn_worker_is_replaced(settings: PoolSettings, count: int) -> None:
    start = _Started()
    async with Pool(start, settings) as pool:
        for _ in range(3):
            await _use(pool, "a")
        assert len(start.children) == count


@pytest.mark.asyncio
async def test_a_broken_worker_is_replaced() -> None:
    start = _Started()
    async with Pool(start) as pool:
        with pytest.raises(TimeoutError):
            async with pool.lease("a") as child:
                await asyncio.wait_for(child.request(b"no end", limits=LONG), 0.05)
        await _use(pool, "a")
        assert start.alive() == ["a"]
        assert len(start.children) == 2


@pytest.mark.asyncio
async def test_no_more_workers_than_places() -> None:
    start = _Started()
    async with Pool(start, PoolSettings(size=2)) as pool:
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(_use(pool, str(number % 3), 3))
        assert len(start.alive()) <= 2
    assert start.alive() == []


@pytest.mark.asyncio
async def test_a_factory_that_fails_gives_its_place_back() -> None:
    calls: list[str] = []
    start = _Started()

    async def factory(key: str) -> Child:
        calls.append(key)
        if len(calls) == 1:
            raise OSError("no")
        return await start(key)

    async with Pool(factory) as pool:
        with pytest.raises(OSError, match="no"):
            await _use(pool, "a")
        await _use(pool, "a")
        assert calls == ["a", "a"]
