"""Texts as editors have them: UTF-16, three ends of lines, one edit after another."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from holdfast.apps.lsp.texts import Text, Texts, edit_between
from holdfast.core.errors import UserError

TEXTS = st.text(st.sampled_from("ab \n\r\f\u2028é𝔸"), max_size=40)


def _text(text: str) -> Text:
    return Text("file:///a.v", text, 1)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(TEXTS, st.integers(0, 40))
def test_a_position_leads_back_to_its_character(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    known = _text(text)
    position = known.position(offset)
    before = text[:offset]
    # Between the two halves of one end of a line there is no position of its own.
    if not (before.endswith("\r") and text[offset : offset + 1] == "\n"):
        assert known.offset(position) == offset
    assert position.line == before.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@given(TEXTS, st.integers(0, 50), st.integers(0, 50))
def test_any_position_is_some_character(text: str, line: int, character: int) -> None:
    offset = _text(text).offset(types.Position(line, character))
    assert 0 <= offset <= len(text)
    start = offset - len(text[:offset].replace("\r", "\n").rpartition("\n")[2])
    assert _units(text[start:offset]) <= character or line >= len(_text(text).starts)


@given(TEXTS, st.tuples(st.integers(0, 40), st.integers(0, 40)), TEXTS)
def test_changes_are_what_they_say(text: str, where: tuple[int, int], new: str) -> None:
    known = _text(text)
    start, end = (known.offset(known.position(min(each, len(text)))) for each in sorted(where))
    change = types.TextDocumentContentChangePartial(range=known.range(start, end), text=new)
    assert known.changed([change], 2).text == text[:start] + new + text[end:]
    whole = types.TextDocumentContentChangeWholeDocument(text=new)
    assert known.changed([change, whole], 3) == Text("file:///a.v", new, 3)


@given(TEXTS, TEXTS)
def test_one_edit_makes_a_text_another(before: str, after: str) -> None:
    edit = edit_between(_text(before), after)
    (document,) = edit.document_changes or ()
    assert isinstance(document, types.TextDocumentEdit)
    assert document.text_document.version == 1
    (change,) = document.edits
    assert isinstance(change, types.TextEdit)
    partial = types.TextDocumentContentChangePartial(range=change.range, text=change.new_text)
    assert _text(before).changed([partial], 2).text == after


def test_half_of_a_character_counts_as_its_beginning() -> None:
    assert _text("𝔸b").offset(types.Position(0, 1)) == 0
    assert _text("𝔸b").offset(types.Position(0, 2)) == 1


@pytest.mark.parametrize(
    ("uri", "language", "path"),
    [
        ("file:///a/caf%C3%A9%20x.v", "coq", Path("/a/café x.v")),
        ("untitled:Untitled-1", "rocq", Path("Untitled-1.v")),
        ("untitled:Untitled-1", "python", Path("Untitled-1.py")),
        ("vscode-notebook-cell:/a/b.py#1", "python", Path("b.py")),
        ("untitled:Untitled-1", "plaintext", Path("Untitled-1")),
    ],
)
def test_paths(uri: str, language: str, path: Path) -> None:
    assert Text(uri, "", 1, language).path == path


def test_a_text_is_now_what_it_says_until_it_is_closed() -> None:
    texts = Texts()
    texts.put(_text("a"))
    old = texts.get("file:///a.v")
    texts.put(old.changed([types.TextDocumentContentChangeWholeDocument(text="b")], 2))
    assert not texts.is_now(old)
    texts.put(old.changed([types.TextDocumentContentChangeWholeDocument(text="a")], 3))
    assert texts.is_now(old)
    texts.drop(old.uri)
    assert not texts.is_now(old)
    with pytest.raises(UserError, match="not open"):
        texts.get(old.uri)
