"""The bar on top: language and model, counters, the sandbox, how it looks."""

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from holdfast.apps.web.keys import help_sheet
from holdfast.apps.web.looks import guarded, icon_button, select
from holdfast.apps.web.money import spent
from holdfast.apps.web.page import Page
from holdfast.coding.records import ModelInfo

__all__ = ["Head"]


class Head:
    """The bar on top."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def build(self) -> None:
        """Draw it."""
        page = self._page
        with ui.header().classes("hf-head"):
            icon_button("menu", "Show or hide sessions", page.show_sessions)
            ui.label("Holdfast").classes("hf-brand hf-wide")
            languages = {each.name: each.title for each in page.languages.values()}
            with ui.element("div").classes("hf-choice"):
                self.language = select("Language", languages, None, self._language)
                self.language.style("min-width: 118px")
                self.model = select("Model", self._models(), None, self._model)
            self.state = ui.label().classes("hf-chip hf-wide")
            with self.state:
                self._why = ui.tooltip("")
            ui.space()
            self.counters = ui.label().classes("hf-chip hf-wide")
            self.counters.tooltip(
                "Tokens, seconds and cost of this session's answers; cost as far as prices are known"
            )
            self._badge()
            ui.link("Snippets", "/app/snippets").classes("hf-soft hf-wide q-mx-sm")
            icon_button("dark_mode", "Dark or light", self._turn)
            icon_button("keyboard", "Keyboard shortcuts", help_sheet).classes("hf-wide")
            with ui.row().classes("hf-phone items-center").style("gap: 0; flex-wrap: nowrap"):
                icon_button("chat", "Show the chat", lambda: page.show("chat"))
                icon_button("code", "Show the code", lambda: page.show("bench"))

    def _models(self) -> dict[str, str]:
        return {
            each.name: f"{each.name} (no language model)" if each.demo else each.name
            for each in self._page.models
        }

    def _badge(self) -> None:
        level = str(self._page.sandbox["level"])
        missing = self._page.sandbox["missing"]
        with ui.button(color=None).props("flat no-caps dense") as badge:
            text = f"Sandbox: {level}" if level not in {"", "none"} else "No sandbox"
            ui.label(text).classes("hf-chip " + ("good" if level not in {"", "none"} else "bad"))
        badge.props["aria-label"] = f"{text}: what it holds"
        with badge, ui.menu(), ui.column().classes("q-pa-md").style("max-width: 380px; gap: 6px"):
            if level:
                ui.label(f"Programs run at level “{level}”: without network, and apart from your files.")
            for line in missing:
                ui.label(str(line)).classes("hf-soft")
            if not missing:
                ui.label("Nothing is missing on this machine.").classes("hf-soft")

    def changed(self) -> None:
        """Show what the open session has."""
        session = self._page.desk.session
        self.language.set_visibility(session is not None)
        self.model.set_visibility(session is not None)
        if session is not None:
            self.language.value, self.model.value = session.language, session.model
        self._shown_state(
            next((each for each in self._page.models if session and each.name == session.model), None)
        )
        self.counters.text = self._counted()
        self.counters.set_visibility(bool(self.counters.text))

    def _shown_state(self, model: ModelInfo | None) -> None:
        """Tell how far a model is that is being loaded, or why it cannot be."""
        is_worth_it = model is not None and model.state in {"loading", "failed"}
        self.state.set_visibility(is_worth_it)
        if model is not None and is_worth_it:
            self.state.text = f"loading {model.percent} %" if model.state == "loading" else "cannot be loaded"
            self._why.text = model.reason or model.about

    def _counted(self) -> str:
        usages = [
            job.result["usage"]
            for job in self._page.desk.jobs.values()
            if job.result is not None and job.result.get("usage")
        ]
        if not usages:
            return ""
        tokens = sum((each["completion_tokens"] or each["pieces"]) for each in usages)
        seconds = sum(each["wall_s"] for each in usages)
        cost = spent(usages)
        return f"{tokens} tokens · {seconds:.1f} s" + (f" · {cost}" if cost else "")

    async def _language(self, event: ValueChangeEventArguments[str]) -> None:
        session = self._page.desk.session
        if session is not None and event.value and event.value != session.language:
            await guarded(lambda: self._change(session.id, language=event.value))()

    async def _model(self, event: ValueChangeEventArguments[str]) -> None:
        session = self._page.desk.session
        if session is not None and event.value and event.value != session.model:
            await guarded(lambda: self._change(session.id, model=event.value))()

    async def _change(self, session: str, **changes: str) -> None:
        await self._page.desk.change(session, **changes)
        self._page.refresh()

    def _turn(self) -> None:
        page = self._page
        page.dark.value = not page.dark.value
        mode = "dark" if page.dark.value else "light"
        ui.run_javascript(
            f"document.cookie = 'holdfast-look={mode}; path=/; max-age=31536000; samesite=strict'"
        )
        page.themed()
