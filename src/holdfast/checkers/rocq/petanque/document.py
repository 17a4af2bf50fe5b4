"""A trusted text in a petanque process, run sentence by sentence; a process that fails is replaced."""

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.petanque.client import Petanque
from holdfast.checkers.rocq.petanque.links import Link, SocketLink, start_pet
from holdfast.checkers.rocq.petanque.wire import PetError
from holdfast.core.errors import CheckerError
from holdfast.runtime.child import Limits

__all__ = ["PetanqueDocument", "PetanqueSettings"]

_WIDE = ("Set Printing Width 1000000.", "Set Printing Depth 10000.")
"""What a text begins with, so that goals are printed as the other backend prints them."""
_PATHS = {"-Q": 3, "-R": 3, "-I": 2}
"""The options that a `_CoqProject` may hold as they are, and how many words they are."""
_FILE = "Holdfast.v"


@dataclass(frozen=True, slots=True, kw_only=True)
class PetanqueSettings:
    """Who is asked, and its limits."""

    argv: tuple[str, ...] = ("pet",)
    """The program to start, where no server is named."""
    server: tuple[str, int] | None = None
    """Host and port of a `pet-server` on this machine, which has to see our temporary files."""
    start_s: float = 60.0
    reply_s: float = 60.0
    """Longest wait for an answer that no step is about."""
    sentence_s: float = 600.0
    """Longest wait for one sentence of the trusted text."""
    step_cpu_s: float = 1.0
    step_wall_s: float = 20.0
    memory_mb: int = 6000
    rss_mb: float = 3000.0
    """Memory beyond which a process is replaced: petanque never frees a state."""
    requests: int = 5000
    """Requests after which it is replaced, those that read the text apart."""
    longest_bytes: int = 64 << 20


class PetanqueDocument:
    """Reaches states of trusted texts. Single-user; `aclose` it."""

    def __init__(
        self,
        settings: PetanqueSettings,
        installation: Installation | None = None,
        arguments: Sequence[str] = (),
        *,
        connect: Callable[[Path], Awaitable[Link]] | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            settings: who is asked.
            installation: in whose sandbox a process runs; None for none.
            arguments: options of Rocq, folders absolute; what is no path of libraries is left out.
            connect: makes the link, in place of `settings`.
        """
        self.settings = settings
        self._installation = installation
        self._arguments = tuple(arguments)
        self._connect = connect or self._linked
        self._folder = tempfile.TemporaryDirectory(prefix="holdfast-pet-")
        self._client: Petanque | None = None
        self._spent_s = 0.0
        self._ground = 0
        self._read: list[tuple[str, int]] = []
        self.generation = 0
        """How many processes there were: a state is one of its own process only."""

    def cpu_s(self) -> float:
        """Seconds that all processes have worked so far."""
        return self._spent_s + (0.0 if self._client is None else self._client.link.cpu_s())

    async def client(self) -> Petanque:
        """A live petanque, a new one where the one before has failed or served long enough."""
        client = self._client
        if client is not None and not self._is_worn(client):
            return client
        return await self._begun()

    def live(self) -> Petanque:
        """The petanque at hand, whatever it has served. Raises CheckerError where there is none."""
        if self._client is None:
            raise CheckerError("petanque is not running")
        return self._client

    async def _begun(self) -> Petanque:
        """Another process, in front of an empty text."""
        await self.drop()
        self.generation += 1
        self._client = client = Petanque(await self._connect(Path(self._folder.name)))
        limits = Limits(wall_s=self.settings.start_s)
        try:
            folder = Path(self._folder.name)
            _write_project(folder, self._arguments)
            await client.set_workspace(folder.as_uri(), limits)
            start = await client.root_state((folder / _FILE).as_uri(), limits)
            for sentence in _WIDE:
                start = (await client.run(start, sentence, limits)).st
        except PetError as error:
            await self.drop()
            raise CheckerError(f"petanque cannot begin: {error}; use --rocq-backend coqidetop") from None
        self._read, self._ground = [("", start)], client.asked
        return client

    async def reach(self, sentences: Sequence[str]) -> int:
        """The state behind a text; what it begins with as the text before did is not run again.

        Raises CheckerError, also where Rocq refuses a sentence: who calls has had it accepted elsewhere.
        """
        client = await self.client()
        same = 0
        while same < min(len(sentences), len(self._read) - 1) and self._read[same + 1][0] == sentences[same]:
            same += 1
        del self._read[same + 1 :]
        limits = Limits(wall_s=self.settings.sentence_s)
        for sentence in sentences[same:]:
            try:
                result = await client.run(self._read[-1][1], sentence, limits)
            except PetError as error:
                shown = " ".join(sentence.split())[:80]
                raise CheckerError(
                    f"petanque does not take {shown!r}: {error}; use --rocq-backend coqidetop"
                ) from None
            self._read.append((sentence, result.st))
            self._ground = client.asked
        return self._read[-1][1]

    async def drop(self) -> None:
        """End the process at hand; the next question starts another one."""
        self._read = []
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()
            self._spent_s += client.link.cpu_s()

    async def aclose(self) -> None:
        """End the process and remove its folder."""
        await self.drop()
        self._folder.cleanup()

    def _is_worn(self, client: Petanque) -> bool:
        settings = self.settings
        since = client.asked - self._ground
        if not client.link.alive or since >= settings.requests:
            return True
        return since > 0 and since % 64 == 0 and client.link.rss_mb() >= settings.rss_mb

    async def _linked(self, folder: Path) -> Link:
        settings = self.settings
        if settings.server is not None:
            host, port = settings.server
            return await SocketLink.open(
                host, port, wall_s=settings.start_s, longest_bytes=settings.longest_bytes
            )
        return start_pet(
            settings.argv,
            self._installation,
            self._arguments,
            folder,
            memory_mb=settings.memory_mb,
            longest_bytes=settings.longest_bytes,
        )


def _write_project(folder: Path, arguments: Sequence[str]) -> None:
    lines = []
    at = 0
    while at < len(arguments):
        width = _PATHS.get(arguments[at], 0)
        if width and at + width <= len(arguments):
            lines.append(
                " ".join(f'"{word}"' if " " in word else word for word in arguments[at : at + width])
            )
        at += width or 1
    (folder / "_CoqProject").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / _FILE).write_bytes(b"")
