"""Theorems to learn from and theorems to measure on are never the same."""

import asyncio
from pathlib import Path

import pytest

from holdfast.apps.iteration.config import IterateConfig
from holdfast.apps.iteration.lists import parted
from holdfast.core.errors import UserError


def _file(folder: Path, name: str, theorems: range) -> Path:
    path = folder / name
    text = "".join(f"Lemma t{number} : {number} = {number}.\nAdmitted.\n" for number in theorems)
    path.write_text(text, encoding="utf-8")
    return path


def _config(folder: Path, **said: object) -> IterateConfig:
    return IterateConfig.model_validate({"output": folder / "run", **said})


def _names(config: IterateConfig) -> tuple[set[str], set[str]]:
    learning, held_out = asyncio.run(parted(config))
    return {theorem.name for theorem in learning}, {theorem.name for theorem in held_out}


def test_a_list_is_parted_by_names_and_stays_so_when_it_grows(tmp_path: Path) -> None:
    config = _config(tmp_path, theorems=_file(tmp_path, "list.v", range(200)), held_out_share=0.3)
    learning, held_out = _names(config)
    assert not learning & held_out
    assert len(learning | held_out) == 200
    assert 30 <= len(held_out) <= 90
    _file(tmp_path, "list.v", range(260))
    more, more_held_out = _names(config)
    assert learning < more
    assert held_out < more_held_out


def test_a_theorem_in_both_lists_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "list.v", range(3))
    with pytest.raises(UserError, match="3 theorems are both learned from and measured on"):
        _names(_config(tmp_path, theorems=path, held_out=path))


def test_nothing_held_out_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "list.v", range(1))
    with pytest.raises(UserError, match="give a longer list"):
        _names(_config(tmp_path, theorems=path, held_out_share=0.001))
