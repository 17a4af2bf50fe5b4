import asyncio


async def later(x):
    """
    >>> asyncio.run(later(2))
    3
    """
    await asyncio.sleep(0)
    return x + 1


def all_later(xs):
    """
    >>> all_later([1, 2])
    [2, 3]
    """

    async def run():
        return await asyncio.gather(*(later(x) for x in xs))

    return asyncio.run(run())
