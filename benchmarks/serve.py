"""How fast the server answers one user, what many at once do to it, and what our client adds to a call.

    user     places in files of the standard library, one after the other as somebody who works on them would
             ask: ten suggestions each, all checked by Rocq; the first question about a file apart ("cold")
    crowd    many clients at the same time, each with goals of its own as text, one after the other
    client   CPU time of this process for a call of the typed client, beside the same call with bare httpx2

Run: python benchmarks/serve.py [--places 120] [--clients 200] [--seconds 60] [--calls 300] [--output FILE]
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

import httpx2

from holdfast.checkers.rocq.document import read_document
from holdfast.checkers.rocq.installation import find_installation
from holdfast.core.completions import Sampling
from holdfast.core.documents import Source
from holdfast.models.endpoint import Endpoint, EndpointSettings
from holdfast.models.openai import OpenAIModel
from holdfast.models.patience import Patience

FILES = ("Lists/List.v", "Arith/PeanoNat.v", "Bool/Bool.v", "Sorting/Permutation.v", "Logic/Decidable.v")
GOAL = (
    "l, m : list nat\nH{0} : length l = {0}\n============================\nlength (l ++ m) = {0} + length m"
)
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds that answers took."""

    count: int
    p50_s: float
    p95_s: float
    longest_s: float

    @classmethod
    def of(cls, times: Sequence[float]) -> "Spread":
        """Of at least two times."""
        cuts = quantiles(times, n=100, method="inclusive")
        return cls(len(times), cuts[49], cuts[94], max(times))


@dataclass(frozen=True, slots=True)
class User:
    """One user with checking."""

    warm: Spread
    cold: Spread
    warm_cpu: Spread
    """CPU time of the server and its Rocq for each warm question; a busy machine changes it little."""
    suggestions: int
    undecided_or_unchecked: int
    errors: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many users without checking."""

    clients: int
    seconds: float
    answers: Spread
    errors: int
    rss_mb: tuple[float, ...]
    """Resident memory of the server, at ten times that are equally far apart."""


@dataclass(frozen=True, slots=True)
class Client:
    """CPU milliseconds of this process a call."""

    calls: int
    bare_ms: float
    typed_ms: float


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, int]]:
    """A server of its own: its address and its process number."""
    program = str(Path(sys.executable).parent / "holdfast")
    command = [program, "serve", "--port", "0", "--json", "--quiet", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = "http://127.0.0.1:{port}".format(**json.loads(process.stdout.readline()))
            while httpx2.get(f"{url}/ready").status_code != 200:
                time.sleep(0.1)
            yield url, process.pid
        finally:
            process.send_signal(signal.SIGTERM)


def places(path: Path, count: int, rng: random.Random) -> list[int]:
    """Offsets in front of tactics, in the order of the file, some proofs in a row."""
    document = read_document(Source(str(path), path.read_text(encoding="utf-8")))
    proofs = [item for item in document.theorems if item.body and item.end is not None]
    first = rng.randrange(max(1, len(proofs) - count // 4))
    found = [document.sentences[index].start for item in proofs[first:] for index in item.body]
    return found[:count]


async def measure_user(url: str, pid: int, folder: Path, count: int, seed: int) -> User:
    """Ask at places of each file in turn."""
    rng = random.Random(seed)  # noqa: S311  (a repeatable choice, not a secret)
    warm: list[float] = []
    cold: list[float] = []
    cpu: list[float] = []
    marks: list[str] = []
    errors = 0
    async with httpx2.AsyncClient(base_url=url, timeout=600) as http:
        for name in FILES:
            path = folder / name
            text = path.read_text(encoding="utf-8")
            for at, offset in enumerate(places(path, count // len(FILES), rng)):
                body = {"document": {"name": name, "text": text, "offset": offset}, "client": "one"}
                spent, began = tree_cpu_s(pid), time.perf_counter()
                answer = await http.post("/v1/suggest", json=body)
                (warm if at else cold).append(time.perf_counter() - began)
                if at:
                    cpu.append(tree_cpu_s(pid) - spent)
                if answer.status_code == 200:
                    marks += [each["verdict"] for each in answer.json()["suggestions"]]
                elif answer.json()["error"]["code"] != "no_goal":
                    errors += 1
    unknown = sum(mark in {"undecided", "unchecked"} for mark in marks)
    return User(Spread.of(warm), Spread.of(cold), Spread.of(cpu), len(marks), unknown, errors)


async def measure_crowd(url: str, pid: int, clients: int, seconds: float) -> Crowd:
    """Ask from many clients until the time is over."""
    times: list[float] = []
    errors = 0
    end = time.monotonic() + seconds

    async def ask(http: httpx2.AsyncClient, number: int) -> None:
        nonlocal errors
        at = number
        while time.monotonic() < end:
            at += clients
            began = time.perf_counter()
            try:
                answer = await http.post("/", json={"tactic_state": GOAL.format(at)})
                errors += answer.status_code != 200 or not answer.json()["suggestions"]
            except httpx2.HTTPError:
                errors += 1
            times.append(time.perf_counter() - began)

    memory: list[float] = []
    limits = httpx2.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with (
        httpx2.AsyncClient(base_url=url, timeout=120, limits=limits) as http,
        asyncio.TaskGroup() as group,
    ):
        for number in range(clients):
            group.create_task(ask(http, number))
        for _ in range(10):
            await asyncio.sleep(seconds / 10)
            memory.append(resident_mb(pid))
    return Crowd(clients, seconds, Spread.of(times), errors, tuple(memory))


def resident_mb(pid: int) -> float:
    """Resident memory in MB (2**20 bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_MB


def tree_cpu_s(pid: int) -> float:
    """CPU seconds of a process and of all that it has started, those that are gone included."""
    rows = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            rows[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    family, grown = {pid}, True
    while grown:
        found = {child for child, (parent, _) in rows.items() if parent in family}
        grown = not found <= family
        family |= found
    return sum(rows[each][1] for each in family if each in rows) / os.sysconf("SC_CLK_TCK")


async def measure_client(url: str, calls: int) -> Client:
    """The same completion, bare and typed, in turns."""
    prompt = "[GOAL]True[PROOFSTEP]"
    body = {"prompt": prompt, "n": 1, "max_tokens": 16, "temperature": 0, "logprobs": 1}
    settings = EndpointSettings(url=f"{url}/v1", key=None, key_variable="", trust_env=False)
    model = OpenAIModel(Endpoint(settings, Patience()), "holdfast-embedded")
    sampling = Sampling(max_tokens=16, want_logprobs=True)
    bare = typed = 0.0
    async with httpx2.AsyncClient(base_url=url) as http:
        for at in range(calls + 10):
            began = time.process_time()
            (await http.post("/v1/completions", json=body)).json()
            middle = time.process_time()
            await model.complete(prompt, sampling)
            if at >= 10:  # what is imported and opened by the first calls is not a call's price
                bare += middle - began
                typed += time.process_time() - middle
    await model.aclose()
    return Client(calls, bare / calls * 1000, typed / calls * 1000)


async def measure(args: argparse.Namespace) -> dict[str, object]:
    """All three, each on a server of its own."""
    installation = await find_installation(None)
    learn = [] if args.cache is None else ["--cache", str(args.cache)]
    with serving("--no-learn", *learn) as (url, pid):
        user = await measure_user(url, pid, installation.library / "theories", args.places, args.seed)
        print_user(user)
    with serving("--no-learn", *learn) as (url, pid):
        client = await measure_client(url, args.calls)
        print(f"client: {client.bare_ms:.2f} ms CPU a call with bare httpx2, {client.typed_ms:.2f} ms typed")
        crowd = await measure_crowd(url, pid, args.clients, args.seconds)
        print_crowd(crowd)
    return {"user": asdict(user), "client": asdict(client), "crowd": asdict(crowd)}


def print_user(user: User) -> None:
    """One line for each of cold and warm."""
    for title, spread in (("cold", user.cold), ("warm", user.warm), ("warm, CPU", user.warm_cpu)):
        print(
            f"user, {title}: {spread.count} questions, p50 {spread.p50_s * 1000:.0f} ms, "
            f"p95 {spread.p95_s * 1000:.0f} ms, longest {spread.longest_s * 1000:.0f} ms"
        )
    print(
        f"user: {user.suggestions} suggestions, {user.undecided_or_unchecked} of them without a verdict, "
        f"{user.errors} errors",
        flush=True,
    )


def print_crowd(crowd: Crowd) -> None:
    """What the crowd met."""
    spread = crowd.answers
    print(
        f"crowd: {crowd.clients} clients for {crowd.seconds:.0f} s, {spread.count} answers "
        f"({spread.count / crowd.seconds:.0f}/s), {crowd.errors} errors, "
        f"p50 {spread.p50_s * 1000:.0f} ms, p95 {spread.p95_s * 1000:.0f} ms"
    )
    print("crowd: MB resident:", " ".join(f"{each:.0f}" for each in crowd.rss_mb), flush=True)


def main() -> None:
    """Print the figures and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--places", type=int, default=120)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=None, help="where learned libraries are kept")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/serve.json"))
    args = parser.parse_args()
    record = asyncio.run(measure(args))
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps({"benchmark": "serve", "seed": args.seed, **record}, indent=1))


if __name__ == "__main__":
    main()
