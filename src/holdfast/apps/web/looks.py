"""How the pages look, and controls that cannot be made without a name."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from nicegui import ui

from holdfast.core.errors import HoldfastError

__all__ = ["ACCENT", "Act", "button", "guarded", "icon_button", "select", "style", "tell"]

ACCENT = "#4f46e5"
_STYLE = Path(__file__).with_name("style.css")
Act: TypeAlias = Callable[[], Awaitable[object] | object]


def style() -> None:
    """Give the page that is being built its look."""
    ui.colors(primary=ACCENT, secondary="#64748b", accent=ACCENT, positive="#15803d", negative="#b91c1c")
    ui.add_css(_STYLE.read_text(encoding="utf-8"))


def tell(text: str, kind: str = "info") -> None:
    """Say something in passing; `kind` is `info`, `positive`, `warning` or `negative`."""
    ui.notify(text, type=kind, position="bottom", timeout=4000)  # type: ignore[arg-type]


def guarded(act: Act) -> Callable[[], Awaitable[None]]:
    """`act` for a control: what the app refuses is told, and the page stays as it is."""

    async def done() -> None:
        try:
            came = act()
            # Not whatever can be awaited: a dialog can, and opens again.
            if asyncio.iscoroutine(came):
                await came
        except HoldfastError as error:
            tell(str(error), "negative")

    return done


def button(text: str, act: Act, *, icon: str | None = None, main: bool = False) -> ui.button:
    """A button with words on it."""
    made = ui.button(text, icon=icon, on_click=guarded(act)).props("no-caps")
    return made.props("unelevated") if main else made.props("flat")


def icon_button(icon: str, name: str, act: Act, *, small: bool = False) -> ui.button:
    """A button with a picture on it. Raises ValueError without a name for those who cannot see it."""
    if not name.strip():
        raise ValueError("a button without words needs a name")
    made = ui.button(icon=icon, on_click=guarded(act)).props(f"flat round {'size=sm' if small else ''}")
    made.props["aria-label"] = name
    made.tooltip(name)
    return made


def select(name: str, options: dict[str, str], value: str | None, act: Callable[[Any], object]) -> ui.select:
    """A choice among few; its name is read to those who cannot see it."""
    made = ui.select(options, value=value, label=name, on_change=act).props("dense outlined options-dense")
    made.props["aria-label"] = name
    return made
