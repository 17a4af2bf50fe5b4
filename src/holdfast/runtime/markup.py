"""Pieces of HTML and SVG. A plain string is text and is escaped; only what `element` made is markup.

Steps, goals and names come from provers, models and files of other people, so nothing else may become a tag.
"""

import base64
import hashlib
import html
import re
from typing import TypeAlias

__all__ = ["Child", "Html", "element", "join", "page"]


class Html(str):
    """Markup that is safe to put into a page."""

    __slots__ = ()


Child: TypeAlias = "Html | str | int | float | None"

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Characters that a page cannot hold, or that make a text look like another one."""
_VOID = frozenset({"br", "col", "hr", "input", "meta"})
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def element(name: str, /, *children: Child, **attributes: str | float | None) -> Html:
    """A tag around its children. Attributes that are None are left out; a last underscore is dropped.

    >>> element("a", "x < y", href="#n1", class_="step")
    '<a href="#n1" class="step">x &lt; y</a>'
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "" if name in _VOID else f"{join(*children)}</{name}>"
    return Html(f"<{name}{given}>{inner}")


def join(*children: Child) -> Html:
    """Some pieces one after the other."""
    return Html("".join(_piece(child) for child in children))


def page(title: str, style: str, *body: Child, script: str = "") -> str:
    """A whole page. A browser loads nothing from anywhere and runs no other script, whatever the page holds.

    Args:
        title: of the window.
        style: CSS that we wrote ourselves.
        body: what is on it.
        script: JavaScript that we wrote ourselves, the same on each page: it finds what it needs in the page.

    Raises ValueError where the script would end before its end.
    """
    if "</" in script or "<!--" in script:
        raise ValueError("a script in a page holds neither '</' nor '<!--'")
    allowed = f"; script-src '{_digest(script)}'" if script else ""
    policy = element("meta", http_equiv="Content-Security-Policy", content=_POLICY + allowed)
    head = join(
        Html('<meta charset="utf-8">'),
        policy,
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        Html(f"<style>{style}</style>"),
    )
    last = Html(f"<script>{script}</script>") if script else None
    whole = element("html", element("head", head), element("body", *body, last), lang="en")
    return f"<!doctype html>\n{whole}\n"


def _digest(script: str) -> str:
    """How a browser names a script that it may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _piece(child: Child) -> str:
    if child is None:
        return ""
    return child if isinstance(child, Html) else _escaped(_plain(child))


def _plain(value: str | float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return html.escape(_UNSEEN.sub(_shown, text))


def _shown(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
