"""How the pages look, and controls that cannot be made without a name."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias
from weakref import WeakKeyDictionary

from nicegui import Client, ui
from nicegui.events import GenericEventArguments

from holdfast.core.errors import HoldfastError

__all__ = [
    "ACCENT",
    "Act",
    "button",
    "dialog",
    "editor",
    "guarded",
    "icon_button",
    "select",
    "style",
    "tell",
    "theme_of",
]

_LOG = logging.getLogger(__name__)
_TURNS: WeakKeyDictionary[Client, asyncio.Lock] = WeakKeyDictionary()
"""Held by whatever is being done in a tab."""

ACCENT = "#4f46e5"
_STYLE = Path(__file__).with_name("style.css")
# Parts of larger controls that do not take their names from the whole: what is typed into, what is pressed.
_NAMES = """
const nameless = ":is(.cm-content, .q-uploader a, .q-uploader input):not([aria-label])";
const name = () => {
  for (const part of document.querySelectorAll(`[aria-label] ${nameless}`))
    part.setAttribute("aria-label", part.closest("[aria-label]").getAttribute("aria-label"));
};
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
name();
"""
Theme: TypeAlias = Literal["githubDark", "githubLight"]
Act: TypeAlias = Callable[[], Awaitable[object] | object]


def style() -> None:
    """Give the page that is being built its look."""
    ui.colors(primary=ACCENT, secondary="#64748b", accent=ACCENT, positive="#15803d", negative="#b91c1c")
    ui.add_css(_STYLE.read_text(encoding="utf-8"))
    ui.run_javascript(_NAMES)


def theme_of(*, dark: bool) -> Theme:
    """The theme of editors."""
    return "githubDark" if dark else "githubLight"


def tell(text: str, kind: str = "info") -> None:
    """Say something in passing; `kind` is `info`, `positive`, `warning` or `negative`."""
    ui.notify(text, type=kind, position="bottom", timeout=4000)  # type: ignore[arg-type]


def guarded(act: Act) -> Callable[[], Awaitable[None]]:
    """`act` for a control: what the app refuses is told, and the page stays as it is.

    What is done in one tab is done in order: a message that is sent while a session is being made goes into
    it, and not into the one before. What an act draws belongs to the page and not to the control, which may
    be drawn anew meanwhile. One act never waits for another that is guarded: that would wait for itself.
    """
    client = ui.context.client
    turn = _TURNS.setdefault(client, asyncio.Lock())

    async def done() -> None:
        async with turn:
            await _do(client, act)

    return done


async def _do(client: Client, act: Act) -> None:
    if client.is_deleted:
        return
    with client:
        try:
            came = act()
            # Not whatever can be awaited: a dialog can, and opens again.
            if asyncio.iscoroutine(came):
                await came
        except HoldfastError as error:
            _refused(client, str(error))
        except Exception:  # noqa: BLE001 - whatever it is, nothing may fail without a word
            _LOG.exception("a control failed")
            _refused(client, "That failed, and the app does not know why: its log says more.")


def _refused(client: Client, text: str) -> None:
    if not client.is_deleted:
        tell(text, "negative")


def dialog() -> ui.dialog:
    """A dialog, open; it is gone when it is closed."""
    made = ui.dialog(value=True)
    made.on("hide", made.delete)
    return made


def button(
    text: str, act: Act, *, icon: str | None = None, main: bool = False, ordered: bool = False
) -> ui.button:
    """A button with words on it; an act that is `ordered` sees to its own turn, and is begun at once."""
    made = ui.button(text, icon=icon, on_click=act if ordered else guarded(act)).props("no-caps")
    return made.props("unelevated") if main else made.props("flat")


def icon_button(icon: str, name: str, act: Act, *, small: bool = False) -> ui.button:
    """A button with a picture on it. Raises ValueError without a name for those who cannot see it."""
    if not name.strip():
        raise ValueError("a button without words needs a name")
    made = ui.button(icon=icon, on_click=guarded(act)).props(f"flat round {'size=sm' if small else ''}")
    made.props["aria-label"] = name
    made.tooltip(name)
    return made


def editor(name: str, **options: Any) -> ui.codemirror:  # noqa: ANN401 - as the editor takes them
    """An editor; its name is read to those who cannot see it."""
    made = ui.codemirror(**options)
    made.props["aria-label"] = name
    return made


class _Select(ui.select):
    """A choice among what may change while the browser still shows what there was.

    The browser tells which one it was by its place and its words; the place alone may be another's by now.
    """

    def _event_args_to_value(self, e: GenericEventArguments) -> Any:  # noqa: ANN401 - as the base has it
        if not isinstance(e.args, dict):
            return self.value
        options = self.options if isinstance(self.options, dict) else {}
        known = [value for value, label in options.items() if label == e.args.get("label")]
        if not known:
            self.update()  # the browser shows what was chosen before
        return known[0] if known else self.value


def select(name: str, options: dict[str, str], value: str | None, act: Callable[..., object]) -> ui.select:
    """A choice among few; its name is read to those who cannot see it.

    `act` takes the event as soon as it is there, also where the page itself changed the value; what asks
    the app for something goes through `guarded`.
    """
    made = _Select(options, value=value, label=name, on_change=act)
    made.props("dense outlined options-dense")
    made.props["aria-label"] = name
    return made
