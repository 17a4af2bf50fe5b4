"""The snippets that were kept: search, look, rename, copy, share, take in and give out."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from nicegui import ui
from nicegui.events import UploadEventArguments

from holdfast.apps.studio.records import Snippet
from holdfast.apps.web.bench import MODES
from holdfast.apps.web.client import Client
from holdfast.apps.web.looks import button, dialog, editor, guarded, icon_button, select, tell, theme_of
from holdfast.coding.records import LanguageInfo

__all__ = ["Shelf"]

_TYPES = {"zip": "application/zip", "jsonl": "application/jsonl"}


class Shelf:
    """The page of snippets."""

    def __init__(self, client: Client, languages: Sequence[LanguageInfo]) -> None:
        self._client = client
        self._suffixes = {each.name: each.suffix for each in languages}
        self._tag: str | None = None
        self._tags: dict[str, int] = {}
        self._found: list[Snippet] = []
        self._shown: Snippet | None = None

    async def build(self) -> None:
        """Draw it."""
        with ui.header().classes("hf-head").style("height: 56px; gap: 12px; flex-wrap: nowrap"):
            ui.label("Snippets").classes("hf-brand")
            ui.space()
            button("Take in a file", self._upload, icon="upload")
            button("Give out as zip", lambda: self._export("zip"), icon="download").classes("hf-wide")
            button("Give out as JSON lines", lambda: self._export("jsonl"), icon="download").classes(
                "hf-wide"
            )
            ui.link("Back to the app", "/app").classes("hf-soft")
        with (
            ui.splitter(value=36, limits=(20, 60))
            .classes("hf-shelf w-full h-full")
            .style("width: 100%; height: 100%") as parts
        ):
            with parts.before, ui.column().classes("q-pa-md").style("gap: 10px; width: 100%"):
                self._words = ui.input(
                    placeholder="Search titles, programs and tags", on_change=guarded(self.look)
                )
                self._words.props("dense outlined clearable debounce=250").style("width: 100%")
                self._words.props["aria-label"] = "Search snippets"
                languages = {"": "All languages", **{name: name for name in sorted(self._suffixes)}}
                self._language = select("Language", languages, "", guarded(self.look))
                self.tags()
                self.items()
                await self.look()
            with parts.after, ui.element("div").classes("hf-bench q-pa-md"):
                self.one()

    async def look(self) -> None:
        """Find the snippets that hold all words of the search, and show them."""
        words = self._words.value or ""
        self._tags = await self._client.get(dict[str, int], "/v1/snippets/tags")
        asked = {"q": words, "tag": self._tag, "language": self._language.value or None}
        self._found = await self._client.get(list[Snippet], "/v1/snippets", **asked)
        self.tags.refresh()
        self.items.refresh()

    @ui.refreshable_method
    def tags(self) -> None:
        """All tags, to choose one."""
        with ui.element("div").classes("hf-row"):
            for tag, count in self._tags.items():
                chosen = tag == self._tag
                chip = button(f"{tag} {count}", partial(self._by_tag, tag), main=chosen).props(
                    "dense size=sm rounded"
                )
                chip.props["aria-pressed"] = str(chosen).lower()

    async def _by_tag(self, tag: str) -> None:
        self._tag = None if self._tag == tag else tag
        await self.look()

    @ui.refreshable_method
    def items(self) -> None:
        """The snippets that were found."""
        if not self._found:
            ui.label(
                "Nothing holds these words."
                if self._words.value or self._tag
                else "Nothing was kept yet: in the "
                "app, the bookmark above the editor keeps a program with where it comes from."
            ).classes("hf-soft")
        for snippet in self._found:
            is_open = self._shown is not None and self._shown.id == snippet.id
            with ui.element("div").classes("hf-item" + (" open" if is_open else "")):
                name = (
                    ui.element("button").classes("hf-name").on("click", guarded(partial(self._open, snippet)))
                )
                name.props["aria-label"] = f"Open snippet {snippet.title}"
                with name:
                    ui.label(snippet.title)
                    ui.label(" · ".join((snippet.language, *snippet.tags))).classes("hf-soft")

    async def _open(self, snippet: Snippet | None) -> None:
        self._shown = snippet
        self.one.refresh()
        await self.look()

    @ui.refreshable_method
    def one(self) -> None:
        """The snippet that is looked at."""
        snippet = self._shown
        if snippet is None:
            with ui.element("div").classes("hf-empty"):
                ui.icon("bookmarks", size="34px", color="primary")
                ui.label("Choose a snippet to look at it.").classes("hf-soft")
            return
        with ui.element("div").classes("hf-row"):
            ui.label(snippet.title).classes("text-h6 hf-title")
            icon_button("edit", "Rename or change tags", lambda: self._change(snippet))
            icon_button("content_copy", "Copy the program", lambda: self._copy(snippet.code))
            icon_button("download", "Download the program", lambda: self._program(snippet))
            icon_button("description", "Download as a page", lambda: self._file(snippet))
            icon_button("share", "Share as a page that can only be read", lambda: self._share(snippet))
            icon_button("delete_outline", "Delete this snippet", lambda: self._delete(snippet))
        if snippet.share:
            with ui.element("div").classes("hf-row"):
                ui.link("Its public page", f"/s/{quote(snippet.share)}", new_tab=True)
                button("Share no more", lambda: self._unshare(snippet))
        _provenance(snippet)
        dark = ui.context.client.request.cookies.get("holdfast-look") == "dark"
        mode = MODES.get(snippet.language)
        shown = editor("Program", value=snippet.code, language=mode, theme=theme_of(dark=dark))
        shown.disable()

    def _copy(self, code: str) -> None:
        ui.clipboard.write(code)
        tell("Copied.", "positive")

    def _program(self, snippet: Snippet) -> None:
        name = "".join(sign if sign.isalnum() else "-" for sign in snippet.title)[:60].strip("-")
        ui.download.content(snippet.code, (name or "program") + self._suffixes.get(snippet.language, ".txt"))

    async def _file(self, snippet: Snippet) -> None:
        content, name = await self._client.file(f"/v1/snippets/{snippet.id}/file")
        ui.download.content(content, name)

    async def _export(self, kind: str) -> None:
        content, name = await self._client.file("/v1/snippets/export", form=kind)
        ui.download.content(content, name)

    def _upload(self) -> None:
        async def taken(event: UploadEventArguments) -> None:
            ending = event.file.name.rsplit(".", 1)[-1].lower()
            media_type = _TYPES.get(ending, "application/jsonl")

            async def done() -> None:
                await self._client.upload("/v1/snippets/import", await event.file.read(), media_type)
                asking.close()
                await self.look()
                tell("Taken in.", "positive")

            await guarded(done)()

        with dialog() as asking, ui.card():
            ui.label("A zip or a file of JSON lines, as this page gives them out.")
            field = ui.upload(label="Choose a file", on_upload=taken, auto_upload=True)
            field.props("accept=.zip,.jsonl").props["aria-label"] = "Choose a file"
            button("Cancel", asking.close)

    async def _share(self, snippet: Snippet) -> None:
        self._shown = Snippet.model_validate(
            await self._client.ask("PUT", f"/v1/snippets/{snippet.id}/share")
        )
        self.one.refresh()

    async def _unshare(self, snippet: Snippet) -> None:
        self._shown = Snippet.model_validate(
            await self._client.ask("DELETE", f"/v1/snippets/{snippet.id}/share")
        )
        self.one.refresh()

    async def _delete(self, snippet: Snippet) -> None:
        await self._client.ask("DELETE", f"/v1/snippets/{snippet.id}")
        await self._open(None)

        async def back() -> None:
            await self._client.ask("POST", f"/v1/snippets/{snippet.id}/undelete", {})
            asking.close()
            await self._open(snippet)

        with (
            dialog().props("position=bottom seamless") as asking,
            ui.card(),
            ui.element("div").classes("hf-row"),
        ):
            ui.label(f"“{snippet.title}” was deleted.")
            button("Undo", back, icon="undo")
            button("Close", asking.close)

    def _change(self, snippet: Snippet) -> None:
        async def done() -> None:
            named = [tag.strip() for tag in tags.value.split(",") if tag.strip()]
            body = {"title": title.value, "tags": named, "revision": snippet.revision}
            changed = await self._client.patch(Snippet, f"/v1/snippets/{snippet.id}", body)
            asking.close()
            await self._open(changed)

        with dialog() as asking, ui.card().style("min-width: 340px"):
            title = ui.input("Title", value=snippet.title).props("autofocus outlined dense maxlength=200")
            tags = ui.input("Tags, with commas between them", value=", ".join(snippet.tags)).props(
                "outlined dense"
            )
            title.style("width: 100%")
            tags.style("width: 100%")
            with ui.row():
                button("Cancel", asking.close)
                button("Save", done, main=True)


def _provenance(snippet: Snippet) -> None:
    found = snippet.provenance
    prompts = found.get("prompts") or ()
    if not prompts:
        return
    with ui.expansion("Where it comes from").props("dense").style("width: 100%"):
        for prompt in prompts:
            ui.label(str(prompt)).classes("hf-mine").style("align-self: stretch; max-width: 100%")
        if found.get("model"):
            ui.label(f"Written by {found['model']}.").classes("hf-soft")
