"""Properties that tell passing bodies apart, with a sandbox."""

import random

import pytest
from tests.integration.python_holes.replay import grader_or_skip

from holdfast.checkers.python.checker import OpenGrader
from holdfast.checkers.python.specification import Split
from holdfast.checkers.python.telling import Telling, telling_properties
from holdfast.checkers.python.tested import Entry, read_tested
from holdfast.core.documents import Source

TEXT = '''\
def tidy(items: list[int]) -> list[int]:
    """Put in order.

    >>> tidy([3, 1, 2])
    [1, 2, 3]
    >>> tidy([])
    []
    """
    ...


def back(text: str) -> str:
    """Turn it round.

    >>> back("aba")
    'aba'
    """
    ...


def forth(text: str) -> str:
    return text[::-1]
'''
SORTED, SET, LOOP = "return sorted(items)", "return sorted(set(items))", "while items:\n    pass\nreturn []"


@pytest.fixture(scope="module")
def open_grader() -> OpenGrader:
    return grader_or_skip()


def entry_of(name: str) -> Entry:
    tested = read_tested(Source("a.py", TEXT), (), Split())
    function = tested.document.function(name)
    assert function is not None
    return tested.entry(function)


async def told(name: str, bodies: list[str], open_grader: OpenGrader) -> dict[str, Telling]:
    rng = random.Random(0)
    async with open_grader(rng) as grader:
        found = await telling_properties(entry_of(name), bodies, grader, rng)
    return {each.code.partition(f"def test_{name}_")[2].partition("(")[0]: each for each in found}


@pytest.mark.asyncio
async def test_a_property_is_proposed_where_it_tells_bodies_apart(open_grader: OpenGrader) -> None:
    found = await told("tidy", [SORTED, SET], open_grader)
    assert found["has_no_duplicates"].holds == (SET,)
    assert found["is_as_long_as_items"].holds == (SORTED,)
    ((body, example),) = found["is_as_long_as_items"].fails
    assert body == SET
    assert example.startswith("tidy([")
    assert "is_sorted" not in found, "it holds of both"
    assert str(found["has_no_duplicates"]).startswith("@given(items=st.lists(st.integers(")
    assert "# fails for   return sorted(items), as with tidy([" in str(found["has_no_duplicates"])


@pytest.mark.asyncio
async def test_other_functions_of_the_file_are_called(open_grader: OpenGrader) -> None:
    found = await told("back", ["return text[::-1]", "return text"], open_grader)
    assert found["is_undone_by_forth"].holds == ("return text[::-1]",)


@pytest.mark.asyncio
async def test_equal_bodies_are_not_told_apart_and_endless_ones_do_no_harm(open_grader: OpenGrader) -> None:
    assert await told("tidy", [SORTED, "return sorted(items[::-1])"], open_grader) == {}
    assert await told("tidy", [SORTED, LOOP], open_grader) == {}
