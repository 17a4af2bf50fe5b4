"""What Rocq is shown of the machine, and what is read of what it leaves behind."""

import os
from pathlib import Path

import pytest

from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sandboxed import hidden, read_output, shown
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

HOME = Path.home().resolve()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """One of a user's own, with its programs outside the system's folders."""
    own = tmp_path / "opam"
    for name in ("bin", "lib/coq"):
        (own / name).mkdir(parents=True)
    for name in ("coqc", "coqidetop"):
        (own / "bin" / name).touch()
    return Installation(
        compiler=(str(own / "bin" / "coqc"),),
        toplevel=str(own / "bin" / "coqidetop"),
        checker=None,
        version="9.0.0",
        library=own / "lib" / "coq",
        sandbox=level_sandbox(Level.NAMESPACES),
        homes=(HOME,),
        variables={"COQPATH": f"{own / 'more'}:{own / 'lib' / 'coq'}"},
    )


def test_folders_of_options_and_rocqs_own_are_shown(installation: Installation, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "ml").mkdir(parents=True)
    words = ["coqc", "-q", "-Q", str(project), "P", "-I", str(project / "ml"), "-R", "/no/where", "N"]
    found = shown(installation, words)
    own = tmp_path / "opam"
    assert set(found) >= {project, project / "ml", own / "lib" / "coq", own / "bin" / "coqc"}
    assert own / "more" not in found
    assert tmp_path not in found
    assert all(path.exists() for path in found)
    # A value is not taken for an option.
    assert shown(installation, ["coqc", "-Q", "-Q", str(project)]) == shown(installation, [])


@pytest.mark.parametrize(
    "folder",
    [
        HOME,
        HOME.parent,
        Path("/"),
        Path("/tmp"),
        Path("/proc/self"),
        Path("/etc/ssl"),
        Path("/dev"),
        HOME / ".ssh",
    ],
)
def test_folders_that_hold_more_than_a_project_are_not_shown(
    installation: Installation, folder: Path
) -> None:
    found = set(shown(installation, ["coqc", "-Q", str(folder), ""])) - set(shown(installation, []))
    assert {path.suffix for path in found} <= {".vo", ".vos", ".vio", ".cmxs", ".cma", ".cmi", ".cmo"}
    assert {path.parent for path in found} <= {folder}


def test_what_a_sentence_names_and_may_not_read(installation: Installation, tmp_path: Path) -> None:
    project, other = tmp_path / "project", tmp_path / "other"
    project.mkdir()
    other.mkdir()
    for folder in (project, other):
        (folder / "f.v").touch()
    words = ["coqc", "-Q", str(project), "P"]
    assert hidden(installation, words, f'Load "{other}/f".') == other / "f.v"
    assert hidden(installation, words, f'Add LoadPath "{other}" as O.') == other
    assert hidden(installation, words, f'Load "{project}/f".') is None
    assert hidden(installation, words, 'Load "/usr/share". Load "/no/such/file". Load "f".') is None


def test_only_plain_files_are_read_back(tmp_path: Path) -> None:
    plain, link, pipe = tmp_path / "plain", tmp_path / "link", tmp_path / "pipe"
    plain.write_bytes(b"said \xff")
    link.symlink_to(plain)
    os.mkfifo(pipe)
    assert read_output(plain) == "said \ufffd"
    assert [read_output(path) for path in (link, pipe, tmp_path, tmp_path / "none")] == [None] * 4
