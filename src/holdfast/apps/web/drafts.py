"""What was typed and neither sent nor saved, kept by the browser while a page is loaded again."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import GenericEventArguments

from holdfast.apps.web.looks import guarded

__all__ = ["Draft", "keep_drafts", "read_draft"]

# It stays in the tab's own store, and comes back once. Longer programs would not go through a web socket.
_SCRIPT = """
const name = "holdfast-draft";
const kept = sessionStorage.getItem(name);
sessionStorage.removeItem(name);
if (kept) emitEvent(name, kept);
addEventListener("pagehide", () => {
  const session = new URLSearchParams(location.search).get("session");
  const message = document.querySelector("[aria-label=Message]");
  const part = getElement(EDITOR);
  const chip = document.querySelector(".hf-edited");
  const isEdited = chip && !(chip.classList.contains("hidden") && window.socket && window.socket.connected);
  const code = isEdited && part && part.editor ? part.editor.state.doc.toString() : "";
  const draft = JSON.stringify({ session, message: message ? message.value : "", code });
  if (session && (code || (message && message.value)) && draft.length < 500_000)
    sessionStorage.setItem(name, draft);
});
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed."""

    session: str
    message: str
    code: str


def keep_drafts(editor: int, act: Callable[[Draft], Awaitable[None]]) -> None:
    """Have the browser keep what is typed; `act` takes what it kept of the page before this one.

    `editor` is the element that the program stands in.
    """

    async def came(event: GenericEventArguments) -> None:
        draft = read_draft(event.args)
        if draft is not None:
            await guarded(lambda: act(draft))()

    ui.on("holdfast-draft", came)
    ui.run_javascript(_SCRIPT.replace("EDITOR", str(editor)))


def read_draft(said: object) -> Draft | None:
    """A draft as the browser tells it; None for what is none."""
    try:
        found = json.loads(said) if isinstance(said, str) else None
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    parts = [found.get(name) for name in ("session", "message", "code")]
    texts = [part for part in parts if isinstance(part, str)]
    return Draft(*texts) if len(texts) == len(parts) else None
