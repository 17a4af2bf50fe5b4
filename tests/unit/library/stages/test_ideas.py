"""What of an answer is a proposal: nobody who asked for a function is lost, whatever a model says."""

import json

import pytest
from pydantic import ValidationError

from holdfast.library.stages.ideas import (
    Idea,
    Instruction,
    Proposal,
    read_batch,
    read_changes,
    read_merge,
    together,
)
from holdfast.pipelines.dataset.asking import Unusable

SHOWN = [Instruction(f"t{n}#1", f"t{n}", "Paint.") for n in range(1, 5)]
IDEAS = [
    Idea("ring", "(t)", "A ring.", ("t1#1", "t2#1")),
    Idea("circle", "(t, r)", "A ring of a size.", ("t2#1", "t3#1")),
    Idea("wave", "()", "A wave.", ("t4#1",)),
]


def function(name: str = "ring", **more: object) -> dict[str, object]:
    return {"name": name, "signature": "(t)", "purpose": "It\n paints.", **more}


def functions(*found: dict[str, object], **more: object) -> str:
    return "Here you are:\n```json\n" + json.dumps({"functions": found, **more}) + "\n```"


def test_a_batch_names_the_instructions_that_it_was_shown() -> None:
    (idea,) = read_batch(functions(function(serves=[3, 1]), function(serves=[1, 2])), SHOWN)
    assert (idea.purpose, idea.support) == ("It paints.", ("t1#1", "t2#1", "t3#1"))
    assert idea.tasks == ("t1", "t2", "t3")


@pytest.mark.parametrize(
    "answer",
    [
        "I cannot do that.",
        "{",
        "[1, 2]",
        functions(function(serves=[5])),
        functions(function(serves=[0])),
        functions(function(serves=[])),
        functions(function("os.system", serves=[1])),
        functions(function("class", serves=[1])),
        functions({"name": "ring", "serves": [1]}),
        '{"functions": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_other_answers_cannot_be_used(answer: str) -> None:
    with pytest.raises((Unusable, ValidationError)):
        read_batch(answer, SHOWN)


def test_a_merge_keeps_everybody_that_asked() -> None:
    left = [{"number": 3, "why": "too rare"}]
    merged = read_merge(functions(function(merges=[1, 2]), left_out=left), IDEAS)
    assert merged.ideas[0].support == ("t1#1", "t2#1", "t3#1")
    assert [(each.name, each.why, each.support) for each in merged.left_out] == [
        ("wave", "too rare", ("t4#1",))
    ]


def test_a_merge_that_forgets_a_function_is_sent_back() -> None:
    with pytest.raises(Unusable, match=r"function 3 \(wave\) is neither in merges nor in left_out"):
        read_merge(functions(function(merges=[1, 2])), IDEAS)
    with pytest.raises(Unusable, match="there is no function 9"):
        read_merge(functions(function(merges=[1, 2, 3, 9])), IDEAS)


def test_functions_of_one_name_are_one() -> None:
    assert [each.support for each in together([IDEAS[0], IDEAS[0], IDEAS[2]])] == [
        ("t1#1", "t2#1"),
        ("t4#1",),
    ]


def test_what_is_changed_keeps_who_asked_for_it() -> None:
    changes = [
        {"action": "modify", "number": 1, "name": "hoop", "why": "clearer", "serves": [4]},
        {"action": "remove", "number": 3, "why": "nobody needs it"},
        function("star", action="add", why="many do", serves=[2]),
    ]
    after, told = read_changes(json.dumps({"changes": changes}), Proposal(tuple(IDEAS)), SHOWN)
    assert {each.name: each.support for each in after.ideas} == {
        "hoop": ("t1#1", "t2#1", "t4#1"),
        "circle": ("t2#1", "t3#1"),
        "star": ("t2#1",),
    }
    assert after.ideas[0].signature == "(t)"
    assert [(each.name, each.support) for each in after.left_out] == [("wave", ("t4#1",))]
    assert [(each.action, each.name) for each in told] == [
        ("modify", "hoop"),
        ("remove", "wave"),
        ("add", "star"),
    ]
    removed_twice = json.dumps({"changes": [changes[1], changes[1]]})
    with pytest.raises(Unusable, match="to remove, number names a function"):
        read_changes(removed_twice, Proposal(tuple(IDEAS)), SHOWN)
