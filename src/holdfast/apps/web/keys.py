"""Keyboard shortcuts, and the sheet that tells them."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui
from nicegui.events import GenericEventArguments

from holdfast.apps.web.looks import button, dialog

__all__ = ["KEYS", "help_sheet", "listen"]

KEYS = {
    "send": ("Ctrl+Enter", "Send the message"),
    "run": ("Alt+R", "Run the program"),
    "test": ("Alt+T", "Test the program"),
    "save": ("Ctrl+S", "Keep the edits as a version"),
    "stop": ("Esc", "Stop what is under way"),
    "new": ("Alt+N", "New session"),
    "search": ("Alt+K", "Search sessions"),
    "editor": ("Alt+E", "Go to the editor"),
    "help": ("?", "Show this sheet"),
}
"""Keys and what they do, by name."""
# Only shortcuts are told to the server, never what is typed.
_SCRIPT = """
document.addEventListener("keydown", (event) => {
  if (document.querySelector(".q-dialog, .q-menu")) return;  // their own keys count
  const control = event.ctrlKey || event.metaKey;
  const typing = /^(INPUT|TEXTAREA)$/.test(event.target.tagName) || event.target.isContentEditable;
  const plain = !control && !event.altKey;
  let name = null;
  const coding = event.target.closest && event.target.closest(".cm-editor");
  if (control && event.key === "Enter" && !coding) name = "send";
  else if (control && event.key.toLowerCase() === "s") name = "save";
  else if (plain && event.key === "Escape") name = "stop";
  else if (plain && event.key === "?" && !typing) name = "help";
  else if (event.altKey && !control)
    name = { KeyR: "run", KeyT: "test", KeyN: "new", KeyK: "search", KeyE: "editor" }[event.code] || null;
  if (name === null) return;
  if (name !== "stop") event.preventDefault();
  emitEvent("holdfast-key", name);
});
"""


def listen(acts: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
    """Have the keys do what they stand for; `acts` has what each name of `KEYS` does, in order or guarded."""

    async def pressed(event: GenericEventArguments) -> None:
        name = event.args
        if isinstance(name, str) and name in acts:
            await acts[name]()

    ui.on("holdfast-key", pressed)
    ui.run_javascript(_SCRIPT)


def help_sheet() -> None:
    """Show all shortcuts."""
    with dialog() as asking, ui.card().style("min-width: 320px"):
        ui.label("Keyboard shortcuts").classes("text-h6")
        for keys, meaning in KEYS.values():
            with ui.row().classes("hf-row"):
                with ui.element("kbd"):
                    ui.label(keys)
                ui.label(meaning)
        ui.label("Esc, then Tab leads out of an editor.").classes("hf-soft")
        ui.label("On a Mac, Cmd stands for Ctrl and Option for Alt.").classes("hf-soft")
        button("Close", asking.close)
