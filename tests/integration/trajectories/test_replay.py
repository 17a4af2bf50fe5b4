"""What is recorded of a search in Rocq is what Rocq says when another process takes the steps again."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.rocq_here import find_installation, seeded

from holdfast.apps.prover import ProverConfig, make_prover
from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.core.goals import Goal
from holdfast.core.seams import Session
from holdfast.core.steps import Refused, Step
from holdfast.core.trajectories import WHOLE
from holdfast.pipelines.recording import state_text
from holdfast.pipelines.search_all import search_all
from holdfast.pipelines.theorems import read_theorems_list
from holdfast.pipelines.trajectory_store import open_store, read_rows, read_theorems
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.value.calibration import Platt
from holdfast.value.hashed import HashedEncoder
from holdfast.value.head import EnergyHead, Layer
from holdfast.value.storage import StoredValue, save_value

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

SOURCE = """\
Require Import List Arith.
Import ListNotations.

Lemma both (A B C : Prop) : A /\\ B /\\ C -> (B \\/ C) /\\ (C /\\ A).
Proof. tauto. Qed.

Lemma app_nil (A : Type) (l : list A) : l ++ [] = l.
Proof. induction l; simpl; congruence. Qed.

Lemma some : exists n m : nat, n + m = 3 /\\ n < m.
Proof. exists 1, 2; auto. Qed.

Lemma wrong (n m : nat) : n * m = m + n.
Admitted.
"""


async def test_every_path_can_be_taken_again_and_leads_where_it_led(tmp_path: Path) -> None:
    file, store = tmp_path / "a.v", tmp_path / "t.parquet"
    file.write_text(SOURCE, encoding="utf-8")
    theorems = read_theorems_list(file)
    save_value(tmp_path / "value", any_value())
    config = ProverConfig(budget_s=600, nodes=150, learn_s=0, value=tmp_path / "value")
    cache = await seeded(tmp_path / "cache")
    with open_store(store, config.model_dump(mode="json")) as writer:
        await search_all(
            theorems,
            executor=InlineExecutor(),
            make_worker=make_prover(config, digest="d", cache=cache),
            writer=writer,
            report=lambda record: None,
        )
    records = {record.theorem: record for record in read_theorems([store])}
    assert [name for name, record in records.items() if record.audited] == ["both", "app_nil"]
    assert len(records["app_nil"].steps) > 2
    rows: list[dict[str, Any]] = read_rows([store]).to_pylist()
    assert all(
        row["ebm_score"] < 0
        for row in rows
        if row["state_after"] and row["parent_state_id"] == 0 and not row["reason"]
    )
    source = theorems[0].source
    checker = RocqChecker(await find_installation())
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(checker.open(source))
        for hole in checker.holes(source, [theorem.name for theorem in theorems]):
            session = await reader.enter(hole)
            mine = [row for row in rows if row["theorem_name"] == hole.name]
            await take_again(session, mine)
            assert closes(mine) == records[hole.name].audited


def any_value() -> StoredValue:
    """A value that knows nothing, but has an opinion on everything."""
    encoder = HashedEncoder(64)
    weight = np.random.default_rng(1).normal(size=(1, encoder.dimension)).astype(np.float32)
    head = EnergyHead((Layer(weight),), conditioned=False)
    return StoredValue(encoder.spec, head, Platt(-1.0, 0.0), weight=0.1)


async def take_again(session: Session, rows: list[dict[str, Any]]) -> None:
    """Take the steps that hold again, and every tenth that does not; compare all that is printed."""
    states: dict[int, Goal] = {0: session.root}
    assert rows[0]["state_after"] == state_text(session.root, "rocq")
    for row in rows[1:]:
        at = states[row["parent_state_id"]]
        goal = at if row["focus"] == WHOLE else await session.focus(at, row["focus"])
        assert row["state_before"] == state_text(goal, "rocq")
        if row["state_after"] is None and row["state_id"] % 10:
            continue
        verdict = await session.apply(goal, Step(row["tactic"]))
        assert row["verdict"] == type(verdict).__name__.lower()
        if not isinstance(verdict, Refused):
            states[row["state_id"]] = verdict.goal
            assert row["state_after"] == state_text(verdict.goal, "rocq")


def closes(rows: list[dict[str, Any]]) -> bool:
    """Whether the positive rows alone are a proof: each goal on it has one step, down to the last."""
    positive = [row for row in rows if row["label"] == "positive"]
    taken = [(row["parent_state_id"], row["focus"]) for row in positive[1:]]
    left = [(row["state_id"], row["verdict"]) for row in positive]
    ended = [number for number, verdict in left if verdict == "proved"]
    going_on = {number for number, _ in left} - set(ended)
    return bool(positive) and len(set(taken)) == len(taken) and {parent for parent, _ in taken} == going_on
