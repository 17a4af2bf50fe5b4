"""Properties by the shape of a function."""

import ast

import pytest

from holdfast.checkers.python.properties import Shape, properties_of


def names(shape: Shape) -> dict[str, str]:
    found = list(properties_of(shape))
    for each in found:
        ast.parse(each.expression, mode="eval")
        assert each.name.isidentifier()
    assert len({each.name for each in found}) == len(found)
    return {each.name: each.expression for each in found}


def test_a_list_from_a_list() -> None:
    found = names(Shape("f", (("xs", "list"),), "list", ("g",)))
    assert found["has_the_items_of_xs"] == "sorted(f(xs)) == sorted(xs)"
    assert found["turns_with_xs"] == "f(xs[::-1]) == f(xs)[::-1]"
    assert found["does_not_depend_on_the_order_of_xs"] == "f(xs[::-1]) == f(xs)"
    assert found["changes_nothing_the_second_time"] == "f(f(xs)) == f(xs)"
    assert found["undoes_itself"] == "f(f(xs)) == xs"
    assert found["is_undone_by_g"] == "g(f(xs)) == xs"
    assert "is_never_negative" not in found


def test_numbers_from_numbers() -> None:
    found = names(Shape("f", (("a", "int"), ("b", "int")), "int"))
    assert found["grows_with_b"] == "f(a, b) <= f(a, b + 1)"
    assert found["is_symmetric"] == "f(b, a) == f(a, b)"
    assert found["is_within_its_arguments"] == "min(a, b) <= f(a, b) <= max(a, b)"
    assert "undoes_itself" not in found


@pytest.mark.parametrize("result", ["int", "str", "list", "bool", "dict", "NoneType", "float"])
@pytest.mark.parametrize("kind", ["int", "str", "list", "set", "dict", "tuple"])
def test_every_shape_has_properties_that_can_be_read(kind: str, result: str) -> None:
    assert names(Shape("f", (("x", kind),), result))
    assert names(Shape("f", (("x", kind), ("y", "int")), result))
