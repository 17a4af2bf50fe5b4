"""What one tab shows and does: the session that is open, its turns, its versions, and the work under way.

All of it is read from the app, and read again after every change, so that two tabs never disagree for long.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from holdfast.apps.studio.records import Diff, Job, JobEvent, Session, Turn, Version, VersionLine
from holdfast.apps.web.client import AppError, Client

__all__ = ["MOST", "Desk", "Live", "Options", "leaf_of", "path_to", "siblings"]

MOST: Final = 100
"""Sessions that are listed at once."""


@dataclass(slots=True)
class Live:
    """A job that is being followed."""

    job: str
    turn: str | None
    text: str = ""
    """What the model has written so far."""
    stage: str = "queued"
    detail: str = ""
    percent: int | None = None
    place: int | None = None
    """How many jobs begin before it, while it waits for its turn."""
    number: int = 0
    """Of the last event that was seen."""
    candidates: list[dict[str, Any]] = field(default_factory=list)

    @property
    def queued(self) -> str:
        """That it waits for its turn, in words."""
        return f"Waiting: {self.place} before it" if self.place else "Waiting for its turn"

    def take(self, event: JobEvent) -> str:
        """Take in an event; comes back with the piece of text that is new."""
        self.number = event.number
        match event.kind:
            case "text":
                self.text += event.data["text"]
                return str(event.data["text"])
            case "progress":
                if event.data["stage"] == "asking":  # the model begins anew
                    self.text = ""
                self.stage, self.detail = event.data["stage"], event.data["detail"] or ""
                self.percent = event.data["percent"]
            case "state":
                self.stage, self.place = event.data["state"], event.data.get("place")
            case "candidate":
                self.candidates.append(event.data)
            case _:
                pass  # results and errors are read from the job
        return ""


@dataclass(slots=True)
class Options:
    """How the next answer is come by."""

    count: int = 1
    rounds: int = 0
    tests: str = ""
    cases: list[dict[str, str]] = field(default_factory=list)
    """Each with `stdin` and the `stdout` that is wanted."""

    def body(self) -> dict[str, Any]:
        """As a request has them."""
        found: dict[str, Any] = {"count": self.count, "rounds": self.rounds}
        if self.count > 1 or self.rounds:
            found |= {"tests": self.tests, "cases": self.cases}
        return found


_SHOWN = ("run", "test", "suggest")
"""The kinds of jobs whose last one is shown with all that belongs to it."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A session as it was read."""

    session: Session
    turns: list[Turn]
    versions: list[VersionLine]
    jobs: list[Job]
    programs: dict[str, str]
    """Of the version that is worked on, if there is one."""


class Desk:
    """One tab's view of the app. Its methods raise AppError where the app refuses."""

    def __init__(self, client: Client) -> None:
        """Show nothing yet."""
        self.client = client
        self.session: Session | None = None
        self.turns: dict[str, Turn] = {}
        self.jobs: dict[str, Job] = {}
        self.versions: list[VersionLine] = []
        self._programs: dict[str, str] = {}
        """Those that were on show, by version; neither they nor jobs that have ended ever change."""
        self._whole: dict[str, Job] = {}
        self.leaf: str | None = None
        """The turn that the branch on show ends with."""
        self.live: dict[str, Live] = {}
        """Work under way, by turn; what has no turn by its job."""
        self.options = Options()
        self._reading = 0
        self._read = 0
        """The numbers of the last reading that began, and of the newest that is shown."""

    async def sessions(self, words: str = "", *, limit: int = MOST) -> list[Session]:
        """The user's sessions that hold all `words`, the newest first, up to `limit`."""
        return await self.client.get(list[Session], "/v1/sessions", q=words, limit=limit)

    async def begin(self, language: str | None = None, model: str | None = None) -> Session:
        """A new session, which is opened."""
        made = await self.client.post(Session, "/v1/sessions", {"language": language, "model": model})
        await self.open(made.id)
        return made

    async def open(self, session: str) -> None:
        """Show a session; where it cannot be read, the one that is open stays."""
        self._reading += 1
        self._take(self._reading, await self._found(session))

    def close(self) -> None:
        """Show no session."""
        self.session, self.leaf = None, None
        self.turns, self.jobs, self.versions, self.live = {}, {}, [], {}
        self._programs, self._whole = {}, {}

    async def reload(self) -> None:
        """Read the open session anew; nothing changes where another one was opened meanwhile."""
        if self.session is None:
            return
        self._reading += 1
        reading, known = self._reading, self.session.id
        found = await self._found(known)
        if self.opened == known and reading >= self._read:
            self._take(reading, found)

    async def _found(self, session: str) -> _Found:
        place = f"/v1/sessions/{session}"
        found = await self.client.get(Session, place)
        return _Found(
            found,
            await self.client.get(list[Turn], f"{place}/turns"),
            await self.client.get(list[VersionLine], f"{place}/versions", brief=True),
            await self._jobs(session),
            {} if found.head is None else {found.head: await self.program(found.head)},
        )

    async def _jobs(self, session: str) -> list[Job]:
        """The session's jobs without what is long, but for its last run, test and proposal of tests."""
        found = await self.client.get(list[Job], "/v1/jobs", session=session, limit=500, brief=True)
        newest = {job.kind: at for at, job in reversed(list(enumerate(found)))}
        for at in (newest[kind] for kind in _SHOWN if kind in newest):
            found[at] = await self.whole(found[at])
        return found

    async def whole(self, job: Job) -> Job:
        """A job with all that it was given and came to."""
        if job.id not in self._whole:
            found = await self.client.get(Job, f"/v1/jobs/{job.id}")
            if found.ended is None:
                return found
            self._whole[job.id] = found
        return self._whole[job.id]

    async def program(self, version: str) -> str:
        """The text of a version."""
        if version not in self._programs:
            self._programs[version] = (await self.client.get(Version, f"/v1/versions/{version}")).code
        return self._programs[version]

    def _take(self, reading: int, found: _Found) -> None:
        if self.opened != found.session.id:
            self.close()
        self._read = reading
        self.session, self.versions = found.session, found.versions
        self._programs |= found.programs
        self.turns = {turn.id: turn for turn in found.turns}
        self.jobs = {job.id: job for job in found.jobs}
        if self.leaf not in self.turns:
            self.leaf = leaf_of(self.turns, None)

    async def is_stale(self) -> bool:
        """Whether the open session was changed since it was read, as by another tab."""
        session = self.session
        if session is None:
            return False
        if await self.client.get(Session, f"/v1/sessions/{session.id}") != session:
            return True
        newest = await self.client.get(list[Job], "/v1/jobs", session=session.id, limit=1, brief=True)
        known = [self.jobs.get(job.id) for job in newest]
        return any(old is None or old.state != new.state for old, new in zip(known, newest, strict=True))

    @property
    def opened(self) -> str | None:
        """The session that is open."""
        return None if self.session is None else self.session.id

    async def change(self, session: str, **changes: object) -> None:
        """Rename a session, or go on in another language or with another model."""
        changed = await self.client.patch(Session, f"/v1/sessions/{session}", changes)
        if self.opened == session:
            self.session = changed

    async def delete(self, session: str) -> None:
        """Delete a session; `undelete` has it back."""
        await self.client.ask("DELETE", f"/v1/sessions/{session}")
        if self.session is not None and self.session.id == session:
            self.close()

    async def undelete(self, session: str) -> None:
        """Have a deleted session back."""
        await self.client.ask("POST", f"/v1/sessions/{session}/undelete", {})

    async def send(self, prompt: str) -> Live:
        """Ask for a program, or say what is wrong with the one that is worked on."""
        if self.session is None:
            await self.begin()
        assert self.session is not None
        body = {"prompt": prompt, "parent": self.leaf, **self.options.body()}
        return await self._begun(f"/v1/sessions/{self.session.id}/turns", body)

    async def again(self, turn: str, prompt: str | None = None) -> Live:
        """The same once more, or something else in its place, as a branch."""
        body = self.options.body() | ({} if prompt is None else {"prompt": prompt})
        return await self._begun(f"/v1/turns/{turn}/again", body)

    async def go_on(self, turn: str) -> Live:
        """One more job for a turn whose last one was broken off."""
        return await self._begun(f"/v1/turns/{turn}/continue", {})

    async def _begun(self, path: str, body: Mapping[str, object]) -> Live:
        begun = await self.client.ask("POST", path, body)
        turn, job = Turn.model_validate(begun["turn"]), Job.model_validate(begun["job"])
        with contextlib.suppress(AppError):  # it has begun, whether or not the session can be read at present
            await self.open(turn.session)  # another one may have been opened since the turn was on show
        if self.opened == turn.session:
            self.turns.setdefault(turn.id, turn)
            self.jobs.setdefault(job.id, job)
            self.leaf = turn.id
        return self.follow(job)

    async def _reread(self) -> None:
        """Read the session anew after a change, which is done, whether or not it can be read at present."""
        with contextlib.suppress(AppError):
            await self.reload()

    def follow(self, job: Job) -> Live:
        """Remember a job as one under way."""
        live = Live(job.id, job.turn)
        self.live[job.turn or job.id] = live
        return live

    def under_way(self) -> list[Job]:
        """Jobs of the open session that have not ended and are not followed yet, as after a reload."""
        followed = {live.job for live in self.live.values()}
        return [job for job in self.jobs.values() if job.ended is None and job.id not in followed]

    def over(self, live: Live) -> None:
        """Forget a job that has ended, or is not followed any more."""
        key = live.turn or live.job
        if self.live.get(key) is live:
            del self.live[key]

    async def stop(self, job: str) -> None:
        """End a job; what it wrote is kept."""
        await self.client.ask("POST", f"/v1/jobs/{job}/cancel", {})

    async def save(self, code: str) -> Version:
        """Keep what was edited, as a version."""
        assert self.session is not None
        body = {"code": code, "base": self.session.head}
        made = await self.client.post(Version, f"/v1/sessions/{self.session.id}/versions", body)
        self._programs[made.id] = made.code
        await self._reread()
        return made

    async def restore(self, version: str) -> Version:
        """Work on an earlier version again."""
        assert self.session is not None
        body = {"base": self.session.head}
        made = await self.client.post(Version, f"/v1/versions/{version}/restore", body)
        self._programs[made.id] = made.code
        await self._reread()
        return made

    async def diff(self, old: str, new: str) -> Diff:
        """What changed between two versions."""
        return await self.client.get(Diff, "/v1/diff", old=old, new=new)

    @property
    def head(self) -> VersionLine | None:
        """The version that is worked on; its text is at hand."""
        wanted = None if self.session is None else self.session.head
        return next((each for each in self.versions if each.id == wanted and wanted in self._programs), None)

    def text(self, version: VersionLine | None) -> str:
        """The text of a version that is at hand, as after `program`; empty for none."""
        return "" if version is None else self._programs[version.id]

    def number(self, version: str | None) -> int:
        """How many versions there were, up to this one; 0 where there is none."""
        return next((at for at, each in enumerate(self.versions, 1) if each.id == version), 0)

    @property
    def path(self) -> Sequence[Turn]:
        """The branch on show, oldest turn first."""
        return path_to(self.turns, self.leaf)


def path_to(turns: Mapping[str, Turn], leaf: str | None) -> list[Turn]:
    """The turns from the first one to `leaf`."""
    found: list[Turn] = []
    while leaf is not None and leaf in turns:
        found.append(turns[leaf])
        leaf = turns[leaf].parent
    return found[::-1]


def siblings(turns: Mapping[str, Turn], turn: Turn) -> list[Turn]:
    """The turns that stand in the same place, `turn` among them, oldest first."""
    return [each for each in turns.values() if each.parent == turn.parent]


def leaf_of(turns: Mapping[str, Turn], turn: str | None) -> str | None:
    """The end of the newest branch that goes on from `turn`, or of all where it is None."""
    while children := [each for each in turns.values() if each.parent == turn]:
        turn = max(children, key=lambda each: each.created).id
    return turn
