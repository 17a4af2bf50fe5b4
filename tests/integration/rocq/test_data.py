"""A definition that waits for a value is no theorem, unless its type says which or a user names it."""

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.core.documents import Source
from holdfast.core.errors import UserError

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

TEXT = """Definition value : nat. Admitted.
Definition function (n : nat) : list nat. Proof. Admitted.
Definition predicate : nat -> Prop. Admitted.
Definition decision (a b : nat) : {a = b} + {a <> b}. Admitted.
Definition fact (a b : nat) : a + b = b + a. Admitted.
Let local : 1 + 1 = 2. Admitted.
Lemma inhabited : nat. Admitted.
"""
DATA = ["value", "function", "predicate"]


async def _refused(names: tuple[str, ...]) -> list[str]:
    checker = RocqChecker(await find_installation())
    source = Source("data.v", TEXT)
    refused = []
    async with checker.open(source) as reader:
        for hole in checker.holes(source, names):
            try:
                await reader.enter(hole)
            except UserError as error:
                if "the value that is meant" in str(error):
                    refused.append(hole.name)
    return refused


async def test_any_value_of_a_plain_type_would_do_so_none_is_put_in() -> None:
    assert await _refused(()) == DATA


async def test_a_definition_that_is_named_is_filled() -> None:
    assert await _refused(tuple(DATA)) == []
