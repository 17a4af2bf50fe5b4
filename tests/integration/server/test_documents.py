"""The server on a real Rocq: places in texts, verdicts, warmth, and what a text may not do."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.rocq_here import seeded

from holdfast.apps.advice import Suggests
from holdfast.apps.lessons import Lessons
from holdfast.apps.rocq.live import RocqLiveSettings
from holdfast.apps.rocq.workbench import Workbench, open_workbench
from holdfast.apps.server.app import create_app
from holdfast.apps.server.command import run
from holdfast.apps.server.config import Config
from holdfast.apps.server.desk import DeskSettings
from holdfast.apps.server.guard import GuardSettings
from holdfast.apps.server.serving import Parts, opened_room
from holdfast.core.errors import UserError
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal
from holdfast.runtime.sinks import NullSink

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

TEXT = r"""Lemma swap (A B : Prop) : A /\ B -> B /\ A.
Proof.
  intros [a b]. split.
  - exact b.
  -
Qed.

Lemma half (n : nat) : n = n.
Proof.
  unfinished business
"""

SLOW = "Definition slow := Eval vm_compute in Nat.ltb (Nat.pow 2 24) 3.\n"


@asynccontextmanager
async def _asked(
    folder: Path,
    documents: int = 2,
    *,
    bench: Workbench | None = None,
    unsafe: bool = False,
    model: Suggests | None = None,
) -> AsyncIterator[httpx2.AsyncClient]:
    with Lessons(folder / "lessons.jsonl") as lessons:
        parts = Parts(
            bench=bench or await open_workbench(await seeded(folder / "cache")),
            lessons=lessons,
            sink=NullSink(),
            desk=DeskSettings(
                libraries=(),
                documents=documents,
                study=False,
                unsafe=unsafe,
                live=RocqLiveSettings(vouched=False, premises=0 if model is None else 1),
                cache=folder / "cache",
            ),
            proposers={} if model is None else {"rocq": model},
        )
        async with opened_room(parts) as room:
            transport = httpx2.ASGITransport(create_app(room, GuardSettings()), raise_app_exceptions=False)
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://localhost", timeout=120
            ) as http:
                await _until(http, "/ready", 'ready"}')
                yield http


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def _until(http: httpx2.AsyncClient, path: str, text: str) -> None:
    for _ in range(10_000):
        if text in (await http.get(path)).text:
            return
    pytest.fail(f"{path} never says {text}")


async def _suggest(http: httpx2.AsyncClient, text: str = TEXT, **more: Any) -> Any:
    place = {key: more.pop(key) for key in ("line", "column", "offset", "name") if key in more}
    answer = await http.post("/v1/suggest", json={"document": {"text": text, **place}, **more})
    return answer.status_code, answer.json()


async def test_suggestions_at_a_place_are_checked_and_ranked(tmp_path: Path) -> None:
    async with _asked(tmp_path) as http:
        status, answer = await _suggest(http, line=6, count=20)
    assert status == 200, answer
    assert answer["goal"].endswith("============================\nA")
    verdicts = [each["verdict"] for each in answer["suggestions"]]
    order = ["closes", "progress", "undecided", "unchecked", "refused"]
    assert verdicts == sorted(verdicts, key=order.index)
    assert verdicts[0] == "closes"
    by_text = {each["text"]: each for each in answer["suggestions"]}
    assert by_text["assumption"]["remaining"] == []
    refused = [each for each in answer["suggestions"] if each["verdict"] == "refused"]
    assert refused
    assert all(each["reason"] and each["message"] and each["remaining"] is None for each in refused)


async def test_remaining_goals_are_shown(tmp_path: Path) -> None:
    async with _asked(tmp_path) as http:
        _, answer = await _suggest(http, line=3, column=17, prefix="split", count=3)
    assert {each["text"] for each in answer["suggestions"]} >= {"split"}
    (split,) = (each for each in answer["suggestions"] if each["text"] == "split")
    assert split["verdict"] == "progress"
    assert [goal.rpartition("\n")[2] for goal in split["remaining"]] == ["B", "A"]


async def test_what_stands_behind_the_place_need_not_be_right_and_proofs_before_it_not_finished(
    tmp_path: Path,
) -> None:
    text = TEXT.replace("  -\nQed.", "  - exact a.\nQed.")
    async with _asked(tmp_path) as http:
        for version in (text, TEXT, text):
            status, answer = await _suggest(http, version, line=10)
            assert (status, answer["goal"].rpartition("\n")[2]) == (200, "n = n")
        status, answer = await _suggest(http, TEXT.replace("exact b", "exact c"), line=10)
        assert (status, answer["error"]["code"]) == (422, "source_not_accepted")
        assert "client.v:4:11" in answer["error"]["message"]


@pytest.mark.parametrize(("line", "code"), [(1, "no_goal"), (7, "no_goal"), (99, "no_such_place")])
async def test_places_without_a_goal_say_so(tmp_path: Path, line: int, code: str) -> None:
    async with _asked(tmp_path) as http:
        status, answer = await _suggest(http, line=line)
    assert (status, answer["error"]["code"]) == (422, code)


async def test_a_text_that_is_sent_may_not_act_on_the_machine(tmp_path: Path) -> None:
    target = tmp_path / "written"
    async with _asked(tmp_path) as http:
        for act in (f'Redirect "{target}" Print nat.', f'Fail Cd "{tmp_path}".', 'Load "x".', "Drop."):
            status, answer = await _suggest(http, f"{act}\nLemma a : True.\nProof.\n", line=4)
            assert (status, answer["error"]["code"]) == (422, "source_not_accepted"), act
    assert "written" not in " ".join(await asyncio.to_thread(_names, tmp_path))


async def test_without_a_sandbox_a_text_that_is_sent_is_not_read_unless_that_was_accepted(
    tmp_path: Path,
) -> None:
    bench = await open_workbench(await seeded(tmp_path / "cache"))
    bare = replace(bench, installation=replace(bench.installation, sandbox=None))
    for unsafe, wanted in ((False, 503), (True, 200)):
        async with _asked(tmp_path, bench=bare, unsafe=unsafe) as http:
            status, answer = await _suggest(http, line=6, count=1)
            assert status == wanted, answer
            assert unsafe or answer["error"]["code"] == "no_sandbox"


async def test_steps_that_skip_a_goal_are_never_offered_as_valid(tmp_path: Path) -> None:
    async with _asked(tmp_path) as http:
        for step in ("admit", "give_up", "exact_no_check I"):
            body = {"tactic_state": "A : Prop\n============================\nA", "suggestion": step}
            await http.post("/v1/feedback", json=body | {"accepted": True})
        _, answer = await _suggest(http, "Lemma no (A : Prop) : A.\nProof.\n", line=3, count=50)
    assert answer["suggestions"]
    assert {"closes"} & {each["verdict"] for each in answer["suggestions"]} == set()


async def test_a_text_stays_warm_and_more_texts_than_are_kept_work_too(tmp_path: Path) -> None:
    async with _asked(tmp_path, documents=2) as http:
        for name in ("a.v", "b.v", "c.v", "a.v"):
            status, answer = await _suggest(http, name=name, line=6, count=2)
            assert (status, len(answer["suggestions"])) == (200, 2)
        assert "holdfast_documents 2.0" in (await http.get("/metrics")).text


async def test_many_at_once_share_their_work(tmp_path: Path) -> None:
    async with _asked(tmp_path) as http, asyncio.TaskGroup() as group:
        tasks = [group.create_task(_suggest(http, line=6, count=5)) for _ in range(20)]
        await asyncio.wait(tasks)
        metrics = (await http.get("/metrics")).text
    assert {task.result()[0] for task in tasks} == {200}
    assert len({json.dumps(task.result()[1]["suggestions"]) for task in tasks}) == 1
    assert "holdfast_coalesced_total 19.0" in metrics


async def test_a_newer_question_ends_the_older_one_of_the_same_client(tmp_path: Path) -> None:
    async with _asked(tmp_path) as http, asyncio.TaskGroup() as group:
        old = group.create_task(_suggest(http, SLOW + TEXT, line=7, client="me"))
        for _ in range(3):  # by then it is being worked on, which takes Rocq far longer
            await _until(http, "/metrics", "holdfast_requests_in_flight 2.0")
        new = group.create_task(_suggest(http, line=4, count=3, client="me"))
        other = group.create_task(_suggest(http, line=4, count=2, client="you"))
    assert (old.result()[0], old.result()[1]["error"]["code"]) == (409, "superseded")
    assert (new.result()[0], other.result()[0]) == (200, 200)


async def test_a_stream_is_sent_as_it_is_checked(tmp_path: Path) -> None:
    async with _asked(tmp_path) as http:
        body = {"document": {"text": TEXT, "line": 6}, "count": 3, "stream": True}
        answer = await http.post("/v1/suggest", json=body)
        assert [line for line in answer.text.splitlines() if line.startswith("event")] == [
            "event: goal", *["event: suggestion"] * 3, "event: done"
        ]  # fmt: skip
        refused = await http.post("/v1/suggest", json=body | {"document": {"text": "", "line": 1}})
        assert refused.status_code == 422


class _Model:
    """Offers nothing, and keeps what it was told of theorems."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    async def suggest(
        self,
        goal: Goal,
        count: int,
        *,
        prefix: str = "",
        context: str = "",
        premises: tuple[str, ...] = (),
    ) -> Sequence[Proposal]:
        self.told.append(premises)
        return ()


async def test_a_model_is_told_of_theorems_that_are_in_force_in_a_document(tmp_path: Path) -> None:
    model = _Model()
    async with _asked(tmp_path, model=model) as http:
        again = TEXT.replace("swap ", "again ").replace("  - exact b.\n  -\nQed.", "")
        known = "Lemma swap (A B : Prop) : A /\\ B -> B /\\ A. Proof. now intros [a b]. Qed.\n"
        code, _ = await _suggest(http, known + again, line=4)
    assert code == 200
    assert model.told == [("swap : forall (A B : Prop), A /\\ B -> B /\\ A",)]


async def test_documents_do_not_leave_the_sandbox_by_way_of_a_pet_server(tmp_path: Path) -> None:
    asked = Config(ports=(0,), rocq_backend="petanque")
    environ = {"HOLDFAST_PET_SERVER": "localhost:1"}
    with pytest.raises(UserError, match="--i-accept-unsafe-execution"):
        await run(asked, await seeded(tmp_path), environ=environ, sink=NullSink(), announce=lambda *_: None)


async def test_what_was_accepted_comes_back_in_documents(tmp_path: Path) -> None:
    step = "refine (match a with x => x end)"
    async with _asked(tmp_path) as http:
        _, answer = await _suggest(http, line=6, count=10)
        assert step not in {each["text"] for each in answer["suggestions"]}
        body = {"id": answer["id"], "suggestion": step, "accepted": True}
        assert (await http.post("/v1/feedback", json=body)).status_code == 200
        _, after = await _suggest(http, line=6, count=10)
    verdicts = {each["text"]: each["verdict"] for each in after["suggestions"]}
    assert verdicts[step] == "closes"
