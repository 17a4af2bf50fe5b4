import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from tests.unit.evaluation.searches import row, searches, table

from holdfast.core.trajectories import Fates, SearchOrigin, TheoremRecord, TrajectoryRow
from holdfast.models.prompts import LANGUAGES
from holdfast.pipelines.trajectory_store import open_store, write_seed
from holdfast.training.pairs import read_pairs
from holdfast.training.proof_paths import read_proof_paths

Search = tuple[SearchOrigin, list[TrajectoryRow], TheoremRecord]


def stored(path: Path, change: Callable[[Search], Search] = lambda search: search) -> Path:
    with open_store(path, {}) as writer:
        for search in searches():
            origin, rows, record = change((replace(search[0], learnable=True), *search[1:]))
            writer.begin(origin)
            for each in rows:
                writer.add(each)
            writer.end(record)
    return path


def test_a_proof_with_the_goal_before_each_step(tmp_path: Path) -> None:
    (proof,) = read_proof_paths([stored(tmp_path / "t.parquet")]).proofs
    assert [(step.depth, step.state, step.tactic) for step in proof] == [
        (0, "goal 0 of 0", "intro"),
        (1, "goal 0 of 2", "split"),
        (2, "goal 0 of 4", "auto"),
        (3, "goal 1 of 4", "auto"),
    ]
    assert {(step.theorem, step.file, step.language) for step in proof} == {("a", "a.v", "rocq")}


def test_the_proof_of_a_subgoal_stands_whole_before_the_next(tmp_path: Path) -> None:
    def later(search: Search) -> Search:
        """The first subgoal was closed last, and in two steps."""
        origin, rows, record = search
        if origin.theorem_name == "b":
            return search
        rows = [*rows[:5], replace(rows[5], verdict="advanced", state_after="more"), *rows[6:]]
        last = row("a", 8, 5, "last", "proved", depth=4)
        fates = Fates(proof=(2, 4, 6, 5, 8))
        return origin, [*rows, last], replace(record, fates=fates)

    (proof,) = read_proof_paths([stored(tmp_path / "t.parquet", later)]).proofs
    assert [step.tactic for step in proof] == ["intro", "split", "auto", "last", "auto"]
    assert [step.state for step in proof][-3:] == ["goal 0 of 4", "goal 0 of 5", "goal 1 of 4"]


def test_what_is_written_is_what_training_reads(tmp_path: Path) -> None:
    (proof,) = read_proof_paths([stored(tmp_path / "t.parquet")]).proofs
    file = tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps(asdict(step)) + "\n" for step in proof), encoding="utf-8")
    pairs = read_pairs([file], language=LANGUAGES[0]).pairs
    assert [(pair.theorem, pair.depth) for pair in pairs] == [("a", depth) for depth in range(4)]


def test_several_proofs_and_short_ones(tmp_path: Path) -> None:
    def another(search: Search) -> Search:
        origin, rows, record = search
        if origin.theorem_name == "b":
            return search
        direct = row("a", 8, 0, "easy", "proved")
        return origin, [*rows, direct], replace(record, fates=replace(record.fates, others=((8,),)))

    store = stored(tmp_path / "t.parquet", another)
    assert len(read_proof_paths([store]).proofs) == 1
    both = read_proof_paths([store, store], all_proofs=True).proofs
    assert [(proof[0].proof, len(proof)) for proof in both] == [(0, 4), (1, 1)], "each theorem once"
    long = read_proof_paths([store], all_proofs=True, min_steps=2)
    assert (len(long.proofs), long.short) == (1, 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda o, rows, r: (replace(o, learnable=False), rows, r), "written its own verdict"),
        (lambda o, rows, r: (o, [replace(each, tactic="admit") for each in rows], r), "`admit` proves"),
        (lambda o, rows, r: (o, [each for each in rows if each.state_id != 6], r), "not every step"),
        (lambda o, rows, r: (o, [replace(each, state_before=None) for each in rows], r), "not every step"),
        (lambda o, rows, r: (o, rows, replace(r, fates=Fates(proof=(2, 5, 6)))), "do not hang together"),
        (lambda o, rows, r: (o, rows, replace(r, status="not_found", audited=False)), "not passed an audit"),
        (lambda o, rows, r: (replace(o, language="toy"), rows, replace(r, language="toy")), "proves nothing"),
    ],
)
def test_what_is_refused_is_told(
    tmp_path: Path, change: Callable[[SearchOrigin, list[TrajectoryRow], TheoremRecord], Search], reason: str
) -> None:
    store = stored(tmp_path / "t.parquet", lambda s: s if s[0].theorem_name == "b" else change(*s))
    found = read_proof_paths([store])
    assert found.proofs == ()
    (refusal,) = found.refused
    assert refusal.theorem == "a"
    assert reason in refusal.reason


def test_files_of_burn_qed_have_no_audited_proofs(tmp_path: Path) -> None:
    write_seed(table(), tmp_path / "seed.parquet")
    found = read_proof_paths([tmp_path / "seed.parquet"])
    assert (found.proofs, [refusal.theorem for refusal in found.refused]) == ((), ["a"])
