"""Bodies that know the tests and not the task."""

import pytest

from holdfast.checkers.python.bodies import parse_body
from holdfast.checkers.python.brief import Brief
from holdfast.checkers.python.rote import by_rote
from holdfast.checkers.python.specification import Split
from holdfast.checkers.python.tested import read_tested
from holdfast.core.documents import Source

TEXT = '''\
def days(year: int, month: str, _style=None) -> int:
    """The days of a month: 28 or 29 of february.

    >>> days(1900, "february")
    28
    >>> days(2000, "may")
    31
    >>> days(7, "june")
    30
    >>> days(1, "may")
    31
    """
    ...

class Bag:
    def put(self, item):
        """D.

        >>> Bag().put(3)
        """
        ...
'''


def said(body: str, name: str = "days") -> str:
    tested = read_tested(Source("a.py", TEXT), (), Split())
    function = tested.document.function(name)
    assert function is not None
    entry = tested.entry(function)
    brief: Brief = entry.brief
    return by_rote(parse_body(body), brief, entry.specification.cases)


@pytest.mark.parametrize(
    "body",
    [
        "return f(year, month)",
        "if month == 'february':\n    return 28 + (year % 4 == 0)\nreturn 31",
        "return 30 if month in ('april', 'november') else year",
        "if year == 1:\n    return month",
        "if year < 7:\n    return month",
        "return year * 7 + len(month)",
        "x = {'april': 30}\nreturn x[month] + year",
    ],
)
def test_bodies_that_compute(body: str) -> None:
    assert said(body) == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 31", "ignores year"),
        ("return year", "ignores month"),
        ("if year == 7:\n    return 30\nreturn len(month)", "singles out 7"),
        ("return 28 if 1900 == year else len(month)", "singles out 1900"),
        ("return 31 if month in ['may', 'july'] else year", "singles out 'may'"),
        ("return {'may': 31, 'x': 1}.get(month, year)", "singles out 'may'"),
        ("match year:\n    case 2000:\n        return month", "singles out 2000"),
    ],
)
def test_bodies_that_know_the_tests(body: str, words: str) -> None:
    assert words in said(body)


def test_the_object_of_a_method_may_be_ignored() -> None:
    assert said("print(item)", "Bag.put") == ""
    assert "ignores item" in said("self.n = 1", "Bag.put")


def test_of_hidden_tests_nothing_is_quoted() -> None:
    tested = read_tested(Source("a.py", TEXT), (), Split())
    function = tested.document.function("days")
    assert function is not None
    entry = tested.entry(function)
    body = parse_body("if year == 7:\n    return 30\nreturn len(month)")
    words = by_rote(body, entry.brief, (), entry.specification.cases)
    assert words == "it singles out an input of a test that was not shown"
