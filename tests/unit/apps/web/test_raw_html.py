"""Nothing that a model or a user says is ever given to the page as HTML, and no script is made of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import holdfast.apps.web

FOLDER = Path(holdfast.apps.web.__file__).parent
BANNED = {
    "html",
    "markdown",
    "add_head_html",
    "add_body_html",
    "interactive_image",
    "mermaid",
    "chat_message",
}
WRITTEN = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "v-html",
    "eval(",
    "new Function",
)


def faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in BANNED:
            yield f"line {node.lineno}: {node.attr}"
        if isinstance(node, ast.alias) and node.name.rpartition(".")[2] in BANNED:
            yield f"imports {node.name}"
        if isinstance(node, ast.keyword) and node.arg in {"sanitize", "html"}:
            yield f"line {node.value.lineno}: {node.arg}="
    for word in WRITTEN:
        if word in source:
            yield word


def test_the_ban_finds_what_is_banned() -> None:
    assert list(faults("ui.html(text)")) == ["line 1: html"]
    assert list(faults("from nicegui.ui import markdown")) == ["imports markdown"]
    assert list(faults("show(text, sanitize=False)")) == ["line 1: sanitize="]
    assert list(faults("script = 'each.innerHTML = text'")) == ["innerHTML"]
    assert list(faults("ui.label(text)")) == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_text_becomes_html(path: Path) -> None:
    assert list(faults(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_no_script_writes_html(path: Path) -> None:
    assert [word for word in WRITTEN if word in path.read_text(encoding="utf-8")] == []
