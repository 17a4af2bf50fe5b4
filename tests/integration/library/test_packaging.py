"""A library becomes a package that pip builds, that a fresh interpreter imports, and whose tests pass."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.core.errors import UserError
from holdfast.library.boards.adapter import Boards
from holdfast.library.definitions import with_function
from holdfast.library.entries import Entry
from holdfast.library.packaging import PackageSettings, export
from holdfast.library.records import Sources

FLOWER = '''def flower(center: Tile, color: str = "red") -> Shape:
    """Paint a flower.

    >>> with Game() as game:
    ...     len(flower(Tile(5, 5)))
    6

    The middle stays as it is.
    """
    return ring(center).draw(color)
'''
SETTINGS = PackageSettings(name="my-drawings", version="0.3.0")


def library() -> Sources:
    foundation = Boards().foundation()
    return with_function(foundation, foundation, FLOWER, "flower")


def run(*arguments: str, folder: Path) -> str:
    """What a fresh Python prints, which finds no packages but its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_package_builds_imports_and_tests_itself(tmp_path: Path) -> None:
    project = tmp_path / "project"
    entries = {"flower": Entry("flower", FLOWER, "motifs", support=("t1", "t2", "t3"))}
    for _ in range(2):  # over itself, too
        export(library(), Boards().foundation(), [0] * 180, project, SETTINGS, entries)
    words = ("-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", "../dist", ".")
    run(*words, folder=project)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert wheel.name == "my_drawings-0.3.0-py3-none-any.whl"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    asked = (
        "import hexboard_learned as d; t = d.Tile(5, 5)\nwith d.Game() as g: print(d.flower(t), d.__file__)"
    )
    printed = run("-I", "-c", f"import sys; sys.path.insert(0, {str(wheel)!r}); {asked}", folder=elsewhere)
    assert printed.startswith("Shape(Tile(4, 4), ")
    assert str(wheel) in printed
    assert "1 passed" in run("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=project)


def test_the_readme_shows_every_function(tmp_path: Path) -> None:
    entries = {"flower": Entry("flower", FLOWER, "motifs", support=("t1", "t2", "t3"))}
    export(library(), Boards().foundation(), [0] * 180, tmp_path / "p", SETTINGS, entries)
    text = (tmp_path / "p" / "README.md").read_text("utf-8")
    assert "flower(center: Tile, color: str='red') -> Shape" in text
    assert ">>> with Game() as game:\n...     len(flower(Tile(5, 5)))\n6\n" in text
    assert "Paint a flower.\n\nThe middle stays as it is." in text
    assert "Proposed by motifs; 3 tasks use it." in text
    assert (tmp_path / "p" / "src" / "hexboard_learned" / "py.typed").exists()


def test_what_cannot_be_exported_is_told(tmp_path: Path) -> None:
    foundation = Boards().foundation()
    with pytest.raises(UserError, match="has no functions yet"):
        export(foundation, foundation, [], tmp_path / "p", SETTINGS)
    (tmp_path / "pyproject.toml").write_text("[project]", "utf-8")
    with pytest.raises(UserError, match="holds something else"):
        export(library(), foundation, [], tmp_path, SETTINGS)
    assert [each.name for each in tmp_path.iterdir()] == ["pyproject.toml"]
