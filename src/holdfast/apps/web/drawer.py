"""The sessions, at the side: search, open, rename, delete and have back."""

from nicegui import ui

from holdfast.apps.studio.records import Session
from holdfast.apps.web.desk import MOST
from holdfast.apps.web.looks import button, dialog, guarded, icon_button
from holdfast.apps.web.page import Page

__all__ = ["Drawer"]


class Drawer:
    """The sessions."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._drawn: tuple[str, str | None, list[Session]] | None = None
        """The search, the session that was open, and what was found."""

    def build(self) -> None:
        """Draw it."""
        # Quasar opens it where there is room, and tells; to ask the browser would fail where that has left.
        with ui.left_drawer(value=False, bordered=True) as self._drawer:
            self._drawer.props("show-if-above width=264 breakpoint=900")
            self._drawer.style("padding: 10px; gap: 8px")
            button("New session", self._page.begin, icon="add", main=True).style("width: 100%")
            self._words = ui.input(placeholder="Search sessions", on_change=guarded(self.look))
            self._words.props("dense outlined clearable debounce=250").style("width: 100%")
            self._words.props["aria-label"] = "Search sessions"
            with ui.column().style("gap: 2px; width: 100%"):
                self.items()
            ui.space()
            ui.link("Snippets that you kept", "/app/snippets").classes("hf-soft q-pa-sm")
            button("Log out", self._log_out, icon="logout").props("dense align=left size=sm")

    async def _log_out(self) -> None:
        await self._page.desk.client.ask("POST", "/v1/logout", {})
        ui.navigate.to("/login")

    def toggle(self) -> None:
        """Show or hide it."""
        self._drawer.toggle()

    def search(self) -> None:
        """Go to the search field."""
        self._drawer.show()
        self._words.run_method("focus")

    async def look(self) -> None:
        """Find the sessions that hold all words of the search, and show them."""
        words = self._words.value or ""
        found = await self._page.desk.sessions(words)
        if words != (self._words.value or ""):  # a later search is on its way
            return
        drawn = (words, self._page.desk.opened, found)
        if drawn != self._drawn:  # what is drawn anew takes the focus and half a click with it
            self._drawn = drawn
            self.items.refresh()

    @ui.refreshable_method
    def items(self) -> None:
        """The sessions that were found."""
        if self._drawn is None:
            return
        words, _, found = self._drawn
        if not found:
            text = "No session holds these words." if words else "No session yet."
            ui.label(text).classes("hf-soft q-pa-sm")
        for session in found:
            self._item(session)
        if len(found) >= MOST:
            ui.label(f"The newest {MOST} are listed: search finds the others.").classes("hf-soft q-pa-sm")

    def _item(self, session: Session) -> None:
        is_open = self._drawn is not None and self._drawn[1] == session.id
        with ui.element("div").classes("hf-item" + (" open" if is_open else "")) as item:
            item.props["data-session"] = session.id
            name = (
                ui.element("button").classes("hf-name").on("click", guarded(lambda: self._open(session.id)))
            )
            name.props["aria-label"] = f"Open session {session.title}"
            name.props["title"] = session.title
            with name:
                ui.label(session.title).style("overflow: hidden; text-overflow: ellipsis")
            icon_button("edit", f"Rename {session.title}", lambda: self._rename(session), small=True)
            icon_button(
                "delete_outline", f"Delete {session.title}", lambda: self._delete(session), small=True
            )

    async def _open(self, session: str) -> None:
        try:
            await self._page.open(session)
        finally:
            await self.look()  # it may have been deleted in another tab

    def _rename(self, session: Session) -> None:
        async def done() -> None:
            await self._page.desk.change(session.id, title=title.value)
            asking.close()
            self._page.refresh()

        with dialog() as asking, ui.card().style("min-width: 320px"):
            title = ui.input("Title", value=session.title).props("autofocus outlined dense maxlength=200")
            title.style("width: 100%").on("keydown.enter", guarded(done))
            with ui.row():
                button("Cancel", asking.close)
                button("Rename", done, main=True)

    async def _delete(self, session: Session) -> None:
        await self._page.desk.delete(session.id)
        self._page.closed_session()
        with self._drawer:
            self._undo(session)

    def _undo(self, session: Session) -> None:
        async def back() -> None:
            await self._page.desk.undelete(session.id)
            _gone(undo)  # it may have been pressed twice
            await self._page.open(session.id)

        undo = button(f"Undo: have “{session.title[:24]}” back", back, icon="undo").style("width: 100%")
        ui.timer(20, lambda: _gone(undo), once=True)


def _gone(element: ui.element) -> None:
    if not element.is_deleted:
        element.delete()
