"""The conversation: what was asked, what came of it, and where the next message is written."""

from functools import partial
from typing import Any

from nicegui import ui

from holdfast.apps.studio.records import Job, Turn
from holdfast.apps.web.desk import Live, leaf_of, siblings
from holdfast.apps.web.live_text import LiveText
from holdfast.apps.web.looks import button, dialog, guarded, icon_button, tell
from holdfast.apps.web.money import money
from holdfast.apps.web.page import Page
from holdfast.core.errors import HoldfastError

__all__ = ["Chat"]

_EXAMPLES = (
    "Write a function initials(name): initials('Ada Lovelace') == 'AL', initials('Alan Turing') == 'AT'",
    "Write a function middle(xs): middle([1, 2, 3]) == 2, middle([5]) == 5, middle([4, 9, 1, 7, 3]) == 1",
    "Write a function evens(xs): evens([1, 2, 3, 4]) == [2, 4], evens([5, 6, 8]) == [6, 8], evens([]) == []",
)
_STAGES = {
    "loading": "Loading the model",
    "asking": "Asking the model",
    "whole": "Asking for the whole program",
    "reviewing": "A second model reviews it",
    "compiling": "Compiling",
    "running": "Running",
    "testing": "Testing",
    "repairing": "Mending it",
}


class Chat:
    """The conversation of the session that is open."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._texts: dict[str, LiveText] = {}
        self._stages: dict[str, ui.label] = {}
        self._notice = ""
        self._is_sending = False

    def build(self) -> None:
        """Draw it."""
        with ui.element("div").classes("hf-chat"):
            with ui.element("div").classes("hf-turns") as self._list:
                self.turns()
            with ui.element("div").classes("hf-composer"):
                self._composer()

    def _composer(self) -> None:
        self._prompt = ui.textarea(placeholder="Say what you need").props("autogrow outlined dense rows=2")
        self._prompt.props["input-style"] = "max-height: 200px"
        self._prompt.props["aria-label"] = "Message"
        self._prompt.style("width: 100%")
        with ui.element("div").classes("hf-row"):
            self._more()
            ui.label("Ctrl+Enter sends").classes("hf-soft hf-wide")
            ui.element("div").classes("hf-grow")
            self._stop = button("Stop", self._page.stop, icon="stop")
            self._send = button("Send", self.send, icon="send", main=True, ordered=True)

    def _more(self) -> None:
        options = self._page.desk.options
        opens = ui.button("Options", icon="tune").props("flat no-caps dense")
        with opens, ui.menu(), ui.column().classes("q-pa-md").style("gap: 8px; width: 320px"):
            ui.label("Ask for several answers and keep the one that passes your tests.").classes("hf-soft")
            count = ui.number("Answers", value=1, min=1, max=8).props("dense outlined").classes("full-width")
            ui.label("Send failures of your tests back to the model.").classes("hf-soft")
            rounds = ui.number("Rounds of repair", value=0, min=0, max=8).props("dense outlined")
            rounds.classes("full-width")
            count.on_value_change(lambda event: setattr(options, "count", int(event.value or 1)))
            rounds.on_value_change(lambda event: setattr(options, "rounds", int(event.value or 0)))
            ui.label("Both go by what is written under Tests.").classes("hf-soft")

    def focus(self) -> None:
        """Go to where messages are written."""
        self._prompt.run_method("focus")

    async def send(self) -> None:
        """Send the message as it stands now, when what was begun before is done."""
        text = self._prompt.value.strip()
        if not text:
            self.focus()
            return
        self._prompt.value = ""  # at once: what is typed from here on is the next message
        await guarded(partial(self._sent, text))()

    async def _sent(self, text: str) -> None:
        if self._is_busy():
            self._put_back(text)
            tell("An answer is on its way: wait for it, or stop it.")
            return
        self._is_sending = True
        self.changed()
        try:
            await self._page.keep()
            live = await self._page.desk.send(text)
        except HoldfastError:
            self._put_back(text)
            raise
        finally:
            self._is_sending = False
            self.changed()
        self._started(live)

    def _put_back(self, text: str) -> None:
        self._prompt.value = f"{text}\n{self._prompt.value}".strip()

    def _is_busy(self) -> bool:
        return self._is_sending or any(live.turn for live in self._page.desk.live.values())

    def _started(self, live: Live) -> None:
        self._notice = ""
        self._page.refresh()
        self._page.follow(live)

    def restore(self, text: str) -> None:
        """Have back what was typed, unless something else is there by now."""
        if text and not self._prompt.value:
            self._prompt.value = text

    def write(self, text: str) -> None:
        """Put a message where it can be looked over before it is sent."""
        self._prompt.value = text
        self._page.show("chat")
        self.focus()

    def opened(self) -> None:
        """Another session is shown."""
        self._notice = ""

    def changed(self) -> None:
        """Show whether something is under way."""
        self._stop.set_visibility(bool(self._page.desk.live))
        self._send.set_enabled(not self._is_busy())
        self._send.props["loading"] = self._is_sending
        begun = bool(self._page.desk.turns)
        self._prompt.props["placeholder"] = "Say what should be different" if begun else "Say what you need"

    def heard(self, live: Live, kind: str, piece: str) -> None:
        """Show what a job said."""
        key = live.turn or live.job
        text = self._texts.get(key)
        if text is not None and piece:
            text.append(piece)
        elif text is not None and text.written and not live.text:
            text.put("")
        stage = self._stages.get(key)
        if stage is not None and kind != "text":
            stage.text = _staged(live)

    def told(self, message: str) -> None:
        """Show what went wrong with the whole conversation."""
        self._notice = message
        self.turns.refresh()

    @ui.refreshable_method
    def turns(self) -> None:
        """The branch on show."""
        self._texts.clear()
        self._stages.clear()
        path = self._page.desk.path
        if not path:
            self._empty()
        for turn in path:
            self._asked(turn)
            self._answered(turn)
        if self._notice:
            ui.label(self._notice).classes("hf-chip bad")
        if path:
            self._list.run_method("scrollTo", {"top": 1_000_000})

    def _empty(self) -> None:
        with ui.element("div").classes("hf-empty"):
            ui.icon("auto_awesome", size="36px", color="primary")
            ui.label("What do you want to build?").classes("text-h6")
            ui.label(
                "Say what a program should do; examples of input and output help. Then say what is wrong "
                "with it, run it, test it, and keep what works."
            ).classes("hf-soft")
            if any(each.demo for each in self._page.models) and len(self._page.models) == 1:
                ui.label(
                    "This is the demo: it is no language model. It searches for Python functions that fit "
                    "your examples, and knows a few tasks by heart. Start with --model for a real one."
                ).classes("hf-soft")
            for text in _EXAMPLES:
                button(text, partial(self.write, text)).props("align=left outline").style("width: 100%")

    def _asked(self, turn: Turn) -> None:
        ui.label(turn.prompt).classes("hf-mine")
        same = siblings(self._page.desk.turns, turn)
        with ui.element("div").classes("hf-acts").style("align-self: flex-end"):
            if len(same) > 1:
                at = [each.id for each in same].index(turn.id)
                icon_button("chevron_left", "Earlier branch", lambda: self._branch(same, at - 1), small=True)
                ui.label(f"{at + 1}/{len(same)}").classes("hf-soft")
                icon_button("chevron_right", "Later branch", lambda: self._branch(same, at + 1), small=True)
            icon_button("edit", "Edit this message", lambda: self._edit(turn), small=True)
            icon_button("content_copy", "Copy this message", lambda: _copy(turn.prompt), small=True)

    async def _branch(self, same: list[Turn], at: int) -> None:
        self._page.desk.leaf = leaf_of(self._page.desk.turns, same[at % len(same)].id)
        self._page.refresh()
        versions = [turn.version for turn in self._page.desk.path if turn.version]
        if versions:
            await self._page.show_version(versions[-1])

    def _edit(self, turn: Turn) -> None:
        async def done() -> None:
            live = await self._page.desk.again(turn.id, text.value)
            asking.close()
            self._started(live)

        with dialog() as asking, ui.card().style("min-width: min(560px, 90vw)"):
            text = ui.textarea("Message", value=turn.prompt).props("autogrow outlined autofocus")
            text.style("width: 100%")
            ui.label("The answer becomes a branch beside this one.").classes("hf-soft")
            with ui.row():
                button("Cancel", asking.close)
                button("Send", done, main=True)

    def _answered(self, turn: Turn) -> None:
        live = self._page.desk.live.get(turn.id)
        job = self._page.desk.jobs.get(turn.job or "")
        with ui.element("div").classes("hf-answer"):
            if live is not None:
                self._under_way(turn, live)
                return
            if job is not None:
                self._came(turn, job)
            self._acts(turn, job)

    def _under_way(self, turn: Turn, live: Live) -> None:
        with ui.element("div").classes("hf-row"):
            ui.spinner(size="18px")
            self._stages[turn.id] = ui.label(_staged(live)).classes("hf-soft")
        self._texts[turn.id] = LiveText(live.text)

    def _came(self, turn: Turn, job: Job) -> None:
        result = job.result or {}
        if result.get("said"):
            ui.label(result["said"]).classes("hf-said")
        if turn.version:
            self._version(turn, result)
        for finding in result.get("findings", ()):
            _finding(finding)
        if result.get("judged", 0) > 1:
            self._candidates(job, result["judged"])
        _failed(turn, job)

    def _version(self, turn: Turn, result: dict[str, Any]) -> None:
        number = self._page.desk.number(turn.version)
        version = self._page.desk.versions[number - 1]
        how = f"{result['edits']} changes" if result.get("edits") else f"{version.lines} lines"
        with ui.element("div").classes("hf-row"):
            version_id = version.id
            button(f"Version {number} · {how}", lambda: self._page.show_version(version_id), icon="code")
            if "passed" in result and result.get("judged"):
                kind, text = (
                    ("good", "passed your tests") if result["passed"] else ("bad", "fails your tests")
                )
                ui.label(text).classes(f"hf-chip {kind}")
            if not version.good:
                ui.label("cannot be read as a program").classes("hf-chip bad")

    def _candidates(self, job: Job, count: int) -> None:
        async def fill() -> None:
            if opened.value and not place.default_slot.children:
                result = (await self._page.desk.whole(job)).result or {}
                if not place.is_deleted:
                    with place:
                        _judged(result)

        with ui.expansion(f"{count} answers were judged").props("dense").style("width: 100%") as opened:
            place = ui.column().style("gap: 4px; width: 100%")
        opened.on_value_change(guarded(fill))

    def _acts(self, turn: Turn, job: Job | None) -> None:
        usage = (job.result or {}).get("usage") if job is not None else None
        with ui.element("div").classes("hf-acts"):
            if job is not None and job.state in {"stopped", "interrupted", "failed"}:
                button("Go on", lambda: self._go_on(turn), icon="play_arrow")
            icon_button("refresh", "Ask the same once more", lambda: self._again(turn), small=True)
            icon_button("fork_right", "Go on from here", lambda: self._from(turn), small=True)
            icon_button("content_copy", "Copy the answer", lambda: self._copied(turn), small=True)
            ui.element("div").classes("hf-grow")
            if usage:
                ui.label(_counted(turn.model, usage)).classes("hf-soft")

    async def _again(self, turn: Turn) -> None:
        self._started(await self._page.desk.again(turn.id))

    async def _go_on(self, turn: Turn) -> None:
        self._started(await self._page.desk.go_on(turn.id))

    async def _from(self, turn: Turn) -> None:
        self._page.desk.leaf = turn.id
        self._page.refresh()
        if turn.version:
            await self._page.show_version(turn.version)
        self.focus()

    async def _copied(self, turn: Turn) -> None:
        code = await self._page.desk.program(turn.version) if turn.version else ""
        _copy(code or turn.partial or turn.refusal or "")


def _judged(result: dict[str, Any]) -> None:
    """All answers to one request, and why they were not taken."""
    for at, each in enumerate(result["candidates"]):
        chosen = at == result["chosen"]
        with ui.element("div").classes("hf-case"):
            ui.label("kept" if chosen else "refused").classes(f"hf-chip {'good' if chosen else 'bad'}")
            with ui.column().style("gap: 4px; min-width: 0; flex: 1"):
                ui.label(each["refused"] or "It passed everything.").classes("hf-soft")
                LiveText(each["answer"]["code"] or each["answer"]["said"])


def _failed(turn: Turn, job: Job) -> None:
    """Why there is no program, and what had come of it."""
    if turn.refusal:
        ui.label(f"The model gave no program: {turn.refusal}").classes("hf-said")
    if job.state in {"stopped", "interrupted"}:
        words = "You stopped it." if job.state == "stopped" else "The app ended in the middle of it."
        ui.label(f"{words} What had come is kept.").classes("hf-soft")
    if job.error:
        ui.label(job.error["message"]).classes("hf-said").style("color: var(--q-negative)")
        ui.label(job.error.get("hint") or "").classes("hf-soft")
    if turn.partial and not turn.version:
        LiveText(turn.partial)


def _staged(live: Live) -> str:
    if live.stage == "queued":
        return live.queued
    text = _STAGES.get(live.stage, "Writing" if live.text else "Under way")
    if live.text and live.stage == "asking":
        text = "Writing"
    return (
        text + (f", {live.percent} %" if live.percent else "") + (f" · {live.detail}" if live.detail else "")
    )


def _counted(model: str, usage: dict[str, Any]) -> str:
    tokens = usage["completion_tokens"] or usage["pieces"]
    speed = f" · {tokens / usage['wall_s']:.0f}/s" if usage["wall_s"] > 0.05 else ""
    cost = "" if usage.get("cost") is None else f" · {money(usage['cost'], usage['currency'])}"
    return f"{model} · {tokens} tokens{speed} · {usage['wall_s']:.1f} s{cost}"


def _finding(finding: dict[str, Any]) -> None:
    place = finding.get("place")
    text = finding["message"] + (f" (line {place['line']})" if place and place["line"] else "")
    ui.label(text).classes(f"hf-chip {'bad' if finding['severity'] == 'error' else ''}").style(
        "white-space: normal"
    )


def _copy(text: str) -> None:
    ui.clipboard.write(text)
    tell("Copied.", "positive")
