"""Preferences are what the checker said of steps at one goal."""

from collections.abc import Mapping
from typing import Any

from holdfast.models.prompts import load_format
from holdfast.training.exports import PREFERENCE_COLUMNS, Preference, preferences

FORMAT = load_format("proofstep.v1")


def row(tactic: str, label: str, verdict: str, **more: Any) -> Mapping[str, Any]:
    base: dict[str, Any] = dict.fromkeys(PREFERENCE_COLUMNS)
    base |= {"theorem_name": "t", "file": "a.v", "state_before": "⊢ P", "proposed": True, "learnable": True}
    return base | {"tactic": tactic, "label": label, "verdict": verdict, "reason": ""} | more


def made(*rows: Mapping[str, Any], **how: Any) -> list[Preference]:
    return list(preferences(rows, FORMAT, language="rocq", **how))


def steps(found: list[Preference]) -> list[tuple[str, str]]:
    return [(each.chosen, each.rejected) for each in found]


GOOD = row("right", "positive", "advanced", proposed=False)


def test_a_refused_step_stands_beside_one_of_an_audited_proof_at_the_same_goal() -> None:
    elsewhere = row("other", "negative", "refused", state_before="⊢ Q", reason="syntax")
    (found,) = made(GOOD, row("wrong", "negative", "refused", reason="not_applicable"), elsewhere)
    assert found.to_json() == {
        "prompt": "[GOAL]⊢ P[PROOFSTEP]",
        "chosen": "right",
        "rejected": "wrong",
        "theorem": "t",
        "file": "a.v",
        "reason": "not_applicable",
    }


def test_what_is_not_known_to_be_wrong_is_never_rejected() -> None:
    assert not made(
        GOOD,
        row("undecided", "unknown", "undecided"),
        row("unexplored", "unknown", "advanced"),
        row("unsafe", "negative", "refused", learnable=False),
        row("seed", "negative", "refused", learnable=None),
        row("astray", "negative", "advanced"),
        row("right", "negative", "refused"),
    )


def test_a_step_that_is_right_in_one_search_is_wrong_in_none() -> None:
    found = made(row("both", "negative", "refused"), GOOD, row("both", "positive", "proved"))
    assert found == []


def test_what_proves_nothing_is_never_chosen() -> None:
    assert not made(row("admit", "positive", "advanced"), row("wrong", "negative", "refused"))


def test_steps_that_lead_nowhere_are_rejected_where_that_is_wanted() -> None:
    assert steps(made(GOOD, row("astray", "negative", "advanced"), astray=True)) == [("right", "astray")]


def test_the_likeliest_mistakes_come_first_and_right_steps_take_turns() -> None:
    wrong = [row(f"wrong {at}", "negative", "refused", llm_log_prob=-float(at)) for at in (3, 1, 2)]
    found = made(GOOD, row("also right", "positive", "proved"), *wrong, per_goal=2)
    assert steps(found) == [("right", "wrong 1"), ("also right", "wrong 2")]
