"""Retries, waits and the circuit breaker."""

import pytest

from holdfast.core.errors import (
    BadAnswerError,
    ModelBusyError,
    ModelError,
    ModelKeyError,
    ModelLoadingError,
    ModelUnreachableError,
)
from holdfast.models.patience import Patience, PatienceSettings

QUICK = PatienceSettings(attempts=3, first_wait_s=0.001, longest_wait_s=0.002, failures=4, pause_s=30.0)


class Server:
    """Fails as it is told, then works."""

    def __init__(self, *errors: ModelError) -> None:
        self.errors = list(errors)
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return "well"


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [ModelUnreachableError("x"), ModelBusyError("x"), ModelLoadingError("x")])
async def test_what_may_pass_is_tried_again(error: ModelError) -> None:
    server = Server(error, error)
    assert await Patience(QUICK).call(server) == "well"
    assert server.asked == 3
    with pytest.raises(type(error)):
        await Patience(QUICK).call(Server(error, error, error))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "error", [ModelKeyError("x"), BadAnswerError("x"), ModelBusyError("x", retry_after_s=61)]
)
async def test_what_does_not_pass_is_not_tried_again(error: ModelError) -> None:
    server = Server(error)
    with pytest.raises(type(error)):
        await Patience(QUICK).call(server)
    assert server.asked == 1


@pytest.mark.asyncio
async def test_a_server_that_is_down_is_left_alone_for_a_while() -> None:
    now = 100.0
    patience = Patience(QUICK, clock=lambda: now)
    down = Server(*[ModelUnreachableError("x")] * 50)
    for _ in range(2):
        with pytest.raises(ModelUnreachableError):
            await patience.call(down)
    assert down.asked == 4
    with pytest.raises(ModelUnreachableError, match=r"4 times in a row.*30 s more"):
        await patience.call(down)
    assert down.asked == 4
    now = 131.0
    with pytest.raises(ModelUnreachableError, match="5 times in a row"):
        await patience.call(down)
    assert down.asked == 5, "one request tries it again"
    now = 162.0
    well = Server()
    assert await patience.call(well) == "well"
    with pytest.raises(ModelUnreachableError, match="x"):
        await patience.call(Server(*[ModelUnreachableError("x")] * 3))


@pytest.mark.asyncio
async def test_a_users_mistakes_are_not_held_against_the_server() -> None:
    patience = Patience(QUICK)
    for _ in range(10):
        with pytest.raises(ModelKeyError):
            await patience.call(Server(ModelKeyError("x")))
    assert await patience.call(Server()) == "well"
