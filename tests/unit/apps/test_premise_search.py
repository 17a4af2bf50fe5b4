"""Premises by words."""

from holdfast.apps.rocq.premise_search import PremiseIndex
from holdfast.core.trajectories import Declared


def _declared(name: str, statement: str) -> Declared:
    return Declared(f"Coq.Lib.{name}", "theorem", statement)


INDEX = PremiseIndex([
    _declared("Nat.add_comm", "forall n m, n + m = m + n"),
    _declared("Nat.add_assoc", "forall n m p, n + (m + p) = n + m + p"),
    _declared("List.app_length", "forall l m, length (l ++ m) = length l + length m"),
    _declared("List.in_map", "forall f l x, In x l -> In (f x) (map f l)"),
    _declared("List.length", ""),
])  # fmt: skip


def _names(query: str, count: int = 5) -> list[str]:
    return [each.declared.name.removeprefix("Coq.Lib.") for each in INDEX.search(query, count)]


def test_names_are_found_whole_in_parts_and_qualified() -> None:
    assert _names("add_comm")[0] == "Nat.add_comm"
    assert _names("Nat.add_comm")[0] == "Nat.add_comm"
    assert _names("comm add")[0] == "Nat.add_comm"
    assert _names("app_length", 1) == ["List.app_length"]


def test_statements_are_found_by_what_they_speak_of() -> None:
    assert _names("In map") == ["List.in_map"]
    assert _names("length ++")[0] == "List.app_length"


def test_what_is_not_known_finds_nothing_and_scores_fall() -> None:
    assert _names("zorn") == []
    assert _names("") == []
    assert PremiseIndex(()).search("add", 3) == []
    scores = [each.score for each in INDEX.search("add + comm", 5)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_the_last_of_a_name_counts_and_what_has_no_statement_is_left_out() -> None:
    twice = PremiseIndex([_declared("a", "old"), _declared("a", "fresh")])
    assert [each.declared.statement for each in twice.search("a", 5)] == ["fresh"]
    assert len(INDEX) == 4
