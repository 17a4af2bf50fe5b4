"""The synthesiser itself: what its expressions mean, what it finds, and that it repeats."""

from collections.abc import Callable
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.synthesis.engine import Engine
from holdfast.models.synthesis.guarding import guarded
from holdfast.models.synthesis.kinds import ITERABLE
from holdfast.models.synthesis.ops_collections import COLLECTIONS
from holdfast.models.synthesis.ops_numbers import COMPARISONS, NUMBERS
from holdfast.models.synthesis.ops_text import TEXT
from holdfast.models.synthesis.pool import Meter, Pool
from holdfast.models.synthesis.task import Example, HelperSignature, Parameter, SynthesisTask, decode, encode
from holdfast.models.synthesis.terms import Term, constant, render, variable
from holdfast.models.synthesis.trees import Branch, Leaves, conjoin, tree_cost
from holdfast.models.synthesis.values import ERROR, is_total, key_of, kind_of, same

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inside: (
        st.lists(inside)
        | st.tuples(inside, inside)
        | st.dictionaries(st.integers() | st.text(), inside)
        | st.sets(st.integers() | st.text())
        | st.frozensets(st.integers())
    ),
    max_leaves=8,
)
WORK = 800_000


def task(
    names: str,
    *examples: tuple[object, ...],
    text: str = "",
    prelude: str = "",
    helpers: tuple[HelperSignature, ...] = (),
) -> SynthesisTask:
    """A task `f`; an example is its arguments, then what comes out, or the exception that is raised."""
    parameters = tuple(Parameter(name) for name in names.split())
    shown = tuple(
        Example(tuple(args), raises=result.__name__)
        if isinstance(result, type)
        else Example(tuple(args), result)
        for *args, result in examples
    )
    return SynthesisTask(
        name="f",
        parameters=parameters,
        returns=None,
        examples=shown,
        text=text,
        prelude=prelude,
        helpers=helpers,
    )


def bodies(wanted: SynthesisTask, count: int = 1, work: int = WORK) -> list[str]:
    engine = Engine(wanted)
    return [body.text for body in islice(engine.bodies(lambda: engine.meter.spent > work), count)]


def function(wanted: SynthesisTask, body: str) -> Callable[..., object]:
    """A body made of our own operators, as a function: nothing here comes from outside."""
    scope: dict[str, Callable[..., object]] = {}
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    exec(f"{wanted.prelude}\ndef f({', '.join(p.name for p in wanted.parameters)}):\n{lines}", scope)
    return scope["f"]


@given(st.lists(PLAIN, max_size=3), PLAIN)
def test_a_task_survives_its_journey(args: list[object], expected: object) -> None:
    sent = task(" ".join("abc"[: len(args)]), (*args, expected), prelude="import math\n")
    received = decode(encode(sent))
    assert received.parameters == sent.parameters
    assert same(list(received.examples[0].args), args)
    assert same(received.examples[0].expected, expected)


@given(st.lists(PLAIN, min_size=1, max_size=3), st.lists(PLAIN, min_size=1, max_size=3))
def test_vectors_share_a_key_only_when_they_hold_the_same(left: list[object], right: list[object]) -> None:
    if key_of(tuple(left)) == key_of(tuple(right)):
        assert same(left, right)
    assert key_of(tuple(left)) == key_of(tuple(decode(encode(task("a", (left, 0)))).examples[0].args[0]))


def leaves() -> list[Term]:
    return [
        variable("xs", ([3, 1, 2], [5], []), "list[int]"),
        variable("s", ("ab c", "x", ""), "str"),
        variable("n", (2, 7, 0), "int"),
        variable("d", ({"a": 1}, {"b": 2, "c": 2}, {}), "dict"),
        constant(1, 3, "int", 1),
        constant(-1, 3, "int", 1),
        constant(" ", 3, "str", 1),
    ]


def test_an_expression_is_written_as_what_it_means() -> None:
    pool = Pool(3, (*NUMBERS, *COMPARISONS, *TEXT, *COLLECTIONS), Meter())
    for leaf in leaves():
        pool.add(leaf)
    found = [term for term in pool.grow(4) if term is not None]
    assert len(found) > 1000
    names = [leaf for leaf in leaves() if leaf.uses]
    for term in found:
        code = compile(render(term), "<term>", "eval")
        for point in range(3):
            scope = {leaf.op.text: leaf.vector[point] for leaf in names}
            if term.vector[point] is not ERROR:
                assert same(eval(code, scope), term.vector[point]), render(term)


def test_a_pool_keeps_the_cheapest_of_equal_expressions() -> None:
    pool = Pool(3, NUMBERS, Meter())
    n = variable("n", (2, 7, 4), "int")
    assert pool.add(n)
    assert pool.add(constant(0, 3, "int", 1))
    assert not pool.add(variable("m", (2, 7, 4), "int"))
    found = [term for term in pool.grow(5) if term is not None]
    assert len({key_of(term.vector) for term in found} | {key_of(n.vector)}) == len(found) + 1
    assert [term.cost for term in found] == sorted(term.cost for term in found)
    assert pool.find((4, 14, 8)) is not None


def test_a_tree_is_learnt_from_partial_answers() -> None:
    target = (1, 1, -4, -9)
    known = Leaves(target)
    one, known_n = constant(1, 4, "int", 1), variable("n", (5, 6, -4, -9), "int")
    for term in (
        one,
        known_n,
        variable("late", (False, False, True, True), "bool"),
    ):
        known.add(term)
    tree = known.learn(1)
    assert isinstance(tree, Branch)
    assert render(tree.test) == "late"
    assert (tree.yes, tree.no) in {(known_n, one), (one, known_n)}
    assert tree_cost(tree) == 5
    assert known.learn(0) is None


def test_two_predicates_are_joined_when_neither_is_enough() -> None:
    first, second = (variable(name, (), "bool") for name in "pq")
    joined = conjoin([(first, 0b0111, 0b1000), (second, 0b1011, 0b0100)], 0b0011, 0b1100)
    assert joined is not None
    assert (joined.sign, joined.first, joined.second) == ("and", first, second)
    assert conjoin([(first, 0b0111, 0b1000)], 0b0011, 0b1100) is None


FOUND = {
    "add": (task("a b", (1, 2, 3), (4, 5, 9), (0, -2, -2)), (7, 30), 37),
    "filter": (
        task("xs", ([1, 2, 3, 4], [2, 4]), ([5, 6, 8], [6, 8]), ([], []), ([7], [])),
        ([1, 3, 10, 4],),
        [10, 4],
    ),
    "map": (task("xs", ([1, 2], [1, 4]), ([3], [9]), ([], []), ([5, 0], [25, 0])), ([2, 6],), [4, 36]),
    "sum of digits": (task("n", (0, 0), (7, 7), (123, 6), (9045, 18), text="The sum of digits"), (889,), 25),
    "joined": (task("s", ("ab", "A-B"), ("x", "X"), ("fed", "F-E-D"), ("", "")), ("hey",), "H-E-Y"),
    "greeting": (task("s", ("Ann", "Hi, Ann!"), ("Bo", "Hi, Bo!")), ("Cy",), "Hi, Cy!"),
    "factorial": (task("n", (0, 1), (1, 1), (3, 6), (5, 120)), (6,), 720),
    "fibonacci": (task("n", (0, 0), (1, 1), (2, 1), (7, 13), (10, 55)), (9,), 34),
    "gcd": (task("a b", (12, 18, 6), (7, 5, 1), (100, 75, 25), (9, 3, 3), (8, 20, 4)), (48, 36), 12),
    "counts": (task("s", ("aba", {"a": 2, "b": 1}), ("", {}), ("c", {"c": 1})), ("xxy",), {"x": 2, "y": 1}),
    "grouped": (
        task("ws", (["ab", "cd", "ae"], {"a": ["ab", "ae"], "c": ["cd"]}), ([], {}), (["x"], {"x": ["x"]})),
        (["q", "qr"],),
        {"q": ["q", "qr"]},
    ),
    "sorted by": (
        task("ws", (["ccc", "b", "aa"], ["b", "aa", "ccc"]), ([], []), (["aa", "y"], ["y", "aa"])),
        (["bbb", "c"],),
        ["c", "bbb"],
    ),
    "conditional": (task("n", (5, 5), (-3, 0), (0, 0), (9, 9), (-7, 0)), (-1,), 0),
    "pair": (
        task("n", (61, (1, 1)), (59, (0, 59)), (135, (2, 15)), text="hours and minutes"),
        (125,),
        (2, 5),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_what_is_found_holds_beyond_the_examples(name: str) -> None:
    wanted, args, result = FOUND[name]
    (body,) = bodies(wanted, work=4 * WORK if name in {"gcd", "grouped"} else WORK)
    found = function(wanted, body)
    assert all(same(found(*example.args), example.expected) for example in wanted.examples)
    assert same(found(*args), result), body


def test_an_exception_can_be_what_is_wanted() -> None:
    wanted = task(
        "n", (4, 2.0), (9, 3.0), (-1, ValueError), (-4, ValueError), (0, 0.0), prelude="import math"
    )
    (body,) = bodies(wanted)
    with pytest.raises(ValueError, match="math"):
        function(wanted, body)(-9)
    assert function(wanted, body)(16) == 4.0


def test_the_files_own_functions_are_used() -> None:
    wanted = task(
        "x y",
        (1, 2, 1001002),
        (3, 4, 3003004),
        prelude="def odd(x):\n    return x * 1001000\ndef stuck(x):\n    while True: pass\n",
        helpers=(
            HelperSignature("stuck", (Parameter("x", "int"),), "int"),
            HelperSignature("odd", (Parameter("x", "int"),), "int"),
        ),
    )
    assert any("odd(x)" in body for body in bodies(wanted, 3))


def test_the_same_task_has_the_same_answers() -> None:
    wanted = FOUND["filter"][0]
    many = bodies(wanted, 4, work=400_000)
    assert len(many) == 4
    assert bodies(wanted, 4, work=400_000) == many
    assert bodies(wanted, 2, work=400_000) == many[:2]


def test_arguments_stay_as_they_are() -> None:
    """A body that changes what it is given does not do what the examples show."""
    wanted = task("xs", ([3, 1], [1, 3]), ([2], [2]), ([], []))
    given_list = [9, 8]
    (body,) = bodies(wanted)
    assert function(wanted, body)(given_list) == [8, 9]
    assert given_list == [9, 8]


def test_a_guarded_call_ends_and_cannot_reach_its_arguments() -> None:
    def endless(items: list[int]) -> None:
        items.append(1)
        while True:
            pass

    mine: list[int] = []
    stopped = guarded(endless)
    for _ in range(5):
        with pytest.raises(TimeoutError):
            stopped(mine)
    assert mine == []


def test_kinds_and_missing_values() -> None:
    assert kind_of((ERROR, 1.5)) == "float"
    assert not is_total((ERROR, 1))


def test_nothing_rests_on_the_order_of_a_set() -> None:
    # Sets of words are walked in another order in every process.
    of_sets = {each.name for each in COLLECTIONS if frozenset({"set"}) in each.arguments}
    assert of_sets <= {"len", "max", "sorted", "in", "not_in", "&", "|", "-", "^", "<="}
    assert "set" not in ITERABLE
