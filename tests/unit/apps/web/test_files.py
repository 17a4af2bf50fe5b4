"""Files of pages are asked for once, and told to all alike; what is no whole file is not kept."""

import pytest
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from holdfast.apps.web.files import KeptFiles

LARGE = 100


class Files:
    """Tells with each answer how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        path = scope["path"]
        status = 404 if "missing" in path else 200
        await send({"type": "http.response.start", "status": status, "headers": [(b"etag", b"1")]})
        body = b"x" * LARGE if "large" in path else str(self.asked).encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        if "broken" not in path:
            await send({"type": "http.response.body", "body": b"."})


async def ask(files: KeptFiles, path: str, method: str = "GET", query: bytes = b"", **more: str) -> str:
    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in more.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": headers}
    said: list[str] = []

    async def receive() -> Message:
        raise AssertionError("there is nothing to read")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("x-added", "later")
            said.append(f"{message['status']} {len(message['headers'])} ")
        else:
            said.append(message["body"].decode())

    await files(scope, receive, send)
    return "".join(said)


@pytest.mark.asyncio
async def test_a_file_is_asked_for_once_by_those_who_understand_the_same() -> None:
    files = KeptFiles(Files(), "/files/", "/files/changing/")
    plain = [await ask(files, "/files/a.js") for _ in range(3)]
    zipped = [await ask(files, "/files/a.js", accept_encoding="gzip, br") for _ in range(2)]
    assert (plain, zipped) == (["200 2 1."] * 3, ["200 2 2."] * 2)


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/app"},
        {"path": "/files/changing/a.js"},
        {"path": "/files/missing.js"},
        {"path": "/files/broken.js"},
        {"path": "/files/a.js", "method": "HEAD"},
        {"path": "/files/a.js", "query": b"t=1"},
        {"path": "/files/a.js", "range": "bytes=0-1"},
        {"path": "/files/a.js", "if_none_match": "1"},
    ],
)
@pytest.mark.asyncio
async def test_what_may_be_another_answer_the_next_time_is_asked_for_again(asked: dict[str, str]) -> None:
    app = Files()
    files = KeptFiles(app, "/files/", "/files/changing/")
    for times in (1, 2):
        await ask(files, **asked)
        assert app.asked == times


@pytest.mark.asyncio
async def test_no_more_is_kept_than_there_is_room_for() -> None:
    app = Files()
    files = KeptFiles(app, "/files/", "/files/changing/", most_bytes=LARGE)
    for path in ("/files/large.js", "/files/small.js", "/files/large.js", "/files/small.js"):
        await ask(files, path)
    assert app.asked == 3
