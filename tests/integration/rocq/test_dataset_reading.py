"""Replaying proofs of a library, and rewriting their haves, in a live Rocq."""

import itertools
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.document import Document, read_document
from holdfast.checkers.rocq.extraction import extract
from holdfast.checkers.rocq.haves import Refusal, stand_alone
from holdfast.checkers.rocq.stepping import Replayed, replay
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

TEXT = """Require Import ssreflect.
Lemma chained a b : a + b = b + a -> b = a -> a + b = a + a.
Proof.
move=> c e; have H : b + a = a + a by rewrite e.
by rewrite c; have K : 0 = 0; [by [] | rewrite H].
Qed.
Lemma nested (P Q : Prop) : P -> (P -> Q) -> Q /\\ P.
Proof.
move=> p pq.
have [q pp] : Q /\\ P.
  have q : Q by apply: pq.
  by split.
by split.
Qed.
Lemma branching (b : bool) : b = true \\/ b = false.
Proof. by case: b; have t : True by []; [left | right]. Qed.
Lemma wrong : 0 = 1. Proof. have z : 0 = 0 by []. by []. Qed.
Definition after := wrong.
"""


pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]


@pytest_asyncio.fixture
async def toplevel() -> AsyncIterator[Toplevel]:
    """A live Rocq without a text."""
    async with Toplevel(await find_installation()) as found:
        yield found


def _document(text: str = TEXT) -> Document:
    return read_document(Source("lib.v", text))


async def _replayed(toplevel: Toplevel, document: Document) -> dict[str, Replayed]:
    theorems = list(extract(document, "lib"))
    return {each.theorem.name: each async for each in replay(toplevel, document, theorems)}


async def test_each_sentence_is_told_with_the_goals_around_it(toplevel: Toplevel) -> None:
    found = await _replayed(toplevel, _document())
    steps = found["lib.nested"].steps
    assert [step.text for step in steps][:2] == ["move=> p pq.", "have [q pp] : Q /\\ P."]
    assert steps[0].before == found["lib.nested"].first
    assert all(one.after == two.before for one, two in itertools.pairwise(steps))
    assert not steps[-1].after.subgoals
    assert len(steps[1].after.subgoals) == 2


async def test_a_proof_that_does_not_hold_is_told_and_the_rest_is_read(toplevel: Toplevel) -> None:
    found = await _replayed(toplevel, _document())
    assert found["lib.wrong"].failure == "No applicable tactic."
    assert [name for name, each in found.items() if each.failure] == ["lib.wrong"]


async def test_a_text_that_does_not_hold_outside_proofs_is_refused_at_its_place(toplevel: Toplevel) -> None:
    with pytest.raises(SourceError, match="nowhere") as error:
        await _replayed(
            toplevel,
            _document("Definition x := 0.\nDefinition y := nowhere.\nLemma z : y = y. Proof. by []. Qed.\n"),
        )
    assert error.value.line == 2


async def test_haves_stand_alone_where_rocq_says_so(toplevel: Toplevel) -> None:
    document = _document()
    rewritten, refused = {}, {}
    at = 0
    for theorem in document.theorems[:3]:
        assert theorem.proof is not None
        assert theorem.end is not None
        texts = [document.text(index) for index in range(at, theorem.proof + 1)]
        assert len(await toplevel.execute_many(texts, [False] * len(texts))) == len(texts)
        length = toplevel.length
        body = [document.text(index) for index in theorem.body]
        try:
            rewritten[theorem.name] = await stand_alone(toplevel, body, document.text(theorem.end))
        except Refusal as error:
            refused[theorem.name] = str(error)
        assert toplevel.length == length
        at = theorem.proof + 1
    chained, nested = rewritten["chained"], rewritten["nested"]
    assert chained is not None
    assert chained.changed
    assert chained.lines[:3] == ("move=> c e.", "have H : b + a = a + a.", "by rewrite e.")
    assert chained.origins == (0, 0, 0, 1, 1, 1, 1)
    assert chained.haves[0].goal.conclusion == "b + a = a + a"
    assert nested is not None
    assert [(each.line, each.stop) for each in nested.haves] == [(1, 5), (2, 4)]
    assert "number of goals" in refused["branching"]
