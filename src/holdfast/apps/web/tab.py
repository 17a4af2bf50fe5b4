"""One tab of the page: what it is put together from, and how it follows the work that goes on."""

import asyncio
import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from holdfast.apps.studio.records import Job
from holdfast.apps.web.bench import Bench
from holdfast.apps.web.chat import Chat
from holdfast.apps.web.client import AppError, Client
from holdfast.apps.web.desk import Desk, Live
from holdfast.apps.web.drafts import Draft, keep_drafts
from holdfast.apps.web.drawer import Drawer
from holdfast.apps.web.head import Head
from holdfast.apps.web.keys import help_sheet, listen
from holdfast.apps.web.looks import Act, guarded, tell
from holdfast.coding.records import LanguageInfo, ModelInfo
from holdfast.core.errors import HoldfastError

__all__ = ["Tab"]

_LOG = logging.getLogger(__name__)
_LOOK_S = 2.5
"""How often a tab looks whether another one has changed what it shows."""
_SELDOM = 4
"""After so many looks it looks for other sessions, too."""

# What was open before is gone back to, except where there was nothing, or what is deleted.
_PLACES = """
window.holdfastPlace = (place, isBack) => {
  const { search } = new URL(place, location);
  if (location.search === search) return;
  if (location.search && search && !isBack) history.pushState(null, "", place);
  else history.replaceState(null, "", place);
};
addEventListener("popstate", () => {
  emitEvent("holdfast-went", new URLSearchParams(location.search).get("session") || "");
});
"""


class Tab:
    """The page for one browser tab."""

    def __init__(
        self,
        client: Client,
        models: list[ModelInfo],
        languages: list[LanguageInfo],
        sandbox: dict[str, Any],
    ) -> None:
        self.desk = Desk(client)
        self.models = models
        self.languages: Mapping[str, LanguageInfo] = {each.name: each for each in languages}
        self.sandbox: Mapping[str, Any] = sandbox
        self.dark = ui.dark_mode()
        self.drawer = Drawer(self)
        self.chat = Chat(self)
        self.bench = Bench(self)
        self.head = Head(self)
        self._shown: tuple[object, ...] = ()
        self._opened: str | None = ""
        """The session that the parts were told of."""
        self._has_bench = False
        self._looks = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def build(self, session: str | None) -> None:
        """Draw everything, and go on with the session that was open last."""
        self.head.build()
        self.drawer.build()
        with ui.splitter(value=44, limits=(25, 70)).classes("hf-main show-chat w-full h-full") as self.main:
            self.main.style("width: 100%; height: 100%")
            with self.main.before:
                self.chat.build()
        acts: Mapping[str, Act] = {
            "run": self.bench.trials.run,
            "test": self.bench.trials.test,
            "save": self.bench.save,
            "stop": self.stop,
            "new": self.begin,
            "search": self.drawer.search,
            "editor": self.bench.focus,
            "help": help_sheet,
        }
        listen({"send": self.chat.send} | {name: guarded(act) for name, act in acts.items()})
        ui.on("holdfast-went", self._went)
        ui.run_javascript(_PLACES)
        await self._open_first(session)
        # Whatever is done in the tab comes behind it, as acts wait for each other.
        ui.context.client.on_connect(guarded(self._build_bench))
        # In order with what the user does, or work that has just begun would be followed twice.
        ui.timer(_LOOK_S, guarded(self._look))

    def _build_bench(self) -> None:
        """Draw the bench: a browser loads its editors for longer than all the rest, which is there by now."""
        if self._has_bench:  # the browser was out of reach for a while
            return
        with self.main.after:
            self.bench.build()
        self._has_bench = True
        self.bench.opened()
        self.bench.changed()
        keep_drafts(self.bench.editor.id, self._typed_before)

    async def _open_first(self, session: str | None) -> None:
        """Open the session that the address names; the newest one where it is not there, if there is one."""
        if session and session.isalnum():  # anything may stand in an address
            try:
                return await self.open(session)
            except AppError as error:
                if error.status != 404:
                    raise
        if newest := await self.desk.sessions(limit=1):
            return await self.open(newest[0].id)
        return self.refresh()

    async def _typed_before(self, draft: Draft) -> None:
        """Put back what was typed before the page was loaded again."""
        if draft.session == self.desk.opened:
            self.chat.restore(draft.message)
            self.bench.restore(draft.code)

    async def open(self, session: str) -> None:
        """Show a session, with the work that goes on in it."""
        await self.desk.open(session)
        self._let_go()
        self._follow_all()
        self.refresh()

    def _follow_all(self) -> None:
        for job in self.desk.under_way():
            self.follow(self.desk.follow(job))

    def _name_place(self, *, is_back: bool = False) -> None:
        """Have the address lead to what is open, for a reload; the way back leads to what was open before."""
        session = self.desk.opened
        place = "/app" if session is None else f"/app?{urlencode({'session': session})}"
        ui.run_javascript(f"holdfastPlace({json.dumps(place)}, {json.dumps(is_back)})")

    async def _went(self, event: GenericEventArguments) -> None:
        """The browser went back or forward, to another session."""
        if isinstance(event.args, str) and event.args.isalnum():
            await guarded(partial(self._go, event.args))()

    async def _go(self, session: str) -> None:
        try:
            if session != self.desk.opened:
                await self.open(session)
        finally:
            self._name_place(is_back=True)  # it may be there no more

    async def begin(self) -> None:
        """Open a new session, in the language and with the model that are chosen."""
        session = self.desk.session
        await self.desk.begin(session.language if session else None, session.model if session else None)
        self._let_go()
        self.refresh()
        self.chat.focus()

    def refresh(self) -> None:
        """Draw anew what depends on the session."""
        self._shown = self._state()
        session = None if self.desk.session is None else self.desk.session.id
        if session != self._opened:
            self._opened = session
            self._name_place()
            self.chat.opened()
            if self._has_bench:
                self.bench.opened()
        background_tasks.create(self._sessions(), name="looks for sessions")
        self.chat.turns.refresh()
        self.chat.changed()
        if self._has_bench:
            self.bench.changed()
        self.head.changed()

    async def _sessions(self) -> None:
        with self.main:
            await self.drawer.look()

    def show(self, side: str) -> None:
        """On a phone: `chat` or `bench`."""
        self.main.classes(remove="show-chat show-bench", add=f"show-{side}")

    def follow(self, live: Live) -> None:
        """Have what a job says appear, until it has ended."""
        task = background_tasks.create(self._followed(live), name=f"follows {live.job}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _followed(self, live: Live) -> None:
        with self.main:
            try:
                async for event in self.desk.client.events(live.job, live.number):
                    piece = live.take(event)
                    self.chat.heard(live, event.kind, piece)
                    self.bench.heard(live, event)
            except HoldfastError as error:
                self.chat.told(str(error))
            except Exception:  # noqa: BLE001 - whatever it is, what came of the job is shown
                _LOG.exception("a job cannot be followed")
            finally:
                self.desk.over(live)
            known = self.desk.opened
            try:
                await self.desk.reload()
                self.models = await self.desk.client.get(list[ModelInfo], "/v1/models")
                await self.bench.ended(live.job)
            except AppError as error:
                self._lost(error, known)
            self.refresh()

    def _lost(self, error: AppError, session: str | None) -> None:
        """Show no session where the open one is there no more; other trouble may pass."""
        if error.status == 404 and self.desk.opened == session is not None:
            tell("This session was deleted in another tab.", "warning")
            self._let_go()
            self.desk.close()

    def watch(self, job: Job) -> None:
        """Follow a job that belongs to no turn: a run or a test."""
        self.follow(self.desk.follow(job))
        self.chat.changed()

    def closed_session(self) -> None:
        """A session is gone; it may have been the open one."""
        if self.desk.session is None:
            self._let_go()
        self.refresh()

    async def keep(self) -> None:
        """Make a version of what was edited, if anything was."""
        await self.bench.keep()

    def turn_to(self, panel: str) -> None:
        """Show one of the panels beside the chat: Code, Diff, Run or Tests."""
        self.bench.turn_to(panel)

    async def show_version(self, version: str) -> None:
        """Put a version into the editor."""
        await self.bench.show(version)

    def edit(self, code: str) -> None:
        """Put a program into the editor that is no version."""
        self.bench.edit(code)

    def point_at(self, line: int) -> None:
        """Point at a line of the program."""
        self.bench.mark(line)

    def program(self) -> dict[str, Any]:
        """What stands in the editor, as requests name it."""
        return self.bench.program()

    def write(self, text: str) -> None:
        """Put a message where it can be looked over before it is sent."""
        self.chat.write(text)

    def show_sessions(self) -> None:
        """Show or hide the sessions."""
        self.drawer.toggle()

    def themed(self) -> None:
        """It has become dark, or light."""
        self.bench.themed()

    def _let_go(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        self.desk.live.clear()

    def closed(self) -> None:
        """The tab is gone; jobs go on without it."""
        self._let_go()
        background_tasks.create(self.desk.client.aclose(), name="closes a tab")

    async def stop(self) -> None:
        """Stop whatever goes on in the session."""
        for live in tuple(self.desk.live.values()):
            await self.desk.stop(live.job)

    async def _look(self) -> None:
        """See whether another tab has changed the session, or the others."""
        # A tab that was closed is kept for a while, in case its browser comes back.
        if not self.main.client.has_socket_connection:
            return
        self._looks += 1
        known = self.desk.opened
        try:
            if self.head.is_waiting or self._looks % _SELDOM == 0:
                await self.head.look()
            if self._looks % _SELDOM == 0:
                await self.drawer.look()
            if self.desk.session is None or self.desk.live or not await self.desk.is_stale():
                return
            await self.desk.reload()
        except AppError as error:
            self._lost(error, known)
        self._follow_all()
        if self._state() != self._shown:
            self.refresh()

    def _state(self) -> tuple[object, ...]:
        desk = self.desk
        jobs = tuple((job.id, job.state) for job in desk.jobs.values())
        return (desk.session, tuple(desk.turns.values()), len(desk.versions), tuple(desk.live), jobs)
