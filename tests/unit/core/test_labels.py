"""What steps are examples of, on trees drawn by hand."""

from dataclasses import replace
from typing import Literal

from holdfast.core.labels import label
from holdfast.core.trajectories import WHOLE, TrajectoryRow

ROOT = TrajectoryRow(
    search="s",
    state_id=0,
    parent_state_id=None,
    focus=WHOLE,
    depth_from_root=0,
    state_before=None,
    tactic="",
    state_after="goal",
    verdict="root",
)


def row(
    number: int,
    parent: int,
    verdict: Literal["advanced", "proved", "refused", "undecided"],
    *,
    focus: int = WHOLE,
    reason: str = "",
    after: str | None = None,
) -> TrajectoryRow:
    left = {"advanced": f"left by {number}", "proved": ""}.get(verdict)
    return replace(
        ROOT,
        state_id=number,
        parent_state_id=parent,
        focus=focus,
        verdict=verdict,
        reason=reason,
        tactic=f"step {number}",
        state_after=after or left,
    )


SPLIT = (
    ROOT,
    row(1, 0, "refused", reason="syntax"),
    row(2, 0, "advanced"),  # two subgoals
    row(3, 0, "advanced"),  # a sibling with as much work below it
    row(4, 2, "proved", focus=0),
    row(5, 2, "undecided", focus=1),
    row(6, 2, "advanced", focus=1),
    row(7, 6, "proved"),
    row(8, 3, "advanced", reason="loop"),
    row(9, 3, "refused", reason="no_progress"),
    row(10, 3, "refused", reason="other"),
    row(11, 3, "refused", reason="other"),
    row(12, 0, "advanced"),  # a sibling that hardly had a turn
)
PROOF = (2, 4, 6, 7)


def words(rows: tuple[TrajectoryRow, ...], **known: object) -> dict[int, str]:
    found = label(rows, **known)  # type: ignore[arg-type]
    return {each.state_id: said.label for each, said in zip(rows, found, strict=True)}


def test_the_steps_of_an_audited_proof_are_positive_and_count_what_is_left() -> None:
    found = dict(zip((each.state_id for each in SPLIT), label(SPLIT, [PROOF]), strict=True))
    assert {number: said.remaining for number, said in found.items() if said.label == "positive"} == {
        0: 4,
        2: 3,
        4: 0,
        6: 1,
        7: 0,
    }
    assert [number for number, said in found.items() if said.completes] == [4, 7]
    assert found[0].visits == 12
    assert found[3].visits == 4


def test_a_sibling_is_negative_only_after_as_much_work_as_the_proof_took() -> None:
    found = words(SPLIT, proofs=[PROOF])
    assert found[3] == "negative"
    assert found[12] == "unknown"
    assert words(SPLIT[:-2], proofs=[PROOF])[3] == "unknown"


def test_without_an_audited_proof_only_refusals_are_known() -> None:
    found = words(SPLIT)
    assert {number for number, word in found.items() if word == "negative"} == {1, 9, 10, 11}
    assert {word for number, word in found.items() if number not in {1, 9, 10, 11}} == {"unknown"}


def test_undecided_steps_and_loops_are_no_examples() -> None:
    found = words(SPLIT, proofs=[PROOF], given_up=[5, 8])
    assert found[5] == "unknown"
    assert words(SPLIT, proofs=[PROOF])[8] == "unknown"


def test_what_search_gave_up_is_negative_and_what_it_solved_is_not() -> None:
    assert words(SPLIT, given_up=[3, 12])[3] == "negative"
    assert words(SPLIT, proofs=[PROOF], solved=[3])[3] == "unknown"


def test_every_proof_counts_and_the_shortest_says_what_is_left() -> None:
    short = (*SPLIT, row(13, 0, "proved"))
    found = label(short, [PROOF, (13,)])
    assert found[0].remaining == 1
    assert [each.state_id for each, said in zip(short, found, strict=True) if said.label == "positive"] == [
        0,
        2,
        4,
        6,
        7,
        13,
    ]


def test_a_step_that_leaves_what_a_positive_one_leaves_is_not_negative() -> None:
    twin = (*SPLIT, row(13, 0, "advanced", after="left by 2"))
    assert words(twin, proofs=[PROOF], given_up=[13])[13] == "unknown"


def test_what_was_tried_below_a_step_from_a_source_was_not_spent_on_its_proof() -> None:
    rows = [
        ROOT,
        replace(row(1, 0, "advanced"), proposed=False),
        row(2, 1, "refused", reason="syntax"),
        row(3, 1, "refused", reason="syntax"),
        row(4, 1, "refused", reason="syntax"),
        replace(row(5, 1, "proved"), proposed=False),
        row(6, 0, "advanced"),  # the proof takes two steps from its goal, and two were spent below
        row(7, 6, "refused", reason="syntax"),
        row(8, 6, "refused", reason="syntax"),
    ]
    found = label(rows, [(1, 5)])
    assert [each.label for each in found[4:7]] == ["negative", "positive", "negative"]
