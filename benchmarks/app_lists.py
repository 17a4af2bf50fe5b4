"""The code app: what a reload of a session reads, with whole lists and with lists without what is long.

python benchmarks/app_lists.py [--versions N] [--json OUT]

A session gets N versions of some 10 kB (50 unless said), each as the answer of a recorded model. Then all
that the page reads when it opens the session is read both ways: bytes of the answers, and the median time of
nine readings over HTTP, in milliseconds.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.e2e.web.studio import recording, running

PIECES = 3_700
"""Of an answer: some 10 kB."""
READINGS = 9


def _fill(http: httpx2.Client, versions: int) -> str:
    session = str(http.post("/v1/sessions", json={"language": "python", "model": "ten"}).json()["id"])
    for number in range(versions):
        begun = http.post(f"/v1/sessions/{session}/turns", json={"prompt": f"Say it again: {number}."}).json()
        with http.stream("GET", f"/v1/jobs/{begun['job']['id']}/events") as events:
            events.read()
    return session


def _read(http: httpx2.Client, session: str, *, brief: bool) -> int:
    """Bytes of all that the page reads."""
    head = http.get(f"/v1/sessions/{session}")
    params = {"brief": "true"} if brief else {}
    found = [
        head,
        http.get(f"/v1/sessions/{session}/turns"),
        http.get(f"/v1/sessions/{session}/versions", params=params),
        http.get("/v1/jobs", params={"session": session, "limit": "500", **params}),
    ]
    if brief:
        found.append(http.get(f"/v1/versions/{head.json()['head']}"))
    return sum(len(each.raise_for_status().content) for each in found)


def _measured(http: httpx2.Client, session: str, *, brief: bool) -> dict[str, float]:
    times: list[float] = []
    size = 0
    for _ in range(READINGS):
        begun = time.perf_counter()
        size = _read(http, session, brief=brief)
        times.append(time.perf_counter() - begun)
    return {"bytes": size, "ms": round(1000 * statistics.median(times), 1)}


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--versions", type=int, default=50)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ten.jsonl").write_text(recording(PIECES))
        with running(folder, {"ten": f"replay:{folder / 'ten.jsonl'}"}) as app, app.client() as http:
            session = _fill(http, asked.versions)
            found = {kind: _measured(http, session, brief=kind == "brief") for kind in ("whole", "brief")}
    for kind, figures in found.items():
        print(f"{kind}: {figures['bytes']:,} bytes, {figures['ms']} ms")
    if asked.json:
        asked.json.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
