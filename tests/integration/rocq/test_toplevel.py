"""The live document on a real Rocq: errors have places, goals are whole, tactics leave no files."""

import os
import signal
from pathlib import Path

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.installation import identify
from holdfast.checkers.rocq.toplevel import RejectedError, Toplevel
from holdfast.core.errors import CheckerDiedError, MissingToolError
from holdfast.core.goals import Hypothesis

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]


async def test_the_installation_is_found_and_named() -> None:
    installation = await find_installation()
    assert (installation.library / "theories").is_dir()
    identity = await identify(installation)
    assert identity.tool == "rocq"
    assert identity.version == installation.version
    assert len(identity.libraries) == 16
    assert identity == await identify(installation)


async def test_a_machine_without_rocq_is_told_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match="apt-get install coq"):
        await find_installation(str(tmp_path))


async def test_a_refused_sentence_leaves_the_document_as_it_was() -> None:
    async with Toplevel(await find_installation()) as toplevel:
        await toplevel.execute("Definition d := 1.")
        for sentence, message, place in (
            ("Check (é + ∀).", "Lexer|Syntax", None),
            ('Definition e := "∀" + no_such.', "no_such|scope|string", None),
            ("Check (d + no_such).", "no_such", "no_such"),
            ("Lemma l : d = no_such. ", "no_such", "no_such"),
            ("Qed.", "proof", None),
        ):
            with pytest.raises(RejectedError, match=message) as caught:
                await toplevel.execute(sentence)
            if place is not None:
                assert sentence[caught.value.start : caught.value.end] == place
        assert await toplevel.execute("Lemma l : d = 1.") is not None


async def test_contexts_are_read_as_rocq_prints_them() -> None:
    async with Toplevel(await find_installation()) as toplevel:
        await toplevel.execute("Lemma l (n m : nat) (x := n + m : nat) (H : forall k : nat, k < n) : True.")
        goal = await toplevel.execute("set (f := fun y : nat => y + x).")
        assert goal is not None
        assert goal.subgoals[0].hypotheses == (
            Hypothesis(("n", "m"), "nat"),
            Hypothesis(("x",), "nat", "n + m"),
            Hypothesis(("H",), "forall k : nat, k < n"),
            Hypothesis(("f",), "nat -> nat", "fun y : nat => y + x"),
        )


async def test_long_goals_are_not_broken_into_lines() -> None:
    terms = " + ".join(["a_number_with_a_long_name"] * 10)
    async with Toplevel(await find_installation()) as toplevel:
        goal = await toplevel.execute(f"Lemma l a_number_with_a_long_name : {terms} = 0.")
        assert goal is not None
        assert goal.subgoals[0].conclusion == f"{terms} = 0"


async def test_cache_files_of_tactics_do_not_reach_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with Toplevel(await find_installation()) as toplevel:
        for sentence in ("Require Import Lia.", "Lemma l n : n < n + 1.", "lia.", "Qed."):
            await toplevel.execute(sentence)
    assert not os.listdir(tmp_path)  # noqa: PTH208


async def test_a_crash_between_sentences_is_healed() -> None:
    async with Toplevel(await find_installation()) as toplevel:
        for sentence in ("Section s.", "Variable a : nat.", "Lemma l : a = a.", "Proof."):
            await toplevel.execute(sentence)
        before = await toplevel.goal()
        assert toplevel.pid is not None
        os.kill(toplevel.pid, signal.SIGKILL)
        with pytest.raises(CheckerDiedError):
            await toplevel.goal()
        assert await toplevel.goal() == before
        assert toplevel.boots == 2
        await toplevel.execute("reflexivity.", want_goal=False)
        await toplevel.execute("Qed.", want_goal=False)


async def test_a_project_is_loaded_with_its_paths(tmp_path: Path) -> None:
    installation = await find_installation()
    (tmp_path / "a.v").write_text("Definition one := 1.\n", encoding="utf-8")
    async with Toplevel(installation, ("-Q", str(tmp_path), "P")) as toplevel:
        with pytest.raises(RejectedError):
            await toplevel.execute("From P Require Import a.")
        assert "nat : Set" in await toplevel.query("About nat.")


TEXT = (
    'Notation "x <+> y" := (x + y) (at level 50).',
    "Lemma l n m : n <+> m = m <+> n.",
    "Proof.",
    "induction n as [|n IH].",
    "-",
    "simpl. ",
    "now rewrite <- plus_n_O.",
    "-",
    "simpl.",
    "rewrite IH.",
    "apply plus_n_Sm.",
    "Qed.",
    "Check l.",
    "Definition d := l 1.",
)


async def test_many_sentences_at_once_give_the_goals_of_one_at_a_time() -> None:
    installation = await find_installation()
    async with Toplevel(installation) as one, Toplevel(installation) as many:
        goals = [await one.execute(sentence) for sentence in TEXT]
        assert await many.execute_many(TEXT, [True] * len(TEXT)) == goals
        assert sum(goal is not None for goal in goals) == 10
        assert many.length == len(TEXT)
        wanted = [number % 2 == 0 for number in range(len(TEXT))]
        await many.execute("Module M.")
        again = await many.execute_many(TEXT, wanted)
        assert again == [goal if want else None for goal, want in zip(goals, wanted, strict=True)]


async def test_many_sentences_are_accepted_up_to_the_refused_one() -> None:
    bad = (*TEXT[:5], "rewrite no_such.", *TEXT[5:])
    async with Toplevel(await find_installation()) as toplevel:
        assert len(await toplevel.execute_many(bad, [False] * len(bad))) == 5
        assert toplevel.length == 5
        with pytest.raises(RejectedError, match="no_such"):
            await toplevel.execute(bad[5])
        assert len(await toplevel.execute_many(TEXT[5:], [False] * len(TEXT[5:]))) == len(TEXT[5:])
        assert len(await toplevel.execute_many(("Check d.", "Check (.", "Check d."), [False] * 3)) == 1
        with pytest.raises(RejectedError, match=r"[Ss]yntax"):
            await toplevel.execute("Check (.")
        assert toplevel.length == len(TEXT) + 1


async def test_many_sentences_after_a_failed_one_and_a_crash() -> None:
    async with Toplevel(await find_installation()) as toplevel:
        with pytest.raises(RejectedError):
            await toplevel.execute("Check no_such.")
        await toplevel.execute_many(TEXT[:4], [False] * 4)
        assert toplevel.pid is not None
        os.kill(toplevel.pid, signal.SIGKILL)
        with pytest.raises(CheckerDiedError):
            await toplevel.goal()
        await toplevel.execute_many(TEXT[4:], [False] * len(TEXT[4:]))
        assert "forall m : nat" in await toplevel.query("Check d.")
