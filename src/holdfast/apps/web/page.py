"""What the parts of a page may ask of each other."""

from collections.abc import Mapping
from typing import Any, Protocol

from nicegui import ui

from holdfast.apps.studio.records import Job
from holdfast.apps.web.desk import Desk, Live
from holdfast.coding.records import LanguageInfo, ModelInfo

__all__ = ["Page"]


class Page(Protocol):
    """One tab."""

    desk: Desk
    dark: ui.dark_mode
    models: list[ModelInfo]

    @property
    def languages(self) -> Mapping[str, LanguageInfo]:
        """By name."""
        ...

    @property
    def sandbox(self) -> Mapping[str, Any]:
        """Its `level`, and what is `missing` of it, in words."""
        ...

    def refresh(self) -> None:
        """Draw anew what depends on the session."""
        ...

    async def open(self, session: str) -> None:
        """Show a session."""
        ...

    async def begin(self) -> None:
        """Open a new session."""
        ...

    def closed_session(self) -> None:
        """A session is gone; it may have been the open one."""
        ...

    async def keep(self) -> None:
        """Make a version of what was edited, if anything was."""
        ...

    def follow(self, live: Live) -> None:
        """Have what a job says appear, until it has ended."""
        ...

    def watch(self, job: Job) -> None:
        """Follow a job that belongs to no turn: a run or a test."""
        ...

    async def stop(self) -> None:
        """Stop whatever goes on in the session."""
        ...

    def show(self, side: str) -> None:
        """On a phone: `chat` or `bench`."""
        ...

    def turn_to(self, panel: str) -> None:
        """Show one of the panels beside the chat: Code, Diff, Run or Tests."""
        ...

    async def show_version(self, version: str) -> None:
        """Put a version into the editor."""
        ...

    def edit(self, code: str) -> None:
        """Put a program into the editor that is no version."""
        ...

    def point_at(self, line: int) -> None:
        """Point at a line of the program."""
        ...

    def program(self) -> Mapping[str, Any]:
        """What stands in the editor, as requests name it."""
        ...

    def write(self, text: str) -> None:
        """Put a message where it can be looked over before it is sent."""
        ...

    def show_sessions(self) -> None:
        """Show or hide the sessions."""
        ...

    def themed(self) -> None:
        """It has become dark, or light."""
        ...
