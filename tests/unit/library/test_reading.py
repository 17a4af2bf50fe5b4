"""No line of a file, however it is broken, keeps the others from being read; and the length of texts."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.library.boards.adapter import Boards
from holdfast.library.definitions import definition_in
from holdfast.library.grids.adapter import Grids
from holdfast.library.lists.adapter import Lists
from holdfast.library.python_domain import PythonDomain
from holdfast.library.tokens import python_tokens

EXAMPLES = Path(__file__).parents[3] / "examples" / "library"
DOMAINS: dict[str, Any] = {"boards": Boards(), "grids": Grids(), "lists": Lists()}
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just(float("nan"))
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def first_line(domain: str) -> dict[str, Any]:
    with (EXAMPLES / domain / "train.jsonl").open(encoding="utf-8") as file:
        line: dict[str, Any] = json.loads(file.readline())
    return line


LINES = {domain: first_line(domain) for domain in DOMAINS}


@pytest.mark.parametrize("domain", DOMAINS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_value_that_is_not_meant_is_a_defect_or_none(
    domain: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    line = copy.deepcopy(LINES[domain])
    place: Any = line
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(junk)
    path = tmp_path_factory.mktemp("lines") / "tasks.jsonl"
    path.write_text(f"{json.dumps(line)}\n{json.dumps(LINES[domain])}\n", encoding="utf-8")
    loaded = DOMAINS[domain].load(path)
    # The second line is whole: it is read, unless the first one has taken its name.
    assert len(loaded.tasks) + sum(each.fatal for each in loaded.defects) == 2
    assert loaded.tasks
    adapter: PythonDomain = DOMAINS[domain]
    assert all(adapter.is_state(step.state) for task in loaded.tasks for step in task.steps)


HOSTILE = (
    "-" * 100_000 + "1",
    "lambda:" * 10_000 + "1",
    "(" * 5000,
    "'\ud800'",
    "a\0b",
    "9" * 10_000,
    "x = '\\d'",
)


@pytest.mark.parametrize("at", range(len(HOSTILE)))
def test_texts_that_bring_parsers_down_are_texts_that_do_not_parse(at: int) -> None:
    text = HOSTILE[at]
    assert python_tokens(text) >= 1
    with pytest.raises(ValueError, match=r"parse|statements"):
        definition_in(text, "f")


def test_what_is_free_and_what_is_not() -> None:
    plain = "def f(a):\n    return a + 1\n"
    documented = (
        'def f(a):\n    """Add one.\n\n    >>> f(1)\n    2\n    """\n\n    # one more\n    return a + 1\n'
    )
    assert python_tokens(documented) == python_tokens(plain) == 10
    assert python_tokens("x = 'red'") == 3
    # A drawing that is packed into a constant costs what it packs.
    assert python_tokens(f"x = '{'ab' * 60}'") == 2 + 10
    assert python_tokens(f"x = {'7' * 40}") == 2 + 10
    assert python_tokens("no python at (") == 4
