"""Running and testing the program on show."""

from functools import partial
from typing import Any

from nicegui import ui

from holdfast.apps.studio.records import Job, JobEvent
from holdfast.apps.web.desk import Live
from holdfast.apps.web.live_text import LiveText
from holdfast.apps.web.looks import button, editor, icon_button, tell, theme_of
from holdfast.apps.web.page import Page

__all__ = ["Trials"]

_ENDED = {
    "timeout": "stopped: it took too long",
    "cpu": "stopped: it took too much CPU time",
    "memory": "stopped: it took too much memory",
    "disk": "stopped: it wrote too much",
    "output": "stopped: it printed too much",
    "signal": "crashed",
    "killed": "was killed",
}
_SHOWN = 4000
"""Characters of a failure that go into a message to the model."""


class Trials:
    """The panels Run and Tests."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._last: dict[str, Job | None] = {"run": None, "test": None}
        """The last run and the last test that have ended."""
        self._jobs: dict[str, str] = {}
        """What the jobs under way are: `run`, `test`, or `suggest` for tests that a model proposes."""
        self._session: str | None = None
        self._stage = ""
        self._stages: list[ui.label] = []
        """Where that is shown; some may be gone."""

    def build_run(self) -> None:
        """Draw the panel Run."""
        with ui.element("div").classes("hf-row"):
            self._args = ui.input("Arguments").props("dense outlined").classes("hf-grow")
            self._args.tooltip("With spaces between them")
            button("Run", self.run, icon="play_arrow", main=True)
        self._stdin = (
            ui.textarea("Standard input").props("dense outlined autogrow rows=2").style("width: 100%")
        )
        self.result()

    def build_tests(self) -> None:
        """Draw the panel Tests."""
        self._hint = ui.label().classes("hf-soft")
        self.tests = editor(
            "Tests",
            language="Python",
            theme=theme_of(dark=bool(self._page.dark.value)),
            on_change=lambda event: self._written(event.value),
        ).classes("hf-low")
        with ui.column().style("gap: 6px; width: 100%"):
            self.cases()
        with ui.element("div").classes("hf-row"):
            button("Add input and output", self._add, icon="add")
            button("Propose tests", self.propose, icon="auto_awesome")
            ui.element("div").classes("hf-grow")
            button("Test", self.test, icon="rule", main=True)
        self.verdict()

    def _written(self, text: str) -> None:
        self._page.desk.options.tests = text or ""

    def opened(self) -> None:
        """Another session is shown, with the last run and test of it."""
        self._last = {"run": None, "test": None}
        self._jobs.clear()
        session = self._page.desk.session
        was_open = bool(self._session)
        self._take_tests("" if session is None else session.id)
        self._take_input(keep=not was_open)
        info = self._page.languages.get(session.language) if session else None
        kind = info.tests if info else "python"
        self.tests.set_visibility(kind == "python")
        self._hint.text = {
            "python": "Assertions, test functions or doctests; the program is the module “solution” "
            "(from solution import *). Or give inputs and the outputs that are wanted.",
            "cases": "Inputs, and the outputs that are wanted.",
            "proofs": "The checker looks at every theorem: no holes, no axioms but known ones.",
        }.get(kind, info.reason if info else "")
        self.changed()
        self.result.refresh()
        self.verdict.refresh()

    def _take_tests(self, session: str) -> None:
        """Show the tests that the session was tested with last; what was written before it began stays."""
        before, self._session = self._session, session
        options = self._page.desk.options
        tested, proposed = self._newest("test"), self._newest("suggest")
        if tested is not None:
            options.tests = tested.request.get("tests") or ""
            given = tested.request.get("cases") or ()
            options.cases = [{"stdin": case["stdin"], "stdout": case["stdout"]} for case in given]
        elif before:
            options.tests, options.cases = "", []
        if proposed is not None and (tested is None or proposed.id > tested.id):
            self._add_proposed(proposed)  # nobody has tried them yet
        self.tests.value = options.tests
        self.cases.refresh()

    def _take_input(self, *, keep: bool) -> None:
        """Show what the session's last run was given; where there is none, `keep` leaves what is written."""
        last = self._newest("run")
        if last is None and keep:
            return
        given = {} if last is None else last.request
        self._stdin.value = given.get("stdin") or ""
        self._args.value = " ".join(given.get("args") or ())

    def _newest(self, kind: str) -> Job | None:
        return next((job for job in self._page.desk.jobs.values() if job.kind == kind), None)

    def changed(self) -> None:
        """Show the runs and tests of the session, also those that another tab began."""
        followed = {live.job for live in self._page.desk.live.values()}
        proposing = self._newest("suggest")
        if proposing is not None and proposing.id in followed and proposing.id not in self._jobs:
            self._jobs[proposing.id] = "suggest"
            self._redraw("suggest")
        for kind, last in self._last.items():
            newest = self._newest(kind)
            if newest is None or newest.id in self._jobs or (last is not None and newest.id <= last.id):
                continue
            if newest.ended is not None:
                self._last[kind] = newest
                self._redraw(kind)
            elif newest.id in followed:
                self._jobs[newest.id] = kind
                self._redraw(kind)

    async def run(self) -> None:
        """Run the program."""
        self._page.turn_to("Run")
        given = {"stdin": self._stdin.value or "", "args": (self._args.value or "").split()}
        await self._begin("run", "/v1/runs", {**self._page.program(), **given})

    async def test(self) -> None:
        """Test the program."""
        self._page.turn_to("Tests")
        options = self._page.desk.options
        cases = [case for case in options.cases if case["stdout"] or case["stdin"]]
        given = {"tests": options.tests, "cases": cases}
        await self._begin("test", "/v1/tests", {**self._page.program(), **given})

    async def propose(self) -> None:
        """Have the model propose tests, to be looked over."""
        await self._begin("suggest", "/v1/tests/suggest", dict(self._page.program()))

    def _proposed(self, job: Job) -> None:
        """Put proposed tests behind those that are there."""
        found = job.result or {}
        if not found.get("tests") and not found.get("cases"):
            refusal = found.get("refusal") or job.error or {}
            tell(refusal.get("message") or "The model proposed no tests.", "warning")
            return
        self._add_proposed(job)
        self.tests.value = self._page.desk.options.tests
        self.cases.refresh()
        tell("Look the proposed tests over before you go by them.")

    def _add_proposed(self, job: Job) -> None:
        found, options = job.result or {}, self._page.desk.options
        cases = found.get("cases") or ()
        options.cases += [{"stdin": case["stdin"], "stdout": case["stdout"]} for case in cases]
        texts = (options.tests.rstrip(), found.get("tests"))
        options.tests = "\n\n".join(text for text in texts if text)

    async def _begin(self, kind: str, path: str, body: dict[str, Any]) -> None:
        job = await self._page.desk.client.post(Job, path, body)
        self._jobs[job.id] = kind
        self._stage = "Waiting for its turn"
        self._redraw(kind)
        self._page.watch(job)

    def heard(self, live: Live, event: JobEvent) -> None:
        """Show what a job says while it goes on."""
        kind = self._jobs.get(live.job)
        if kind is not None and event.kind in {"progress", "state"}:
            stage = str(event.data.get("stage") or "running").capitalize()
            self._stage = live.queued if live.stage == "queued" else stage
            # Its words alone: a click on a button that is drawn anew meanwhile would be lost.
            self._stages = [label for label in self._stages if not label.is_deleted]
            for label in self._stages:
                label.text = self._stage

    async def ended(self, job: str) -> None:
        """Show what a job came to."""
        if job not in self._jobs:
            return
        found = await self._page.desk.client.get(Job, f"/v1/jobs/{job}")
        kind = self._jobs.pop(job, None)
        if kind is None:  # another session was opened meanwhile
            return
        if kind == "suggest":
            self._proposed(found)
        else:
            self._last[kind] = found
        self._redraw(kind)

    def _redraw(self, kind: str) -> None:
        (self.result if kind == "run" else self.verdict).refresh()

    @ui.refreshable_method
    def result(self) -> None:
        """How the last run ended."""
        if "run" in self._jobs.values():
            self._waiting()
        elif (last := self._last["run"]) is None:
            ui.label("Nothing has run yet. Programs run in the sandbox, without network.").classes("hf-soft")
        else:
            self._unsaved(last)
            _failed(last) if last.result is None else self._shown(last.result)

    def _unsaved(self, job: Job) -> None:
        """Say that a job was not about a version, and offer the program that it was about."""
        if job.version is not None:
            return

        async def back() -> None:
            whole = await self._page.desk.client.get(Job, f"/v1/jobs/{job.id}")
            self._page.edit(whole.request["code"])

        with ui.element("div").classes("hf-row"):
            ui.label("Of edits that were not saved.").classes("hf-soft")
            button("Put them into the editor", back, icon="history")

    def _waiting(self) -> None:
        with ui.element("div").classes("hf-row"):
            ui.spinner(size="18px")
            self._stages.append(ui.label(self._stage).classes("hf-soft"))
            button("Stop", self._page.stop, icon="stop")

    def _shown(self, ran: dict[str, Any]) -> None:
        with ui.element("div").classes("hf-row"):
            text = _ENDED.get(ran["ended"], f"exit {ran['exit']}")
            if ran["stage"] == "compile" and not ran["ok"]:
                text = "does not compile"
            ui.label(text).classes(f"hf-chip {'good' if ran['ok'] else 'bad'}")
            ui.label(f"{ran['wall_s']:.2f} s · CPU {ran['cpu_s']:.2f} s").classes("hf-chip")
            if ran["memory_mb"] is not None:
                ui.label(f"{ran['memory_mb']:.0f} MiB").classes("hf-chip")
            ui.label(f"sandbox {ran['isolation']}").classes("hf-chip")
            if ran["place"] and ran["place"]["line"]:
                line = ran["place"]["line"]
                button(f"Go to line {line}", lambda: self._page.point_at(line), icon="my_location")
        for name, text in (("Standard output", ran["stdout"]), ("Standard error", ran["stderr"])):
            if text:
                ui.label(name).classes("hf-soft")
                LiveText(text)
        if not ran["stdout"] and not ran["stderr"]:
            ui.label("It printed nothing.").classes("hf-soft")
        if not ran["ok"]:
            button("Send the failure to the model", lambda: self._tell(_said(ran)), icon="reply")

    @ui.refreshable_method
    def verdict(self) -> None:
        """What the last tests said."""
        if {"test", "suggest"} & set(self._jobs.values()):
            self._waiting()
        elif (last := self._last["test"]) is None:
            ui.label("Nothing was tested yet.").classes("hf-soft")
        else:
            self._unsaved(last)
            _failed(last) if last.result is None else self._judged(last.result)

    def _judged(self, report: dict[str, Any]) -> None:
        cases = report["cases"]
        good = sum(case["passed"] for case in cases)
        with ui.element("div").classes("hf-row"):
            ui.label(f"{good} of {len(cases)} passed").classes(
                f"hf-chip {'good' if report['passed'] else 'bad'}"
            )
            ui.label(f"{report['wall_s']:.2f} s").classes("hf-chip")
            if report["weak"]:
                ui.label("rests on the program's own word").classes("hf-chip")
        if report["problem"]:
            ui.label(report["problem"]).classes("hf-said")
        for case in cases:
            with ui.element("div").classes("hf-case"):
                passed = case["passed"]
                ui.icon("check_circle" if passed else "cancel", color="positive" if passed else "negative")
                with ui.column().style("gap: 2px; min-width: 0; flex: 1"):
                    ui.label(case["name"]).style("overflow-wrap: anywhere")
                    if case["message"] and not passed:
                        ui.label(case["message"]).classes("hf-soft hf-said")
        if not report["passed"] and cases:
            button("Send the failures to the model", lambda: self._tell(_complained(report)), icon="reply")

    @ui.refreshable_method
    def cases(self) -> None:
        """Inputs, and the outputs that are wanted."""
        for at, case in enumerate(self._page.desk.options.cases):
            with ui.element("div").classes("hf-case"):
                for field, name in (("stdin", "Input"), ("stdout", "Output wanted")):
                    text = ui.textarea(name, value=case[field]).props("dense outlined autogrow rows=1")
                    text.classes("hf-grow").bind_value_to(case, field)
                icon_button("close", f"Remove test {at + 1}", partial(self._remove, at), small=True)

    def _add(self) -> None:
        self._page.desk.options.cases.append({"stdin": "", "stdout": ""})
        self.cases.refresh()

    def _remove(self, at: int) -> None:
        del self._page.desk.options.cases[at]
        self.cases.refresh()

    def _tell(self, text: str) -> None:
        self._page.write(text)


def _failed(job: Job) -> None:
    error = job.error or {}
    ui.label(error.get("message", "It was stopped.")).classes("hf-said")
    if error.get("hint"):
        ui.label(error["hint"]).classes("hf-soft")


def _said(ran: dict[str, Any]) -> str:
    how = _ENDED.get(ran["ended"], f"ended with exit code {ran['exit']}")
    text = (ran["stderr"] or ran["stdout"])[-_SHOWN:]
    return f"I ran the program; it {how}. Mend it. It printed:\n{text}"


def _complained(report: dict[str, Any]) -> str:
    lines = [
        f"- {case['name']}: {case['message'] or case['reason']}"
        for case in report["cases"]
        if not case["passed"]
    ]
    return ("These tests fail. Mend the program.\n" + "\n".join(lines))[:_SHOWN]
