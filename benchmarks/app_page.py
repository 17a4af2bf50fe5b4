"""The code app in Chromium: how often a long answer is shown, what that costs, how soon Stop stops.

python benchmarks/app_page.py [--json OUT] [--per-s N]

An answer of 50,000 pieces comes at a steady rate from a server (`paced`), and as fast as it is read from a
recording (`replay`). Updates are counted in the browser, where text appears; CPU time is that of the app's
process, from /proc, without the browser's and the model's. The bars: at least 10 updates a second, and less
than 1 CPU-second for 1,000 pieces; Stop reaches the model within 0.5 s.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from holdfast.runtime.loops import LoopThread

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.e2e.web.studio import (
    LONG,
    WAIT_MS,
    WATCH,
    Running,
    Tab,
    choose_model,
    chunk,
    recording_pieces,
    running,
    tab_of,
)

_TOGETHER = 25
"""Pieces that the paced server sends at once."""
_UPDATES_PER_S = 10
_CPU_S = 1.0
_STOP_S = 0.5


async def _paced(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, per_s: float) -> None:
    """One chat, answered at a steady rate."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
    if "/models " in head:
        body = json.dumps({"object": "list", "data": [{"id": "paced", "object": "model"}]})
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    pieces = recording_pieces(LONG)
    began = time.perf_counter()
    for at in range(0, len(pieces), _TOGETHER):
        writer.write("".join(map(chunk, pieces[at : at + _TOGETHER])).encode())
        await writer.drain()
        await asyncio.sleep(max(0.0, began + at / per_s - time.perf_counter()))
    writer.write((chunk("", "stop") + "data: [DONE]\n\n").encode())
    writer.close()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stream(tab: Tab, app: Running, model: str) -> dict[str, Any]:
    """One long answer."""
    tab.new()
    choose_model(tab, model)
    tab.page.evaluate(WATCH)
    before = _cpu_s(app.pid)
    tab.ask("everything", version=1)
    cpu_s = _cpu_s(app.pid) - before
    seen = tab.page.evaluate("window.seen")
    took_s = (seen["last"] - seen["first"]) / 1000
    return {
        "pieces": LONG,
        "shown_s": round(took_s, 2),
        "updates": seen["updates"],
        "updates_per_s": round(seen["updates"] / took_s, 1) if took_s else None,
        "longest_gap_s": round(seen["gap"] / 1000, 2),
        "cpu_s_per_1000": round(cpu_s / LONG * 1000, 3),
    }


def stop(tab: Tab, app: Running, repeats: int) -> dict[str, Any]:
    """From the click until the model's server sees that nobody listens, in seconds."""
    found: list[float] = []
    for _ in range(repeats):
        tab.new()
        if not found:  # those that follow take the model of this one
            choose_model(tab, "scripted")
        app.model.left.clear()
        tab.ask("[[half = 1\nHOLD]]", version=None)
        expect(tab.page.locator(".live-text")).to_contain_text("half = 1")
        began = time.perf_counter()
        tab.button("Stop").first.click()
        while not app.model.left.is_set():
            time.sleep(0.002)
        found.append(round(time.perf_counter() - began, 3))
        expect(tab.page.get_by_text("You stopped it.")).to_be_visible()
    return {"seconds": sorted(found)}


def measure(browser: Browser, per_s: float) -> dict[str, Any]:
    """Everything, in one app."""
    with LoopThread("paced") as thread, tempfile.TemporaryDirectory() as folder:

        async def listen() -> asyncio.Server:
            return await asyncio.start_server(lambda r, w: _paced(r, w, per_s), "127.0.0.1", 0)

        port = thread.submit(listen()).result().sockets[0].getsockname()[1]
        more = {"paced": f"http://127.0.0.1:{port}/v1?model=paced"}
        with running(Path(folder), more) as app, tab_of(browser, app.url) as tab:
            tab.enter()
            return {
                "per_s": per_s,
                "paced": stream(tab, app, "paced"),
                "replay": stream(tab, app, "long"),
                "stop": stop(tab, app, 5),
            }


def main() -> int:
    """Measure, print, and say with the exit code whether the bars hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--per-s", type=float, default=2500.0, help="pieces a second of the paced answer")
    asked = parser.parse_args()
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        found = measure(browser, asked.per_s)
        browser.close()
    found["load"] = os.getloadavg()[0]
    print(json.dumps(found, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    paced = found["paced"]
    holds = paced["updates_per_s"] >= _UPDATES_PER_S and paced["cpu_s_per_1000"] < _CPU_S
    return 0 if holds and max(found["stop"]["seconds"]) < _STOP_S else 1


if __name__ == "__main__":
    sys.exit(main())
