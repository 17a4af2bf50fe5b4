"""The code app in a process of its own, with a model that says what a prompt has it say; and a tab of it."""

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect
from tests.http_server import Asked, Said, Server, serving

from holdfast.runtime.loops import LoopThread

TOKEN = "a-token-for-tests"
WAIT_MS = 90_000
"""For what comes at once on a machine with nothing else to do."""
LONG = 50_000
"""Pieces of the longest answer."""
WATCH = """() => {
  window.seen = { updates: 0, first: 0, last: 0, gap: 0, longest: 0 };
  new MutationObserver((changes) => {
    const texts = changes.map((each) => each.target.nodeType === Node.TEXT_NODE ? each.target : null);
    const live = texts.find((each) => each && each.parentElement && each.parentElement.matches(".live-text"));
    if (!live) return;
    const now = performance.now();
    if (seen.updates) seen.gap = Math.max(seen.gap, now - seen.last);
    else seen.first = now;
    seen.updates += 1;
    seen.last = now;
    seen.longest = Math.max(seen.longest, live.length);
  }).observe(document.body, { characterData: true, subtree: true });
}"""
"""Has the page count how often text that comes is shown; times in milliseconds."""
_PROPOSED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SCRIPT = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def chunk(text: str, finished: str | None = None) -> str:
    """A piece of an answer, as servers of models send it."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finished}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


def _answer(asked: Asked) -> Said:
    """What stands last in double brackets, in double braces where tests are wanted.

    One that ends with HOLD stays open as long as anybody listens.
    """
    if asked.path.endswith("/models"):
        return Said(body=json.dumps({"object": "list", "data": [{"id": "scripted", "object": "model"}]}))
    told = asked.body["messages"][-1]["content"]
    scripts = (_PROPOSED if told.startswith("Write tests") else _SCRIPT).findall(told)
    text = scripts[-1] if scripts else "```python\nprint('nothing was asked for')\n```\n"
    body = "".join(chunk(text[at : at + 20]) for at in range(0, len(text), 20))
    if text.endswith("HOLD"):
        return Said(body=body, kind="text/event-stream", length=1_000_000, wait_s=600)
    used = {"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}
    end = chunk("", "stop") + f"data: {json.dumps(used)}\n\ndata: [DONE]\n\n"
    return Said(body=body + end, kind="text/event-stream")


@dataclass(frozen=True, slots=True)
class Running:
    """The app and the server of its model."""

    url: str
    pid: int
    model: Server
    folder: Path

    def client(self) -> httpx2.Client:
        """Asks the app what the page asks it."""
        return httpx2.Client(base_url=self.url, timeout=60, headers={"Authorization": f"Bearer {TOKEN}"})


def recording_pieces(pieces: int) -> list[str]:
    """An answer of so many pieces and its fences: a program of one line for each ten."""
    said = [f"x{at} = {at}\n" if at % 10 == 9 else "# " for at in range(pieces)]
    return ["```python\n", *said, "```\n"]


def recording(pieces: int) -> str:
    """Such an answer to whatever is asked, for a model that replays it."""
    messages = [{"role": "user", "text": "*"}]
    return json.dumps({"messages": messages, "pieces": recording_pieces(pieces)}) + "\n"


@contextlib.contextmanager
def running(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Running]:
    """The app, with its data in `folder`, and `more` models, until the end of the block."""
    (folder / "long.jsonl").write_text(recording(LONG))
    with LoopThread("model") as thread:
        context = serving(_answer)
        server = thread.submit(context.__aenter__()).result()
        models = {"scripted": f"{server.url}/v1?model=scripted", "long": f"replay:{folder / 'long.jsonl'}"}
        models |= {"late": f"replay:{folder / 'late.jsonl'}"}  # there is no such file yet
        models |= more or {}
        lines = [f"[models.{name}]\nspec = {json.dumps(spec)}\n" for name, spec in models.items()]
        lines[0] += "price = {prompt = 2, completion = 10}\n"  # 0.003 an answer
        (folder / "models.toml").write_text("\n".join(lines))
        program = Path(sys.executable).with_name("holdfast")
        command = [str(program), "app", "--port", "0", "--json", "--token", TOKEN]
        command += ["--data", str(folder / "data"), "--models", str(folder / "models.toml")]
        with (folder / "said").open("w") as said:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (folder / "said").read_text()
            yield Running(f"http://127.0.0.1:{json.loads(line)['port']}", process.pid, server, folder)
        finally:
            process.terminate()
            process.communicate(timeout=60)
            thread.submit(context.__aexit__(None, None, None)).result()
    told = (folder / "said").read_text()
    assert "Traceback" not in told, told


def program(*lines: str, said: str = "") -> str:
    """A prompt that has the model answer with a Python program."""
    text = "\n".join(lines)
    return f"[[{said}\n```python\n{text}\n```\n]]"


@dataclass(eq=False)
class Tab:
    """A tab of the app, and what went wrong in it."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)
    """Errors on the console, scripts that failed, what the page's policy refused."""
    dialogs: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note what goes wrong."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def enter(self, session: str = "") -> None:
        """Come in with the token."""
        self.page.goto(f"{self.url}/enter?token={TOKEN}")
        if session:
            self.page.goto(f"{self.url}/app?session={session}")
        self.loaded()

    def loaded(self) -> None:
        """Wait until the page is there, and its server hears what is done on it, in order."""
        expect(self.button("Send")).to_be_visible()
        self.page.wait_for_function("window.did_handshake")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()

    @property
    def message(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def editor(self) -> Locator:
        return self.page.get_by_role("tabpanel").locator(".cm-content:visible").first

    @property
    def answers(self) -> Locator:
        return self.page.locator(".hf-answer")

    def new(self) -> str:
        """A new session; its identifier."""
        known = {each["id"] for each in self.page.request.get(f"{self.url}/v1/sessions").json()}
        self.button("New session").click()
        # The address may come to name the session that was open at the start only now.
        self.page.wait_for_url(lambda url: "session=" in url and url.rpartition("=")[2] not in known)
        session = self.page.url.rpartition("=")[2]
        expect(self.page.get_by_text("What do you want to build?")).to_be_visible()
        # The sessions come last: what is pressed among the old ones is lost.
        self.page.locator(f'.hf-item.open[data-session="{session}"]').wait_for(state="attached")
        return session

    def ask(self, text: str, *, version: int | None = 1) -> None:
        """Send a message, and wait until the answer is a version; for nothing where it is None."""
        self.message.fill(text)
        self.button("Send").click()
        if version is not None:
            self.comes(version)

    def comes(self, version: int) -> None:
        """Wait until a version came as an answer, and the page has noticed that it is whole."""
        expect(self.page.get_by_role("button", name=re.compile(f"^Version {version} ·"))).to_be_visible()
        expect(self.button("Stop").first).not_to_be_visible()

    def write(self, text: str, editor: Locator | None = None) -> None:
        """Put a program into the editor."""
        (editor or self.editor).click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def told(self, text: str) -> None:
        """Wait for what is said in passing."""
        expect(self.page.locator(".q-notification").get_by_text(text)).to_be_visible()


@contextlib.contextmanager
def tab_of(browser: Browser, url: str, **more: Any) -> Iterator[Tab]:
    """A tab of a browser that has never been here, until the end of the block; nothing may go wrong in it."""
    context = browser.new_context(viewport={"width": 1300, "height": 850}, **more)
    context.set_default_timeout(WAIT_MS)
    try:
        tab = beside(context, url)
        yield tab
        assert (tab.faults, tab.dialogs) == ([], []), (tab.faults, tab.dialogs)
    finally:
        context.close()


def beside(context: BrowserContext, url: str) -> Tab:
    """One more tab in the same browser."""
    tab = Tab(context.new_page(), url)
    tab.watch()
    return tab


def choose_model(tab: Tab, name: str) -> None:
    """Go on with another model."""
    tab.page.get_by_role("combobox", name="Model").click()
    tab.page.get_by_role("option", name=re.compile(f"^{name}( ·|$)")).click()
    expect(tab.page.get_by_role("combobox", name="Model")).to_have_value(re.compile(f"^{name}( ·|$)"))
