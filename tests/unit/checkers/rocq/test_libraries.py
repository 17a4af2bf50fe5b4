"""Which libraries a text requires, and what those rest on."""

from pathlib import Path

import pytest

from holdfast.checkers.rocq.libraries import Libraries, Require, Root, find_libraries, requires
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError


def required(text: str) -> list[tuple[str, str, bool]]:
    return [(each.prefix, each.name, each.exported) for each in requires(Source("a.v", text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Require Arith.", [("", "Arith", False)]),
        ("Require Import Arith List.", [("", "Arith", False), ("", "List", False)]),
        ("Require Export Coq.Arith.Arith.", [("", "Coq.Arith.Arith", True)]),
        ("From Coq Require Import Arith.", [("Coq", "Arith", False)]),
        ("From mathcomp\n  Require Export ssreflect\n  ssrbool .", [
            ("mathcomp", "ssreflect", True), ("mathcomp", "ssrbool", True)]),
        ("Require Import -(notations) Arith.", [("", "Arith", False)]),
        ("Require Import Arith. Require Import Arith.", [("", "Arith", False)]),
        ("(* Require Import Arith. *) Definition s := \"Require Import List.\".", []),
        ("Require (* why *) Import Arith.", [("", "Arith", False)]),
        ("Require Import A' B_1.", [("", "A'", False), ("", "B_1", False)]),
        ("Module M.\n  Require Import Arith.\nEnd M.", [("", "Arith", False)]),
        ("Definition Required := 1. Definition Fromage := 2.", []),
    ],
)  # fmt: skip
def test_what_a_text_requires(text: str, found: list[tuple[str, str, bool]]) -> None:
    assert required(text) == found


def test_a_text_that_cannot_be_split_is_told_of() -> None:
    with pytest.raises(SourceError):
        requires(Source("a.v", "Require Import Arith. (*"))


@pytest.fixture
def libraries(tmp_path: Path) -> Libraries:
    for name, text in {
        "std/Init/Prelude.v": "Require Export Logic.",
        "std/Init/Logic.v": "",
        "std/Lists/List.v": "Require Import Le. Require Export Base.",
        "std/Lists/Base.v": "",
        "std/Arith/Le.v": "Require Import List.",
        "std/Arith/not-a-name.v": "",
        "contrib/Other/List.v": "From Coq Require Import Le.",
        "contrib/Other/Deep/Le.v": "",
        "contrib/Other/Near.v": "Require Import Le. (* never closed",
        "contrib/Other/User.v": "Require Import Le Missing.",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return find_libraries([Root(tmp_path / "std", "Coq", implicit=True), Root(tmp_path / "contrib", "")])


def test_files_are_found_by_their_logical_names(libraries: Libraries) -> None:
    assert len(libraries) == 9
    assert [each.name for each in libraries.under("Coq.Lists")] == ["Coq.Lists.Base", "Coq.Lists.List"]
    assert [each.name for each in libraries.under("Other.List")] == ["Other.List"]
    assert libraries.under("Coq.List") == ()
    assert libraries.under("Coq.Lists.List")[0].path.name == "List.v"


@pytest.mark.parametrize(
    ("require", "home", "found"),
    [
        (Require("List"), "", "Coq.Lists.List"),
        (Require("Lists.List"), "", "Coq.Lists.List"),
        (Require("Coq.Lists.List"), "", "Coq.Lists.List"),
        (Require("List", "Coq"), "", "Coq.Lists.List"),
        (Require("List", "Other"), "", "Other.List"),
        (Require("Le", "Other"), "", "Other.Deep.Le"),
        (Require("Le"), "Other", "Other.Deep.Le"),
        (Require("Le"), "", "Coq.Arith.Le"),
        (Require("Near"), "", None),
        (Require("ist"), "", None),
        (Require("List", "Coq.Arith"), "", None),
        (Require("No.List"), "", None),
    ],
)
def test_names_may_leave_out_what_comes_first(
    libraries: Libraries, require: Require, home: str, found: str | None
) -> None:
    library = libraries.resolve(require, home)
    assert (library.name if library else None) == found


def test_the_closure_has_each_library_once_what_is_in_sight_first(libraries: Libraries) -> None:
    names = [each.name for each in libraries.closure([Require("List")])]
    assert names == ["Coq.Lists.List", "Coq.Init.Prelude", "Coq.Lists.Base", "Coq.Init.Logic", "Coq.Arith.Le"]
    assert [each.name for each in libraries.closure([])] == ["Coq.Init.Prelude", "Coq.Init.Logic"]
    assert libraries.closure([], prelude=False) == ()
    assert [each.name for each in libraries.closure([Require("Nowhere")], prelude=False)] == []


def test_a_library_that_is_being_edited_or_requires_what_is_not_here_counts(libraries: Libraries) -> None:
    names = [each.name for each in libraries.closure([Require("Other.Near")], prelude=False)]
    assert names == ["Other.Near"]
    names = [each.name for each in libraries.closure([Require("Other.User")], prelude=False)]
    assert names == ["Other.User", "Other.Deep.Le"]
