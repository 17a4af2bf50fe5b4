"""Configurations: what wins, and what is said of mistakes."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.config import resolve
from holdfast.core.errors import UserError


class Search(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_s: float = Field(default=10.0, ge=0)
    value: Path | None = None
    nodes: int | None = None


class Whole(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    theorems: tuple[Path, ...]
    seed: int = 1
    search: Search = Search()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "run.toml"
    path.parent.mkdir()
    path.write_text(
        'theorems = ["a.v", "/b.v"]\nseed = 2\n[search]\nbudget_s = 5\nvalue = "v"\n', encoding="utf-8"
    )
    return path


def test_the_command_line_wins_over_the_file_and_that_over_the_defaults(file: Path) -> None:
    found = resolve(Whole, file, {"seed": 3, "search.nodes": 7, "search.budget_s": None})
    assert found == Whole(
        theorems=(file.parent / "a.v", Path("/b.v")),
        seed=3,
        search=Search(budget_s=5, value=file.parent / "v", nodes=7),
    )
    assert resolve(Whole, None, {"theorems": (Path("c.v"),)}) == Whole(theorems=(Path("c.v"),))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("theorem = []", "a key that means nothing here, theorem: did you mean theorems?"),
        (
            "theorems = []\n[search]\nbudget = 3",
            "a key that means nothing here, search.budget: did you mean budget_s?",
        ),
        ("seed = 3", "does not say theorems, which has no default"),
        ("theorems = []\nseed = 'x'", "seed: Input should be a valid integer"),
        ("theorems = []\nsearch = 3", "search: Input should be a valid dictionary"),
        ("theorems = [", "is not TOML"),
        (
            "theorems = []\n[search]\nbudget_s = -1",
            "search.budget_s: Input should be greater",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(file: Path, text: str, sentence: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        resolve(Whole, file, {})
    assert str(caught.value).startswith(str(file))
    assert sentence in str(caught.value)


def test_files_that_are_not_there_are_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        resolve(Whole, tmp_path / "no.toml", {})
    with pytest.raises(UserError, match=r"does not say theorems, which has no default: say --theorems$"):
        resolve(Whole, None, {})
    with pytest.raises(UserError, match=r"the command line: seed: Input should be"):
        resolve(Whole, None, {"theorems": (), "seed": "x"})
