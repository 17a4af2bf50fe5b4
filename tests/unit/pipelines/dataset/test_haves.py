"""A `have` is a step of its theorem and a proof of its own; chains tell it so, and no other way."""

import json

import pytest
from tests.unit.pipelines.dataset.rows import premise, step, theorem

from holdfast.pipelines.dataset.asking import Unusable
from holdfast.pipelines.dataset.chain_reading import chain_values, needed, read_chain
from holdfast.pipelines.dataset.chains import fault
from holdfast.pipelines.dataset.haves import folded, parts
from holdfast.pipelines.dataset.records import ChainTheorem, HaveProof

FACT = premise("Lib.B.fact", type="Lemma fact : P.")
# `have H` is stated while two goals are there; its proof states another fact, and goes by cases.
STEPS = (
    step("split.", ("A /\\ B",), ("A", "B")),
    step("have H : P.", ("A", "B"), ("P", "H |- A", "B")),
    step("have G : Q.", ("P", "H |- A", "B"), ("Q", "G |- P", "H |- A", "B")),
    step("exact: fact.", ("Q", "G |- P", "H |- A", "B"), ("G |- P", "H |- A", "B"), FACT),
    step("case: G.", ("G |- P", "H |- A", "B"), ("P1", "P2", "H |- A", "B")),
    step("- by [].", ("P1", "P2", "H |- A", "B"), (), elsewhere=3),
    step("- by [].", (), ("H |- A", "B")),
    step("all: by rewrite H.", ("H |- A", "B"), ()),
)
HAVES = (
    HaveProof(name="Lib.A.t_have_0", line=1, stop=7, statement="have H : P.", goal="P", proof=()),
    HaveProof(name="Lib.A.t_have_1", line=2, stop=4, statement="have G : Q.", goal="Q", proof=()),
)
LINES = [each.chain for each in STEPS]
WHOLE = theorem(
    "Lib.A.t",
    *STEPS,
    haves=[each.model_copy(update={"proof": tuple(LINES[each.line + 1 : each.stop])}) for each in HAVES],
)
THINK = {"kind": "think", "text": "I see."}
SOUGHT = {"kind": "search", "text": "what P says"}
HAVE = {"kind": "have", "text": "have H : P."}
SPLIT, REST = ({"kind": "script", "text": text} for text in ("split.", "all: by rewrite H."))


def _answer(*blocks: dict[str, str]) -> str:
    return json.dumps({"blocks": blocks})


def test_in_its_theorem_a_have_is_one_step() -> None:
    steps = folded(WHOLE)
    assert [(each.kind, each.chain) for each in steps] == [
        ("command", "split."),
        ("have", "have H : P."),
        ("command", "all: by rewrite H."),
    ]
    assert (steps[1].goals_before, steps[1].goals_after, steps[1].left) == (("A", "B"), ("H |- A", "B"), 2)
    assert "2. [have] have H : P.\n   uses: nothing\n   then: H |- A" in chain_values(WHOLE)["proof"]
    assert "fact" not in chain_values(WHOLE)["premises"]
    assert list(needed(WHOLE)) == []


def test_the_proof_of_a_have_shows_its_own_goals() -> None:
    outer, inner = parts(WHOLE)
    assert [(each.goals_before, each.goals_after, each.left) for each in outer.evaluation] == [
        (("P",), ("Q", "G |- P"), 2),
        (("Q", "G |- P"), ("G |- P",), 1),
        (("G |- P",), ("P1", "P2"), 2),
        (("P1", "P2"), (), 1),
        ((), (), 0),
    ]
    assert [each.kind for each in folded(outer)] == ["have", *["command"] * 3]
    assert (inner.name, inner.initial_goal, inner.lines) == ("Lib.A.t_have_1", "Q", ("exact: fact.",))
    assert [(each.goals_before, each.goals_after) for each in inner.evaluation] == [(("Q",), ())]
    assert list(needed(inner)) == ["Lib.B.fact"]


def test_a_chain_states_what_it_looked_for_in_vain() -> None:
    blocks = read_chain(WHOLE, _answer(THINK, SPLIT, SOUGHT, HAVE, REST))
    assert [each.kind for each in blocks] == [
        "think", "script", "result", "search", "have", "result", "script", "result"
    ]  # fmt: skip
    assert blocks[5].text == "H |- A\n\nB"
    chain = ChainTheorem(**dict(WHOLE), blocks=blocks, model="m", prompts=())
    assert fault(chain) == ""
    for at in (1, 2, 4, 5, 6, 7):
        for text in ("done.", "(* without an end"):
            other = blocks[at].model_copy(update={"text": text})
            assert fault(chain.model_copy(update={"blocks": (*blocks[:at], other, *blocks[at + 1 :])}))
    script = blocks[4].model_copy(update={"kind": "script"})
    assert fault(chain.model_copy(update={"blocks": (*blocks[:4], script, *blocks[5:])}))
    inner = list(parts(WHOLE))[1]
    found = {"kind": "search", "text": "Q holds", "target": "Lib.B.fact"}
    assert read_chain(inner, _answer(THINK, found, {"kind": "script", "text": "exact: fact."}))


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ((THINK, SPLIT, HAVE, REST), "no search without a target stands before"),
        ((THINK, SPLIT, SOUGHT, HAVE | {"kind": "script"}, REST), "is marked [have], but stands in a script"),
        ((THINK, SPLIT | {"kind": "have"}, SOUGHT, HAVE, REST), "is not marked [have], but stands in a have"),
        ((THINK, SOUGHT, SPLIT, HAVE, REST), "does not go on with a have"),
        ((THINK, SPLIT, SOUGHT | {"text": "like fact"}, HAVE, REST), "names Lib.B.fact"),
        ((THINK, SPLIT, SOUGHT, HAVE | {"text": "have H : R."}, REST), "where the proof has `have H : P.`"),
        ((THINK, SPLIT, SOUGHT, HAVE), "end before the sentence `all: by rewrite H.`"),
        ((SPLIT, SOUGHT, THINK, HAVE, REST), "before any think block"),
        ((THINK, SPLIT, SOUGHT, HAVE, REST, REST), "which has ended"),
    ],
)
def test_a_chain_that_breaks_a_rule_is_sent_back(blocks: tuple[dict[str, str], ...], reason: str) -> None:
    with pytest.raises(Unusable) as caught:
        read_chain(WHOLE, _answer(*blocks))
    assert reason in str(caught.value)
