"""How names are spelled."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.rocq_names import NameBook

FULL = "Coq.Arith.PeanoNat.Nat.add_comm"
names = st.lists(st.sampled_from("ABCab"), min_size=1, max_size=4).map(".".join)


def book(*declared: str, used: str = "") -> NameBook:
    found = NameBook()
    for name in declared:
        found.declare(name)
    found.use(used)
    return found


def test_a_name_that_nobody_used_is_written_in_full() -> None:
    assert book(FULL).spell(FULL) == FULL


def test_a_name_is_written_as_people_wrote_it_most() -> None:
    assert book(FULL, used="rewrite Nat.add_comm, Nat.add_comm, add_comm").spell(FULL) == "Nat.add_comm"
    assert book(FULL, used="now apply add_comm.").spell(FULL) == "add_comm"


def test_a_spelling_that_two_names_share_is_not_used() -> None:
    found = book(
        FULL, "Coq.NArith.N.add_comm", used="rewrite add_comm; rewrite add_comm; rewrite Nat.add_comm"
    )
    assert found.spell(FULL) == "Nat.add_comm"
    assert found.spell("Coq.NArith.N.add_comm") == "Coq.NArith.N.add_comm"


def test_declaring_again_changes_nothing() -> None:
    assert book(FULL, FULL, used="apply add_comm").spell(FULL) == "add_comm"


def test_a_name_never_declared_is_itself() -> None:
    assert book(used="apply foo").spell("A.foo") == "A.foo"


@given(st.lists(names, max_size=6), st.lists(names, max_size=6))
def test_two_names_are_never_spelled_alike(declared: list[str], used: list[str]) -> None:
    found = book(*declared, used=" ".join(used))
    distinct = set(declared)
    spelled = {name: found.spell(name) for name in distinct}
    assert all(name.endswith(spelling) for name, spelling in spelled.items())
    short = [spelling for name, spelling in spelled.items() if spelling != name]
    assert len(short) == len(set(short))
    assert not set(short) & distinct
