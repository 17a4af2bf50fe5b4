"""What many users at once and failures do to the code app, and how soon it is there.

    start    until the first answer, and until the first page is answered, with CPU time of the process;
             the second start of a data directory
    page     the first page in a fresh Chromium, and a reload; until the button Send can be seen
    crowd    sessions that all stream an answer at once, at the pace of a model: updates, pauses between them,
             CPU time, and whether any follower missed a word
    burst    the same with a recording, which is read as fast as the app can
    faults   SIGKILL of the server in mid-stream, of the database (PostgreSQL), of a sandbox: what was told to
             anybody has to be there afterwards

The peer in the same run is a bare FastAPI program that streams the same pieces, one event each, and keeps
nothing; its page is one line of HTML.

Run: python benchmarks/app.py [--sessions 50] [--pieces 2000] [--only PART ...] [--output FILE]
"""

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
from playwright.async_api import Browser, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from _app_faults import killed_database, killed_sandbox, killed_server
from _app_serving import TOKEN, Followed, Served, app, bare, cpu_s, drain, paced, record, together, written

BARS = {
    "start_s": 1.0,
    "first_page_s": 0.8,
    "reload_s": 0.25,
    "cpu_s_per_1000": 1.0,
    "lost": 0,
}
"""What each figure should stay at or below."""


async def crowd(sessions: int, pieces: int, per_s: float | None) -> dict[str, object]:
    """All stream at once, from the app and from the peer: at a pace, or as fast as a recording is read."""
    with tempfile.TemporaryDirectory(prefix="hf-app-") as place:
        said = record(Path(place), pieces)
        async with paced(pieces, per_s or 10.0) as model:
            with app(Path(place), "--model", model) as served:
                async with served.client() as http:
                    found = [Followed("paced" if per_s else "long") for _ in range(sessions)]
                    wall_s, used_s = await together(served, [each.follow(http) for each in found])
    chunks = sessions * (pieces + 2)
    lost = sum(written(each.events) != said for each in found)
    lost += sum([at for at, _, _ in each.events] != list(range(1, len(each.events) + 1)) for each in found)
    pauses = sorted(b - a for each in found for a, b in zip(each.times, each.times[1:], strict=False))
    rates = [
        (len(each.times) - 1) / (each.times[-1] - each.times[0]) for each in found if len(each.times) > 1
    ]
    with bare() as served:
        async with served.client() as http:
            bare_s, bare_used_s = await together(
                served, [drain(http, f"/stream?pieces={pieces + 2}") for _ in range(sessions)]
            )
    return {
        "sessions": sessions,
        "chunks": chunks,
        "lost": lost,
        "wall_s": wall_s,
        **({} if per_s else {"bare_wall_s": bare_s}),
        "updates_per_s_each": statistics.median(rates) if rates else None,
        "pause_p50_s": pauses[len(pauses) // 2] if pauses else None,
        "pause_p95_s": pauses[int(len(pauses) * 0.95)] if pauses else None,
        "cpu_s_per_1000": used_s / chunks * 1000,
        "bare_cpu_s_per_1000": bare_used_s / chunks * 1000,
    }


async def start(repeats: int) -> dict[str, object]:
    """The median of some starts, after one that makes the database and looks at the sandbox."""
    ours: list[tuple[float, float]] = []
    pages: list[tuple[float, float]] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory(prefix="hf-app-") as place:
        record(Path(place), 1)
        for at in range(repeats + 1):
            with app(Path(place)) as served:
                page = served.start_s + _answered_s(served), cpu_s(served.process.pid)
                ours += [(served.start_s, served.start_cpu_s)] if at else []
                pages += [page] if at else []
            with bare() as served:
                theirs += [served.start_s] if at else []
    return {
        "start_s": statistics.median(each for each, _ in ours),
        "start_cpu_s": statistics.median(each for _, each in ours),
        "start_fastest_s": min(each for each, _ in ours),
        "page_answered_s": statistics.median(each for each, _ in pages),
        "page_answered_cpu_s": statistics.median(each for _, each in pages),
        "bare_start_s": statistics.median(theirs),
    }


def _answered_s(served: Served) -> float:
    """Seconds until a page is answered that somebody asks for as soon as the app answers at all."""
    began = time.perf_counter()
    with httpx2.Client(base_url=served.url, trust_env=False, timeout=300) as http:
        http.get(f"/enter?token={TOKEN}")
        http.get("/app").raise_for_status()
    return time.perf_counter() - began


async def page(repeats: int) -> dict[str, object]:
    """Medians of fresh profiles, after one that warms up the server."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        return {"skipped": "no Chromium: scripts/install-chromium installs one"}
    with tempfile.TemporaryDirectory(prefix="hf-app-") as place:
        record(Path(place), 1)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            with app(Path(place)) as served, bare() as peer:
                entry = f"{served.url}/enter?token={TOKEN}"
                ours = [await _loads(browser, entry, f"{served.url}/app") for _ in range(repeats + 1)][1:]
                bare_page = f"{peer.url}/page"
                theirs = [await _loads(browser, bare_page, bare_page) for _ in range(repeats + 1)][1:]
            await browser.close()
    found: dict[str, object] = {}
    for at, name in enumerate(("first_page_s", "reload_s")):
        found[name] = statistics.median(each[at] for each in ours)
        found[f"bare_{name}"] = statistics.median(each[at] for each in theirs)
    return found


async def _loads(browser: Browser, entry: str, then: str) -> tuple[float, float]:
    """Seconds for the first page of a fresh profile, and for a reload of the page."""
    context = await browser.new_context()
    tab = await context.new_page()
    send = tab.get_by_role("button", name="Send", exact=True)
    began = time.perf_counter()
    await tab.goto(entry, wait_until="commit")
    await send.wait_for()
    first_s = time.perf_counter() - began
    await tab.goto(then)
    await send.wait_for()
    began = time.perf_counter()
    await tab.reload(wait_until="commit")
    await send.wait_for()
    again_s = time.perf_counter() - began
    await context.close()
    return first_s, again_s


def show(part: str, found: dict[str, object]) -> None:
    """One line a figure: ours, the bar, the peer's and the ratio."""
    for name, value in found.items():
        if name.startswith("bare_"):
            continue
        peer, bar = found.get(f"bare_{name}"), BARS.get(name)
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        ratio = ""
        if isinstance(peer, float) and isinstance(value, float) and peer > 0:
            ratio = f"{peer:>12.4g}{value / peer:>9.2f}"
        verdict = ""
        if bar is not None and isinstance(value, int | float):
            verdict = f"<= {bar:g} {'holds' if value <= bar else 'MISSED'}"
        print(f"{part:<16}{name:<22}{text:>16}  {verdict:<16}{ratio}", flush=True)


async def measure(args: argparse.Namespace) -> dict[str, dict[str, object]]:
    """All parts that are asked for."""
    sessions, pieces, repeats = args.sessions, args.pieces, args.repeats
    parts: dict[str, Callable[[], Awaitable[dict[str, object]]]] = {
        "start": lambda: start(repeats),
        "page": lambda: page(repeats),
        "crowd": lambda: crowd(sessions, args.per_s * 10, args.per_s),
        "burst": lambda: crowd(sessions, pieces, None),
        "killed server": lambda: killed_server(sessions, pieces),
        "killed sandbox": killed_sandbox,
        "killed database": lambda: killed_database(sessions, pieces),
    }
    print(f"{'part':<16}{'figure':<22}{'the app':>16}  {'bar':<16}{'the peer':>12}{'ratio':>9}")
    found: dict[str, dict[str, object]] = {}
    for name, part in parts.items():
        if not args.only or name in args.only:
            found[name] = await part()
            show(name, found[name])
    return found


def main() -> None:
    """Print the table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--pieces", type=int, default=2000, help="of each recorded answer")
    parser.add_argument("--per-s", type=int, default=40, help="pieces a second of each answer of the crowd")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", action="append", help="a part, such as `crowd` or `killed server`")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/app.json"))
    args = parser.parse_args()
    found = asyncio.run(measure(args))
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(
        json.dumps({"benchmark": "app", "bars": BARS, **found}, indent=1), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
