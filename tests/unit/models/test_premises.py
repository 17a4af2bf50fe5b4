"""Retrieved theorems and what they are used for."""

import pytest
from tests.unit.models.sequents import goal, offered, taken

from holdfast.core.trajectories import Declared
from holdfast.models.premise_forms import read_form, symbols
from holdfast.models.premises import PremiseProposer
from holdfast.models.shards import Shard

COMM = Declared("Lib.plus_comm", "theorem", "forall n m : nat, n + m = m + n")
MONO = Declared("Lib.le_n_S", "theorem", "forall n m : nat, n <= m -> S n <= S m")
ZERO = Declared("Lib.le_0_eq", "theorem", "forall n : nat, n <= 0 -> n = 0")
LEFT = Declared("Lib.plus_O_n", "theorem", "forall n : nat, 0 + n = n")
ALL = (COMM, MONO, ZERO, LEFT)


def taught(*items: Declared) -> PremiseProposer:
    proposer = PremiseProposer()
    for item in items:
        proposer.learn(item)
    return proposer


def test_a_statement_is_taken_apart() -> None:
    form = read_form(MONO.statement)
    assert (form.root, form.premises, form.left, form.right) == ("<=", 1, None, None)
    assert (form.conclusion, form.premise) == ({"<=", "S"}, {"<="})
    equation = read_form(LEFT.statement)
    assert (equation.root, equation.left, equation.right) == ("=", {"0", "+"}, frozenset())


def test_equivalences_rewrite_too() -> None:
    form = read_form("forall A B : Prop, A -> (A /\\ B <-> B)")
    assert (form.root, form.left, form.premises) == ("<->", {"/\\"}, 1)


def test_symbols_are_what_is_fixed() -> None:
    assert symbols(["(", "S", "β:nat", "+", "?x", "_", "@nat", ")"]) == {"S", "+"}


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["definition", "inductive", "nonsense"])
async def test_only_theorems_and_constructors_are_premises(kind: str) -> None:
    assert await offered(taught(Declared("x", kind, "P 1")), goal("P 1")) == []
    assert await offered(taught(Declared("x", "constructor", "P 1")), goal("P 1")) == ["apply x"]
    assert await offered(taught(Declared("x", "theorem", "")), goal("P 1")) == []


def test_a_form_does_not_depend_on_bound_names_or_on_how_they_are_bound() -> None:
    one = read_form("forall [A : Type] (a b : list A), P a -> length (a ++ b) = 0")
    other = read_form("forall (B : Type) {u v : list B}, P u -> Datatypes.length (u ++ v) = 0")
    assert one == other
    assert one.left == {"length", "++"}


@pytest.mark.asyncio
async def test_an_equivalence_is_applied_either_way() -> None:
    proposer = taught(Declared("Lib.iff", "theorem", "forall n m : nat, n <? m = true <-> n < m"))
    assert "apply Lib.iff" in await offered(proposer, goal("a < b", "a b : nat"))
    assert "apply Lib.iff" in await offered(proposer, goal("a <? b = true", "a b : nat"))
    assert "apply Lib.iff" in await offered(proposer, goal("a <= b -> a < b", "a b : nat"))
    assert "apply Lib.iff" not in await offered(proposer, goal("a + b", "a b : nat"))


@pytest.mark.asyncio
async def test_theorems_of_a_section_speak_of_its_variables() -> None:
    proposer = taught(Declared("inside", "theorem", "forall x, f (g x) = x"))
    assert "rewrite inside" in await offered(proposer, goal("f (g a) = b", "f g : A -> A", "a b : A"))
    assert await offered(proposer, goal("h (g a) = b", "h g : A -> A", "a b : A")) == []


@pytest.mark.asyncio
async def test_theorems_that_fit_are_applied_and_rewritten_with() -> None:
    proposer = taught(*ALL)
    assert (await offered(proposer, goal("a + b = b + a", "a b : nat")))[0] == "apply Lib.plus_comm"
    found = await offered(proposer, goal("S a <= S b", "a b : nat"))
    assert found == ["apply Lib.le_n_S", "eapply Lib.le_n_S"]
    found = await offered(proposer, goal("S (0 + a) = b", "a b : nat"))
    assert "rewrite Lib.plus_O_n" in found


@pytest.mark.asyncio
async def test_theorems_are_used_in_hypotheses() -> None:
    found = await offered(taught(*ALL), goal("P", "a : nat", "H : a <= b", "K : 0 + a = a"))
    assert {"apply Lib.le_n_S in H", "rewrite Lib.plus_O_n in K"} <= set(found)


@pytest.mark.asyncio
async def test_the_nearer_theorem_is_ranked_before_the_farther() -> None:
    near = Declared("Lib.near", "theorem", "forall n m : nat, f (n + m) = g n")
    far = Declared("Lib.far", "theorem", "forall n m : nat, f n = m")
    found = await offered(taught(far, near), goal("f (a + b) = g a", "a b : nat"))
    assert found.index("apply Lib.near") < found.index("apply Lib.far")


@pytest.mark.asyncio
async def test_people_decide_how_names_are_written_and_what_is_usual() -> None:
    proposer = taught(*ALL)
    for _ in range(30):
        proposer.learn(taken("rewrite plus_comm", goal("x + y = z", "x y z : nat")))
    found = await offered(proposer, goal("a + b = b + a", "a b : nat"))
    assert found[0] == "rewrite plus_comm"
    assert "apply plus_comm" in found


@pytest.mark.asyncio
async def test_a_shard_teaches_what_reading_teaches() -> None:
    stream = [*ALL, Declared("Lib.nat", "inductive", "Set"), taken("apply plus_comm", goal("x + y = y + x"))]
    read = PremiseProposer()
    for item in stream:
        read.learn(item)
    loaded = PremiseProposer([Shard.from_stream(stream)])
    asked = goal("a + b = b + a", "a b : nat")
    assert await offered(loaded, asked) == await offered(read, asked)


@pytest.mark.asyncio
async def test_theorems_of_the_file_at_hand_come_before_those_of_libraries() -> None:
    library = Declared("Lib.far", "theorem", "forall n m : nat, f (n + m) = g n")
    here = Declared("near", "theorem", "forall n m : nat, f (n + m) = h m")
    proposer = PremiseProposer([Shard.from_stream([library])])
    proposer.learn(here)
    found = await offered(proposer, goal("f (a + b) = c", "a b c : nat"))
    assert found.index("rewrite near") < found.index("rewrite Lib.far")


@pytest.mark.asyncio
async def test_what_names_nothing_is_not_a_premise() -> None:
    assert await offered(taught(Declared("Lib.d", "definition", "nat")), goal("nat")) == []


@pytest.mark.asyncio
async def test_a_test_in_a_hypothesis_is_turned_into_what_it_means() -> None:
    proposer = PremiseProposer()
    proposer.learn(Declared("eqb_eq", "theorem", "forall n m : nat, (n =? m) = true <-> n = m"))
    proposer.learn(Declared("eqb_sym", "theorem", "forall n m : nat, (n =? m) = (m =? n)"))
    found = await offered(proposer, goal("P a", "a v : nat", "H : (a =? v) = true"))
    assert "apply eqb_eq in H" in found
    assert found.index("apply eqb_eq in H") < found.index("rewrite eqb_sym in H")
