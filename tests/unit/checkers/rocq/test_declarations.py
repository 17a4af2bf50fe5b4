"""Reading what `Search` prints."""

import pytest

from holdfast.checkers.rocq.declarations import local_declarations
from holdfast.checkers.rocq.toplevel import RejectedError
from holdfast.core.trajectories import Declared

LIBRARIES = """Loaded library files:
  Coq.Init.Notations
  Coq.Init.Logic
"""
FOUND = """two: nat
M.two_is: two = 2
long_one:
  forall (A : Type) (f : A -> A),
  (forall x : A, f (f x) = x) -> forall x : A, f x = x
tree: Type -> Type
leaf: forall A : Type, tree A
tree_ind: forall (A : Type) (P : tree A -> Prop), P (leaf A) -> forall t : tree A, P t
depth: forall A : Type, tree A -> nat
strange': forall x : nat, x = x
"""


class Answering:
    """Answers the two questions that are put to the live Rocq."""

    def __init__(self, found: str | None) -> None:
        self.found = found
        self.asked: list[str] = []

    async def query(self, sentence: str) -> str:
        self.asked.append(sentence)
        if sentence.startswith("Print Libraries"):
            return LIBRARIES
        if self.found is None:
            raise RejectedError("no such thing", 0, 0)
        return self.found


@pytest.mark.asyncio
async def test_names_and_statements_are_read_and_schemes_left_out() -> None:
    rocq, known = Answering(FOUND), set[str]()
    found = await local_declarations(rocq, known)  # type: ignore[arg-type]
    assert rocq.asked[1] == "Search _ outside Coq.Init.Notations Coq.Init.Logic."
    assert [(each.name, each.kind) for each in found] == [
        ("two", "definition"),
        ("M.two_is", "theorem"),
        ("long_one", "theorem"),
        ("tree", "inductive"),
        ("leaf", "theorem"),
        ("depth", "definition"),
        ("strange'", "theorem"),
    ]
    assert found[2] == Declared(
        "long_one",
        "theorem",
        "forall (A : Type) (f : A -> A), (forall x : A, f (f x) = x) -> forall x : A, f x = x",
    )
    assert not await local_declarations(rocq, known)  # type: ignore[arg-type]
    rocq.found = FOUND + "new: two = two\n"
    assert [each.name for each in await local_declarations(rocq, known)] == ["new"]  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_an_answer_that_does_not_come_is_no_declaration() -> None:
    assert await local_declarations(Answering(None), set()) == []  # type: ignore[arg-type]
    assert await local_declarations(Answering(""), set()) == []  # type: ignore[arg-type]
