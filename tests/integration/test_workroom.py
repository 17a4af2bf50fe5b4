"""What editors and agents share, asked directly: models, time that runs out, files that make room."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.rocq_here import seeded

from holdfast.apps.kept import StillReadingError
from holdfast.apps.problems import Reason, problem_of
from holdfast.apps.questions import Spot, Wish, WorkroomSettings
from holdfast.apps.workroom import Workroom
from holdfast.core.documents import Source
from holdfast.core.errors import UserError
from holdfast.search.suggest import Mark

pytestmark = pytest.mark.rocq

TEXT = "Lemma swap (A B : Prop) : A /\\ B -> B /\\ A.\nProof.\n  intros [a b].\n  "


FORM = """\
name = "theorems.v1"
about = "Theorems, and the goal."
kind = "completion"
languages = ["rocq"]
goal = "bar"
template = "{premises}{goal}"
premises = "{premises}\\n"
take = "sentence"
stop = ["\\n"]
temperature = 0.0
max_tokens = 32
max_characters = 4000
"""


def spot(name: str, text: str = TEXT) -> Spot:
    path = Path("/nowhere") / name
    return Spot(path=path, source=Source(name, text), offset=len(text))


@pytest.mark.asyncio
async def test_a_model_is_asked_too_and_what_it_cannot_answer_is_a_note(tmp_path: Path) -> None:
    recording = tmp_path / "recording.jsonl"
    answers = [
        {"text": " now split.", "logprobs": [-0.1], "finished": "stop", "tokens": 1},
        {"text": " admit.", "logprobs": [-0.01], "finished": "stop", "tokens": 1},
    ]
    recording.write_text(json.dumps({"prompt": "*", "answers": answers}), encoding="utf-8")
    cache = await seeded(tmp_path / "cache")
    settings = WorkroomSettings(cache=cache, learn_s=0, model=f"replay:{recording}")
    workroom = Workroom(settings)
    try:
        found = await workroom.suggest(spot("a.v"), limit_s=60)
        by_text = {one.text: one for one in found.suggestions}
        assert (by_text["now split"].mark, by_text["now split"].source) == (Mark.CLOSES, "recording.jsonl")
        assert "admit" not in by_text
        assert len({one.source for one in found.suggestions}) > 1
        hole = Wish(path=Path("/nowhere/b.v"), source=Source("b.v", f"{TEXT}\nAdmitted.\n"))
        proved = await workroom.prove(hole)
        assert [each.status for each in proved.filled.results] == ["proved"]
        recording.write_text("", encoding="utf-8")
    finally:
        await workroom.aclose()
    with pytest.raises(UserError):
        Workroom(WorkroomSettings(cache=cache, model="no such model"))


@pytest.mark.asyncio
async def test_prompts_name_theorems_that_are_in_force_at_the_place(tmp_path: Path) -> None:
    """The recording answers no other prompt than one in which the theorem stands as it is searched for."""
    before = "Lemma swap_or (A B : Prop) : A \\/ B -> B \\/ A. Proof. now intros [a | b]; auto. Qed.\n"
    text = f"{before}Lemma again (A B : Prop) : A \\/ B -> B \\/ A.\nProof.\n  "
    form = tmp_path / "form.toml"
    form.write_text(FORM, encoding="utf-8")
    recording = tmp_path / "recording.jsonl"
    goal = f"A, B : Prop\n{'=' * 28}\nA \\/ B -> B \\/ A"
    told = f"swap_or : forall (A B : Prop), A \\/ B -> B \\/ A\n{goal}"
    answers = [{"text": "exact (swap_or A B).", "logprobs": [-0.1], "finished": "stop", "tokens": 1}]
    recording.write_text(json.dumps({"prompt": told, "answers": answers}), encoding="utf-8")
    spec = f"replay:{recording}?prompt={form}"
    for premises, marks in ((1, [Mark.CLOSES]), (0, [])):
        cache = await seeded(tmp_path / "cache")
        workroom = Workroom(WorkroomSettings(cache=cache, learn_s=0, model=spec, premises=premises))
        try:
            found = await workroom.suggest(spot("a.v", text), limit_s=200)
            by_model = [one for one in found.suggestions if one.source == "recording.jsonl"]
            assert [one.mark for one in by_model] == marks, found.notes
        finally:
            await workroom.aclose()


@pytest.mark.asyncio
async def test_the_backend_that_was_named_is_the_one_that_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOLDFAST_PET_SERVER", raising=False)
    monkeypatch.setenv("HOLDFAST_PET", "/nowhere/pet")
    cache = await seeded(tmp_path)
    workroom = Workroom(WorkroomSettings(cache=cache, learn_s=0, rocq_backend="petanque"))
    try:
        with pytest.raises(UserError, match="HOLDFAST_PET"):
            await workroom.goal(spot("a.v"), limit_s=200)
        with pytest.raises(UserError, match="HOLDFAST_PET"):
            await workroom.prove(
                Wish(path=Path("/nowhere/b.v"), source=Source("b.v", f"{TEXT}\nAdmitted.\n"))
            )
    finally:
        await workroom.aclose()


@pytest.mark.asyncio
async def test_a_file_that_takes_long_is_read_on_and_files_make_room(tmp_path: Path) -> None:
    cache = await seeded(tmp_path)
    workroom = Workroom(WorkroomSettings(cache=cache, learn_s=0, files=1))
    try:
        with pytest.raises(StillReadingError) as slow:
            await workroom.goal(spot("slow.v"), limit_s=0.001)
        assert problem_of(slow.value).reason is Reason.TIMED_OUT
        assert len((await workroom.goal(spot("slow.v"), limit_s=200)).goal.subgoals) == 1
        leaving = asyncio.create_task(workroom.goal(spot("left.v"), limit_s=200))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        names = [f"{number}.v" for number in range(3)]
        found = [await workroom.goal(spot(name), limit_s=200) for name in names]
        assert all(each.goal.subgoals for each in found)
        tried = await workroom.try_steps(spot(names[0]), ["split"], limit_s=200)
        assert [each.mark for each in tried.suggestions] == [Mark.PROGRESS]
    finally:
        await workroom.aclose()
