"""Who is let in, and how much."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.apps.server.rooms import GOAL, asked

from holdfast.apps.listening import bind, check_exposure, is_loopback
from holdfast.apps.server.guard import GuardSettings
from holdfast.core.errors import UserError

BODY = {"tactic_state": GOAL}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "a.localhost"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org", ""])
def test_not_this_machine_alone(host: str) -> None:
    assert not is_loopback(host)


def test_other_addresses_need_a_token() -> None:
    check_exposure(["127.0.0.1"], None)
    check_exposure(["0.0.0.0"], "secret")
    with pytest.raises(UserError, match="HOLDFAST_TOKEN"):
        check_exposure(["0.0.0.0"], None)


def test_an_address_in_use_is_the_users_mistake() -> None:
    with bind("127.0.0.1", [0]) as (first,):
        port = first.getsockname()[1]
        with pytest.raises(UserError, match=str(port)), bind("127.0.0.1", [port]):
            pass


@pytest.mark.asyncio
async def test_a_token_is_asked_for_everywhere_but_where_health_is_told(tmp_path: Path) -> None:
    async with asked(tmp_path, GuardSettings(token="good and long")) as one:
        for headers in ({}, {"Authorization": "Bearer bad"}, {"Authorization": "Bearer "}):
            answer = await one.http.post("/", json=BODY, headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "wrong_token")
            assert "good" not in answer.text
            assert (await one.http.get("/metrics", headers=headers)).status_code == 401
        good = {"Authorization": "Bearer good and long", "Host": "far.example.org"}
        assert (await one.http.post("/", json=BODY, headers=good)).status_code == 200
        assert (await one.http.get("/health")).json() == {"status": "ok"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "code"),
    [({"Host": "evil.example.org"}, "wrong_host"), ({"Origin": "https://evil.example.org"}, "wrong_origin")],
)
async def test_web_pages_from_elsewhere_are_not_answered(
    tmp_path: Path, headers: dict[str, str], code: str
) -> None:
    async with asked(tmp_path) as one:
        answer = await one.http.post("/", json=BODY, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)
        own = await one.http.post("/", json=BODY, headers={"Origin": "http://localhost:6000"})
        assert own.status_code == 200


@pytest.mark.asyncio
async def test_bodies_are_json_and_not_too_large(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    async with asked(tmp_path, GuardSettings(body_bytes=10_000)) as one:
        plain = await one.http.post("/", content=b"{}", headers={"Content-Type": "text/plain"})
        assert plain.status_code == 415
        json_type = {"Content-Type": "application/json"}
        for content in (b"x" * 10_001, pieces()):
            large = await one.http.post("/", content=content, headers=json_type)
            assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")
        for content in (
            b"",
            b"{",
            b"\xff\xfe{}",
            b'{"tactic_state": "\\ud800"}',
            b"[" * 9000,
            b"null",
            b"NaN",
        ):
            bad = await one.http.post("/", content=content, headers=json_type)
            assert bad.status_code == 400, content[:20]
            assert set(bad.json()) == {"error"}
        assert (await one.http.post("/", json=BODY)).status_code == 200


@pytest.mark.asyncio
async def test_a_body_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(3600)

    async with asked(tmp_path, GuardSettings(body_s=0.05)) as one:
        answer = await one.http.post("/", content=never(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 408


@pytest.mark.asyncio
async def test_more_than_can_be_done_is_asked_to_come_again(tmp_path: Path) -> None:
    async with asked(tmp_path, GuardSettings(in_flight=0)) as one:
        answer = await one.http.post("/", json=BODY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


@pytest.mark.asyncio
async def test_before_it_is_ready_it_says_so_and_is_alive(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        one.room.desk.state = "loading"  # nothing sets it again, once it was ready
        assert (await one.http.get("/ready")).status_code == 503
        assert (await one.http.get("/health")).status_code == 200
        answer = await one.http.post("/", json=BODY)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "loading")
        assert answer.headers["Retry-After"] == "1"


@pytest.mark.asyncio
async def test_requests_are_counted_by_route_and_status(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        await one.http.post("/", json=BODY)
        await one.http.get("/no/such/place")
        text = (await one.http.get("/metrics")).text
    assert 'holdfast_requests_total{route="/",status="200"} 1.0' in text
    assert 'holdfast_requests_total{route="other",status="404"} 1.0' in text
    assert 'holdfast_suggestions_total{mark="unchecked"}' in text
