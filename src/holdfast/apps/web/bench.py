"""The program: its editor and versions, what changed between two of them, how it runs and is tested."""

from typing import Any, Final

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from holdfast.apps.studio.records import JobEvent, VersionLine
from holdfast.apps.web.desk import Live
from holdfast.apps.web.looks import button, dialog, editor, guarded, icon_button, select, tell, theme_of
from holdfast.apps.web.page import Page
from holdfast.apps.web.trials import Trials

__all__ = ["MODES", "Bench"]

MODES: Final = {
    "python": "Python", "bash": "Shell", "javascript": "JavaScript", "c": "C", "c++": "C++", "java": "Java",
    "scala": "Scala", "sql": "SQLite", "rocq": "OCaml", "lean": "Haskell",
}  # fmt: skip
"""What an editor takes a language for; it knows neither Rocq nor Lean, whose comments are like these."""


class Bench:
    """The program of the session that is open."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.trials = Trials(page)
        self._base: str | None = None
        """The version that the editor began with."""
        self._began = ""
        """Its text."""

    def build(self) -> None:
        """Draw it."""
        with ui.element("div").classes("hf-bench"):
            with ui.tabs().props("dense align=left no-caps inline-label") as self._pages:
                for name, icon in (
                    ("Code", "code"),
                    ("Diff", "difference"),
                    ("Run", "play_arrow"),
                    ("Tests", "rule"),
                ):
                    ui.tab(name, icon=icon)
            with (
                ui.tab_panels(self._pages, value="Code", animated=False)
                .props("keep-alive")
                .style("width: 100%")
            ):
                with ui.tab_panel("Code"), ui.element("div").classes("hf-panel"):
                    self._code()
                with ui.tab_panel("Diff"), ui.element("div").classes("hf-panel"):
                    self._differences()
                with ui.tab_panel("Run"), ui.element("div").classes("hf-panel"):
                    self.trials.build_run()
                with ui.tab_panel("Tests"), ui.element("div").classes("hf-panel"):
                    self.trials.build_tests()
        self._pages.on_value_change(guarded(self._turned))

    def _code(self) -> None:
        with ui.element("div").classes("hf-row"):
            self._version = select("Version", {}, None, self._chosen)
            self._version.classes("hf-pick")
            self._restore = button("Work on this one", self._restored, icon="restore")
            self._edited = ui.label("edited").classes("hf-chip hf-edited")
            ui.element("div").classes("hf-grow")
            self._save = button("Save", self.save, icon="save")
            button("Run", self.trials.run, icon="play_arrow", main=True)
            icon_button("content_copy", "Copy the program", self._copy)
            icon_button("download", "Download the program", self._download)
            icon_button("bookmark_add", "Keep it as a snippet", self._keep)
        dark = bool(self._page.dark.value)
        self.editor = editor("Program", on_change=lambda: self._typed(), theme=theme_of(dark=dark))

    def _differences(self) -> None:
        with ui.element("div").classes("hf-row"):
            self._old = select("From version", {}, None, guarded(self._compare))
            self._new = select("To version", {}, None, guarded(self._compare))
            self._old.classes("hf-pick")
            self._new.classes("hf-pick")
            self._sum = ui.label().classes("hf-chip")
        dark = bool(self._page.dark.value)
        self._diff = editor("What changed", theme=theme_of(dark=dark), line_wrapping=True)
        self._diff.disable()

    @property
    def code(self) -> str:
        """What stands in the editor."""
        return self.editor.value or ""

    @property
    def shown(self) -> VersionLine | None:
        """The version that the editor began with."""
        return next((each for each in self._page.desk.versions if each.id == self._base), None)

    def program(self) -> dict[str, Any]:
        """What stands in the editor, as requests name it: a version, or language and code."""
        if self.shown is not None and not self.is_edited:
            return {"version": self.shown.id}
        session = self._page.desk.session
        if session is None:
            return {"language": next(iter(self._page.languages)), "code": self.code}
        return {"language": session.language, "code": self.code, "session": session.id}

    @property
    def is_edited(self) -> bool:
        """Whether the editor holds what is no version yet."""
        return self.code != self._began

    def opened(self) -> None:
        """Another session is shown."""
        head = self._page.desk.head
        self._base = None
        self._put(head)
        self.trials.opened()

    def changed(self) -> None:
        """The session has changed: a newer version is shown, unless there are edits of the user's own."""
        desk = self._page.desk
        head = desk.head
        if desk.session is not None:
            self.editor.language = MODES.get(desk.session.language)  # type: ignore[assignment]
            self._diff.language = MODES.get(desk.session.language)  # type: ignore[assignment]
        if head is not None and head.id != self._base:
            if self._base is None or not self.is_edited or self.code == desk.text(head):
                self._put(head)
            else:
                tell(f"Version {desk.number(head.id)} has come; your edits stay until you save or choose it.")
        self._choices()
        self.trials.changed()

    def _put(self, version: VersionLine | None) -> None:
        self._base = None if version is None else version.id
        self._began = self.editor.value = self._page.desk.text(version)
        self.mark(0)
        self._typed()

    def _choices(self) -> None:
        options = {each.id: self._titled(each) for each in reversed(self._page.desk.versions)}
        self._version.set_options(options, value=self._base if self._base in options else None)
        ids = list(options)
        new = self._new.value if self._new.value in options else (ids[0] if ids else None)
        old = self._old.value if self._old.value in options else (ids[min(1, len(ids) - 1)] if ids else None)
        if len(ids) > 1 and new != ids[0] and self._pages.value != "Diff":
            old, new = ids[1], ids[0]
        self._old.set_options(options, value=old)
        self._new.set_options(options, value=new)
        self._typed()

    def _titled(self, version: VersionLine) -> str:
        made = {"model": "", "user": " · edited", "restored": " · restored", "given": " · given"}[
            version.origin
        ]
        head = self._page.desk.head
        here = " · current" if head is not None and head.id == version.id else ""
        return f"Version {self._page.desk.number(version.id)}{made}{here}"

    def _typed(self) -> None:
        session = self._page.desk.session
        self._edited.set_visibility(self.is_edited)
        self._save.set_enabled(session is not None and self.is_edited and bool(self.code.strip()))
        self._restore.set_visibility(session is not None and self._base not in {None, session.head})

    async def _chosen(self, event: ValueChangeEventArguments[str | None]) -> None:
        version = event.value
        if version is not None and version != self._base:
            await guarded(lambda: self.show(version))()

    async def show(self, version: str) -> None:
        """Put a version into the editor."""
        found = next((each for each in self._page.desk.versions if each.id == version), None)
        if found is None:
            return
        if self.is_edited and self.code != await self._page.desk.program(version):
            tell("Your edits were put away: Ctrl+Z in the editor has them back.")
        await self._page.desk.program(version)
        self._put(found)
        self._version.value = version
        self._pages.value = "Code"
        self._page.show("bench")

    def restore(self, code: str) -> None:
        """Have edits back, unless there are others by now."""
        if code and not self.is_edited:
            self.editor.value = code
            self._typed()

    def edit(self, code: str) -> None:
        """Put a program into the editor that is no version, as if it had been typed."""
        self.editor.value = code
        self._typed()
        self.turn_to("Code")

    async def save(self) -> None:
        """Keep the edits as a version."""
        if not self.is_edited:
            tell("There is nothing new to save.")
            return
        await self.keep()
        self._page.refresh()
        tell(f"Saved as version {self._page.desk.number(self._base)}.", "positive")

    async def keep(self) -> None:
        """Make a version of what was edited, if anything was."""
        if self.is_edited and self.code.strip():
            if self._page.desk.session is None:
                code = self.code
                await self._page.desk.begin()
                self.editor.value = code
            made = await self._page.desk.save(self.code)
            self._base, self._began = made.id, made.code

    async def _restored(self) -> None:
        if self._base is not None:
            made = await self._page.desk.restore(self._base)
            self._base, self._began = made.id, made.code
            self._page.refresh()

    async def _turned(self) -> None:
        if self._pages.value == "Diff":
            await self._compare()

    async def _compare(self) -> None:
        self._diff.decorations = []  # the lines of the last comparison may not be there any more
        if not self._old.value or not self._new.value:
            self._diff.value, self._sum.text = "Two versions are needed to compare.", ""
            return
        found = await self._page.desk.diff(self._old.value, self._new.value)
        signs = {"same": " ", "added": "+", "removed": "-"}
        self._diff.value = "\n".join(f"{signs[each.kind]} {each.text}" for each in found.changes)
        self._diff.decorations = [
            {"kind": "line", "line": at, "class": f"hf-{each.kind}"}
            for at, each in enumerate(found.changes, 1)
            if each.kind != "same"
        ]
        self._sum.text = f"+{found.added} −{found.removed}"

    def mark(self, line: int) -> None:
        """Point at a line of the program; at none for 0."""
        known = 0 < line <= self.code.count("\n") + 1
        self.editor.decorations = [{"kind": "line", "line": line, "class": "hf-here"}] if known else []
        if known:
            self._pages.value = "Code"
            self._page.show("bench")
            self.editor.reveal_line(line)

    def turn_to(self, name: str) -> None:
        """Show one of the panels: Code, Diff, Run or Tests."""
        self._pages.value = name
        self._page.show("bench")

    def focus(self) -> None:
        """Go to the editor."""
        self.turn_to("Code")
        ui.run_javascript(f"getElement({self.editor.id}).$el.querySelector('.cm-content').focus()")

    def themed(self) -> None:
        """Follow the page, dark or light."""
        theme = theme_of(dark=bool(self._page.dark.value))
        for each in (self.editor, self._diff, self.trials.tests):
            each.set_theme(theme)

    def heard(self, live: Live, event: JobEvent) -> None:
        """Show what a job said."""
        self.trials.heard(live, event)

    async def ended(self, job: str) -> None:
        """Show what a job came to."""
        await self.trials.ended(job)

    def _copy(self) -> None:
        ui.clipboard.write(self.code)
        tell("Copied.", "positive")

    def _download(self) -> None:
        session = self._page.desk.session
        suffix = self._page.languages[session.language].suffix if session else ".txt"
        ui.download.content(self.code, f"program{suffix}")

    def _keep(self) -> None:
        session = self._page.desk.session
        if session is None or not self.code.strip():
            tell("There is no program to keep yet.")
            return
        with dialog() as asking, ui.card().style("min-width: 340px"):
            ui.label("Keep as a snippet").classes("text-h6")
            title = ui.input("Title", value=session.title).props("autofocus outlined dense maxlength=200")
            tags = ui.input("Tags, with commas between them").props("outlined dense")
            title.style("width: 100%")
            tags.style("width: 100%")

            async def done() -> None:
                if self.is_edited:
                    await self.save()
                named = [tag.strip() for tag in tags.value.split(",") if tag.strip()]
                body = {"title": title.value, "tags": named, "version": self._base}
                await self._page.desk.client.ask("POST", "/v1/snippets", body)
                asking.close()
                tell("Kept: see Snippets.", "positive")

            with ui.row():
                button("Cancel", asking.close)
                button("Keep", done, main=True)
