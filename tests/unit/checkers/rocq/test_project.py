"""Project files: what is passed on to Rocq, what is set apart, and which file is which module."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.project import Project, find_project, load_project, parse_project
from holdfast.core.errors import SourceError

FILE = Path("/proj/_CoqProject")


def parse(text: str) -> Project:
    return parse_project(text, FILE)


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("", ()),
        ("-Q theories My.Lib", ("-Q", "/proj/theories", "My.Lib")),
        ("-R . Top -Q ../other B # -Q c D", ("-R", "/proj", "Top", "-Q", "/other", "B")),
        ('-Q "a folder/b" C', ("-Q", "/proj/a folder/b", "C")),
        ('-Q . ""', ("-Q", "/proj", "")),
        ("-I src\r\n-include /abs", ("-I", "/proj/src", "-I", "/abs")),
        ("-arg -w -arg -all,+foo", ("-w", "-all,+foo")),
        ('-arg "-w all"', ("-w", "all")),
        ("-arg \"-set 'Universe Polymorphism=true'\"", ("-set", "Universe Polymorphism=true")),
        ("-arg '-noinit'", ("-noinit",)),
        ("-arg -impredicative-set -arg -indices-matter", ("-impredicative-set", "-indices-matter")),
        ("-arg -rifrom -arg Coq -arg Lia", ("-rifrom", "Coq", "Lia")),
        ("INSTALL = -type-in-type\na.v b/c.v d.ml", ()),
    ],
)
def test_what_is_passed_on(text: str, argv: tuple[str, ...]) -> None:
    project = parse(text)
    assert project.argv() == argv
    assert (project.unsafe, project.ignored) == ((), ())


@pytest.mark.parametrize(
    ("text", "unsafe"),
    [
        ("-arg -type-in-type", "-type-in-type"),
        ("-type-in-type", "-type-in-type"),
        ("-arg '-unset \"Guard Checking\"'", "-unset Guard Checking"),
        ("-arg \"-set 'universe  checking=false'\"", "-set universe checking=false"),
        ("-arg \"-set 'Definitional UIP'\"", "-set Definitional UIP"),
        ("-arg -l -arg evil.v", "-l evil.v"),
        ("-arg -load-vernac-source -arg evil", "-load-vernac-source evil"),
        ("-arg -init-file -arg evil", "-init-file evil"),
        ("-arg -coqlib -arg /tmp", "-coqlib /tmp"),
        ("-arg -boot", "-boot"),
        ("-arg -vos", "-vos"),
        ("-arg -allow-rewrite-rules", "-allow-rewrite-rules"),
    ],
)
def test_what_switches_safety_off_is_set_apart(text: str, unsafe: str) -> None:
    project = parse(text)
    assert project.argv() == ()
    assert [" ".join(option.split()) for option in project.unsafe] == [unsafe]


def test_safe_settings_are_no_loosening() -> None:
    assert parse("-arg \"-set 'Guard Checking=true'\"").unsafe == ()
    assert parse("-arg \"-unset 'Definitional UIP'\"").unsafe == ()


@pytest.mark.parametrize(
    "text",
    [
        "-arg -native-compiler -arg yes",
        "-o out.vo",
        "-docroot x",
        "-arg -frobnicate",
        "-extra a b c",
        "-f evil",
    ],
)
def test_other_options_are_named_and_dropped(text: str) -> None:
    project = parse(f"{text} -Q a B")
    assert project.argv() == ("-Q", "/proj/a", "B")
    assert project.ignored == (text.replace("-arg ", ""),)


def test_an_option_in_the_place_of_a_value_is_not_passed_on() -> None:
    assert parse("-arg -ri -arg -type-in-type").argv() == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\n-Q a", 2, "-Q lacks its value"),
        ("-R a 9b", 1, "9b is not the name of a library"),
        ("-Q a -R", 1, "-R is not the name of a library"),
        ("-arg", 1, "-arg lacks its value"),
        ("# a\n\n-arg -w", 3, "-w lacks its value"),
        ('-Q a B\n-arg "-w', 2, "quotation does not end"),
    ],
)
def test_malformed_files_are_placed(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        parse(text)
    assert (caught.value.file, caught.value.line) == (str(FILE), line)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/proj/a/B.v", "Top.a.B"),
        ("/proj/theories/B.v", "Lib.B"),
        ("/proj/theories/sub/B.v", "Lib.sub.B"),
        ("/proj/theories/../C.v", "Top.C"),
        ("/proj/plain/D.v", "D"),
        ("/proj/a-b/C.v", None),
        ("/elsewhere/C.v", None),
    ],
)
def test_logical_names(path: str, name: str | None) -> None:
    assert parse('-R . Top -Q theories Lib -Q plain ""').logical_name(Path(path)) == name


def test_the_nearest_project_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "inner" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "_CoqProject").write_text("-Q . Outer", encoding="utf-8")
    source = inner / "a.v"
    assert load_project(source).logical_name(source) == "Outer.inner.deep.a"
    (inner.parent / "_RocqProject").write_text("-Q deep Inner", encoding="utf-8")
    assert find_project(source) == inner.parent / "_RocqProject"
    assert load_project(source).argv() == ("-Q", str(inner), "Inner")


def test_without_a_project_file_neighbours_go_by_their_own_names(tmp_path: Path) -> None:
    source = tmp_path / "a.v"
    if find_project(source) is not None:
        pytest.skip("a project file lies above the folder for temporary files")
    project = load_project(source)
    assert project.argv() == ("-Q", str(tmp_path), "")
    assert project.logical_name(tmp_path / "b.v") == "b"


WORDS = [
    "-Q",
    "-R",
    "-I",
    "-arg",
    "-w",
    "-l",
    "-type-in-type",
    "-unset",
    '"',
    "'",
    "#",
    "=",
    "a",
    "Guard Checking",
    "\n",
]


@given(st.lists(st.sampled_from([*WORDS, " ", " ", "-coqlib", "-set", "-boot"])).map("".join))
def test_no_text_smuggles_an_unsafe_option(text: str) -> None:
    try:
        options = parse(text).options
    except SourceError:
        return
    assert not {"-l", "-type-in-type", "-coqlib", "-boot", "-arg"} & set(options)
    pairs = pairwise(options)
    assert ("-unset", "Guard Checking") not in list(pairs)
