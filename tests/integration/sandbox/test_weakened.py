"""Whoever takes one protection away is found out: an attack on it gets through, and the level is not used."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.sandbox.conftest import reason_against

from holdfast.core.errors import SandboxUnavailableError
from holdfast.core.events import Event, Note
from holdfast.runtime.sandbox import bubblewrap, filter, landlock, tree, watchdog
from holdfast.runtime.sandbox.attacks import ATTACKS
from holdfast.runtime.sandbox.jobs import Job, Level, Ran
from holdfast.runtime.sandbox.records import Records
from holdfast.runtime.sandbox.sandbox import find_sandbox, level_sandbox
from holdfast.runtime.sandbox.selftest import Outcome, attacked

pytestmark = pytest.mark.asyncio
Weaken = Callable[[pytest.MonkeyPatch], None]


def without_calls(*names: str) -> Weaken:
    def weaken(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(filter, "FORBIDDEN", tuple(set(filter.FORBIDDEN) - set(names)))
        patch.setattr(filter, "_BY_ARGUMENT", [one for one in filter._BY_ARGUMENT if one[0] not in names])

    return weaken


def unsealed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bubblewrap, "_SEALS", 0)


def unlimited(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tree, "_first", lambda *_: [])


@pytest.fixture(autouse=True)
def both_levels() -> None:
    for level in (Level.NAMESPACES, Level.LANDLOCK):
        if reason := reason_against(level):
            pytest.skip(reason)


@pytest.fixture
def fresh_filter() -> Iterator[None]:
    filter.filter_program.cache_clear()
    yield
    filter.filter_program.cache_clear()


def unguarded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(landlock, "WITHOUT_MOUNTS", ())


@pytest.mark.parametrize(
    ("level", "name", "weaken"),
    [
        (Level.LANDLOCK, "datagrams", without_calls("socketpair", "bind")),
        (Level.LANDLOCK, "memory of others", without_calls("shmat")),
        (Level.LANDLOCK, "file modes", unguarded),
        (Level.NAMESPACES, "scarce things", without_calls("io_setup")),
        (Level.NAMESPACES, "standard input", unsealed),
        (Level.NAMESPACES, "fork bomb", unlimited),
    ],
)
@pytest.mark.usefixtures("fresh_filter")
async def test_what_is_missing_is_seen(
    level: Level, name: str, weaken: Weaken, monkeypatch: pytest.MonkeyPatch
) -> None:
    weaken(monkeypatch)
    outcome = await _tried(level, name)
    assert not outcome.held
    assert outcome.detail.startswith("through"), outcome


@pytest.mark.parametrize("name", ["hidden memory", "memory of many"])
@pytest.mark.usefixtures("fresh_filter")
async def test_what_nobody_looks_at_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attacks that keep what they took are not waited for: another than the watchdog ends them."""
    without_calls("mmap")(monkeypatch)
    monkeypatch.setattr(watchdog.Watchdog, "_breach", lambda *_: None)
    outcome = await _tried(Level.NAMESPACES, name, ends_when_taken=True)
    assert not outcome.held
    assert outcome.detail.startswith("taken"), outcome


async def _tried(level: Level, name: str, *, ends_when_taken: bool = False) -> Outcome:
    weak = level_sandbox(level)

    async def until_taken(job: Job) -> Ran:
        held = weak.start(job)
        said = await asyncio.to_thread(held.stdout.readline)
        held.kill()
        await held.wait()
        held.close_pipes()
        ended, code = held.how()
        ended = "killed" if said else ended
        return Ran(ended=ended, returncode=code, stdout=said, stderr=b"", cpu_s=0.0, wall_s=0.0, level=level)

    (attack,) = (one for one in ATTACKS if one.name == name)
    (outcome,) = await attacked(until_taken if ends_when_taken else weak.run, weak.identity, [attack])
    return outcome


class Notes:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def emit(self, event: Event) -> None:
        assert isinstance(event, Note)
        assert event.level == "warning"
        self.texts.append(event.text)


@pytest.fixture
def no_bubblewrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine without bubblewrap where `landlock` is known to hold; the folder is its cache."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    bubblewrap.find_bubblewrap.cache_clear()
    Records(tmp_path).add(Level.LANDLOCK)
    yield tmp_path
    bubblewrap.find_bubblewrap.cache_clear()


async def test_nobody_falls_to_a_weaker_level_unwarned(no_bubblewrap: Path) -> None:
    notes = Notes()
    found = await find_sandbox(no_bubblewrap, sink=notes)
    assert found.level is Level.LANDLOCK
    (text,) = notes.texts
    for words in ("level landlock", "namespaces: bubblewrap is not installed: apt-get", "HOLDFAST_SANDBOX="):
        assert words in text
    assert found.passed_over == ("namespaces: bubblewrap is not installed: apt-get install bubblewrap",)
    assert [path.name.split("-")[0] for path in (no_bubblewrap / "sandbox").iterdir()] == ["landlock"]


async def test_what_is_asked_for_is_what_there_is(no_bubblewrap: Path) -> None:
    notes = Notes()
    assert (await find_sandbox(no_bubblewrap, wanted=Level.LANDLOCK, sink=notes)).passed_over == ()
    assert notes.texts == []
    with pytest.raises(SandboxUnavailableError, match=r"asked for does not hold.*bubblewrap is not"):
        await find_sandbox(no_bubblewrap, wanted=Level.NAMESPACES, sink=notes)
