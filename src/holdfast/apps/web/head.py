"""The bar on top: language and model, counters, the sandbox, how it looks."""

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from holdfast.apps.studio.records import Job
from holdfast.apps.web.keys import help_sheet
from holdfast.apps.web.looks import button, guarded, icon_button, select, tell
from holdfast.apps.web.money import spent
from holdfast.apps.web.page import Page
from holdfast.coding.records import ModelInfo

__all__ = ["Head"]


class Head:
    """The bar on top."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._loads: dict[str, str] = {}
        """Jobs that load models, begun here, by model."""

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
                self._load = button("Load", self._loaded).classes("hf-load")
                with self._load:
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
        return {each.name: _titled(each) for each in self._page.models}

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
            self.language.value = session.language
            if self.model.options != (options := self._models()):
                self.model.set_options(options)
            self.model.value = session.model
        self._show_state()
        self.counters.text = self._counted()
        self.counters.set_visibility(bool(self.counters.text))

    def _show_state(self) -> None:
        """Offer to load the session's model where it is not there, and say why it could not be had."""
        session = self._page.desk.session
        model = next((each for each in self._page.models if session and each.name == session.model), None)
        is_wanting = model is not None and bool(_state(model)) and model.state != "loading"
        self._load.set_visibility(is_wanting)
        if model is not None:
            self._why.text = model.reason or "It is loaded when it is first asked, or now."
            self._load.text = "Try again" if model.state == "failed" else "Load"

    @property
    def is_waiting(self) -> bool:
        """Whether a model is being loaded."""
        return bool(self._loads) or any(each.state == "loading" for each in self._page.models)

    async def look(self) -> None:
        """See which models are loaded by now, and tell of a load that was begun here and has failed."""
        client = self._page.desk.client
        for name, begun in list(self._loads.items()):
            del self._loads[name]
            job = await client.get(Job, f"/v1/jobs/{begun}")
            if job.ended is None:
                self._loads[name] = begun
            elif job.error:
                tell(job.error["message"], "negative")
        found = await client.get(list[ModelInfo], "/v1/models")
        if found != self._page.models:
            self._page.models = found
            self.changed()

    async def _loaded(self) -> None:
        session = self._page.desk.session
        if session is not None:
            await self._begin_load(session.model)

    async def _begin_load(self, name: str) -> None:
        """Load a model ahead of the first question, unless it is there or on its way."""
        await self.look()
        if any(each.name == name and each.state in {"absent", "failed"} for each in self._page.models):
            job = await self._page.desk.client.post(Job, "/v1/models/load", {"model": name})
            self._loads[name] = job.id
            await self.look()

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
            await guarded(lambda: self._chosen(session.id, str(event.value)))()

    async def _chosen(self, session: str, model: str) -> None:
        await self._change(session, model=model)
        await self._begin_load(model)

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


def _titled(model: ModelInfo) -> str:
    """A model in the list of all."""
    kind = " (no language model)" if model.demo else ""
    told = _state(model)
    return f"{model.name}{kind}" + (f" · {told}" if told else "")


def _state(model: ModelInfo) -> str:
    """Why a model cannot be asked at once; empty where it can."""
    match model.state:
        case "absent":
            return "not loaded" if model.memory_mb else ""
        case "loading":
            return f"loading {model.percent} %" if model.percent else "loading"
        case "failed":
            return "cannot be loaded"
        case "ready":
            return ""
