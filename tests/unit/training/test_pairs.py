"""Pairs that are trained on: read, refused, held out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import UserError
from holdfast.training.pairs import Pair, PairSet, is_held_out, read_pairs


def written(folder: Path, *pairs: dict[str, object]) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(pair) + "\n" for pair in pairs), encoding="utf-8")
    return path


def pair(theorem: str, tactic: str, depth: int = 0, **more: object) -> dict[str, object]:
    return {"theorem": theorem, "state": "⊢ True", "tactic": tactic, "depth": depth, **more}


@pytest.mark.parametrize("tactic", ["admit", "intros; admit", "exact sorry", "Admitted", "give_up"])
def test_a_theorem_is_refused_whole_and_told_of(tmp_path: Path, tactic: str) -> None:
    file = written(
        tmp_path, pair("bad", "intros"), pair("bad", tactic, 1), pair("good", "split", source="here")
    )
    found = read_pairs([file], language="rocq")
    assert [each.theorem for each in found.pairs] == ["good"]
    ((theorem, count, reason),) = [(each.theorem, each.pairs, each.reason) for each in found.tainted]
    assert (theorem, count) == ("bad", 2)
    assert tactic in reason


def test_words_that_only_contain_a_banned_one_are_no_reason(tmp_path: Path) -> None:
    file = written(tmp_path, pair("good", "apply admittance"), pair("good", "exact not_sorry_at_all", 1))
    assert not read_pairs([file], language="rocq").tainted


def test_equal_names_in_other_files_are_other_theorems(tmp_path: Path) -> None:
    file = written(tmp_path, pair("same", "admit", file="a.v"), pair("same", "trivial", file="b.v"))
    found = read_pairs([file], language="rocq")
    assert [each.file for each in found.pairs] == ["b.v"]
    assert [(each.file, each.theorem) for each in found.tainted] == [("a.v", "same")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "pairs.jsonl:1: the line"),
        ('{"theorem": "t", "state": "s", "tactic": "x"}', "pairs.jsonl:1: depth"),
        ('{"theorem": "t", "state": "s", "tactic": "x", "depth": -1}', "pairs.jsonl:1: depth"),
        ('{"theorem": "t", "state": "s", "tactic": 3, "depth": 1}', "pairs.jsonl:1: tactic"),
    ],
)
def test_what_is_no_pair_is_told_by_its_place(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_pairs([path], language="rocq")


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.floats(0, 1))
def test_no_theorem_is_on_both_sides_of_a_split(names: list[str], share: float) -> None:
    pairs = [Pair(theorem=name, state="s", tactic=step, depth=0) for name in names for step in "ab"]
    kept, held = PairSet(tuple(pairs)).split(share)
    assert len(kept) + len(held) == len(pairs)
    assert not {each.theorem for each in kept} & {each.theorem for each in held}


def test_a_split_holds_out_about_its_share() -> None:
    held = sum(is_held_out(f"theorem {number}", 0.1) for number in range(5000))
    assert 400 < held < 600
    assert not any(is_held_out(f"theorem {number}", 0.0) for number in range(100))
