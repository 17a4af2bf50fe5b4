"""The stages with a model that is scripted: what gets worse goes, what is garbage is told, money ends."""

import asyncio
import itertools
import json
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.chain_writer import answered
from tests.e2e.library_writer import FLOWER, idea, numbers_after, write_tasks, written
from tests.http_server import Asked, Said, serving

from holdfast.apps.library import LibraryConfig, open_findings
from holdfast.apps.library_rehearsal import Rehearsal
from holdfast.core.errors import InfrastructureError, StorageError, UserError
from holdfast.core.events import Event, TaskAdvanced, TaskStarted
from holdfast.library.stages.experiment import LAST, Experiment
from holdfast.library.stages.findings import Findings
from holdfast.library.stages.guide import guide
from holdfast.library.stages.pictures import as_url
from holdfast.library.stages.settings import StageSettings
from holdfast.library.stages.validation import Arm, Spent, try_tasks
from holdfast.library.store import Reader
from holdfast.pipelines.dataset.spending import AskSettings, SpentError
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sinks import NullSink

DOUBLE = '''def double(items: list[int]) -> list[int]:
    """Each twice as large.

    >>> double([1, 2])
    [2, 4]
    """
    return [item * 2 for item in items]
'''
BLOSSOM = FLOWER.replace("flower", "blossom")


@asynccontextmanager
async def begun(
    folder: Path,
    sandbox: Sandbox,
    say: Callable[[str, list[str]], str],
    stages: StageSettings,
    ask: AskSettings | None = None,
    *,
    rehearse: bool = False,
) -> AsyncIterator[Findings]:
    """An experiment whose model says what `say` does."""
    train, validation = write_tasks(folder, 16)
    prices = folder / "prices.toml"
    prices.write_text('["*"]\nprompt = 1000.0\ncompletion = 1000.0\n', "utf-8")

    def answer(asked: Asked) -> Said:
        content = asked.body["messages"][-1]["content"]
        if isinstance(content, str):
            return answered(say(content, []))
        text, *pictures = content
        return answered(say(text["text"], [each["image_url"]["url"] for each in pictures]))

    async with serving(answer) as running:
        config = LibraryConfig(
            experiment_name="e",
            output_dir=folder,
            train_set=train,
            validation_set=validation,
            proposers=(),
            model=f"{running.url}/v1?model=writer&prices={prices}",
            ask=ask or AskSettings(),
            stages=stages,
        )
        async with open_findings(config, sandbox, {}, NullSink(), rehearse=rehearse) as findings:
            yield findings


class Heard:
    """A sink that remembers."""

    def __init__(self) -> None:
        self._totals: dict[str, int | None] = {}
        self._done: dict[str, int] = {}

    def emit(self, event: Event) -> None:
        match event:
            case TaskStarted(task, total, "functions"):
                self._totals[task] = total
            case TaskAdvanced(task, done):
                self._done[task] = done
            case _:
                pass

    def judged(self) -> dict[str, int]:
        """Functions that the gate judged, by what it calls this; all that it began with."""
        found = {task: self._done[task] for task in self._totals}
        assert found == self._totals
        return found


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


class Gardener:
    """Proposes nothing until programs fail: first a function that it then uses wrongly, then a good one."""

    def __init__(self) -> None:
        self.proposals = iter(("blossom", "flower"))

    def __call__(self, prompt: str, images: list[str]) -> str:
        if "People wrote the instructions below" in prompt:
            return json.dumps({"functions": []})
        if "would have prevented such failures" in prompt:
            numbers = numbers_after(prompt, "# Instructions")
            return json.dumps({"functions": [idea(next(self.proposals), serves=numbers)]})
        if "Write this function or class" in prompt and "blossom(" in prompt:
            return BLOSSOM
        if "has a new function" in prompt and "def blossom(" in prompt:
            return written(prompt).replace("flower(", "blossom(")
        if "Write the program for the instructions" not in prompt or "## `flower`" in prompt:
            return written(prompt)
        # Wrong in part without any function, and all wrong with the bad one.
        return written(prompt).replace("blue" if "## `blossom`" not in prompt else 'draw("', "black")


def test_a_worse_extension_is_rolled_back_and_a_better_one_kept(tmp_path: Path, sandbox: Sandbox) -> None:
    async def work() -> None:
        stages = StageSettings(refinement_iterations=0, max_extension_cycles=3, patience=2, held_out=0)
        async with begun(tmp_path, sandbox, Gardener(), stages) as findings:
            await Experiment(findings).run(LAST)
            extended = findings.extended
        assert extended is not None
        assert [each.entered for each in extended.cycles] == [("blossom",), ("flower",), ()]
        assert [each.kept for each in extended.cycles] == [False, True, False]
        worse, better, _ = extended.cycles
        assert worse.after.held < worse.before.held
        assert better.after.held == better.after.tasks > better.before.held
        assert [each.name for each in extended.grown.accepted] == ["flower"]
        assert "blossom" not in "".join(extended.grown.library.files.values())

    asyncio.run(work())
    report = read(tmp_path / "e" / "stage6_extension" / "extension_report.json")
    assert list(report["cycles"][0]["clusters"]) == ["wrong state"]


def test_a_model_that_answers_garbage_is_told_of_and_leaves_nothing_behind(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def work() -> None:
        stages = StageSettings(refinement_iterations=1, max_extension_cycles=0, batch_size=16)
        ask = AskSettings(useless=50)
        async with begun(tmp_path, sandbox, lambda *_: "I cannot do that.", stages, ask) as findings:
            await Experiment(findings).run(LAST)
        assert findings.discovered is not None
        assert list(findings.discovered.failed) == ["batch_001", "batch_002"]
        assert (findings.proposal.ideas, findings.grown.accepted) == ((), ())
        assert {each.problem for each in findings.arms["learned"]} == {
            "there is no fenced block of code in it that is closed"
        }

    asyncio.run(work())
    out = tmp_path / "e"
    told = read(out / "stage1_discovery" / "coverage_report.json")
    assert (told["covered"], len(told["unread"])) == (0, 32)
    assert not [path for path in out.rglob("*.md") if "cannot" in path.read_text("utf-8")]
    arm = read(out / "stage5_validation" / "validation_report.json")["arms"]["learned"]
    assert (arm["tasks"], arm["exact_tasks"], list(arm["failures"])) == (3, 0, ["no program"])
    assert arm["sets"]["all"]["step"]["figures"]["valid"]["value"] == 0


def test_no_more_is_spent_than_is_allowed(tmp_path: Path, sandbox: Sandbox) -> None:
    asked: list[str] = []

    def say(prompt: str, images: list[str]) -> str:
        asked.append(prompt)
        return written(prompt)

    async def work() -> None:
        async with begun(tmp_path, sandbox, say, StageSettings(batch_size=8), rehearse=True) as findings:
            with pytest.raises(InfrastructureError, match="run it without --dry-run"):
                await Experiment(findings).run(LAST)
            assert isinstance(findings.stages.asker, Rehearsal)
            (unasked,) = findings.stages.asker.unasked()
            assert (unasked.step, unasked.calls) == ("batches", 4)
            assert unasked.cost is not None
            assert unasked.cost > 16
        async with begun(tmp_path, sandbox, say, StageSettings(), AskSettings(max_cost=1.0)) as findings:
            with pytest.raises(InfrastructureError, match="higher --max-cost"):
                await Experiment(findings).run(LAST)
            assert findings.stages.asker is not None
            assert isinstance(findings.stages.asker.stopped, SpentError)

    asyncio.run(work())
    assert not asked
    assert (tmp_path / "e" / "stage0_minimal" / "stage0_summary.json").exists()


def test_every_library_has_the_same_budget_for_a_task(tmp_path: Path, sandbox: Sandbox) -> None:
    numbers = itertools.count()

    def fails(prompt: str, images: list[str]) -> str:
        return f"```python\n# step 1\n{next(numbers)} / 0\n# step 2\n```"

    def fails_again(prompt: str, images: list[str]) -> str:
        return "```python\n# step 1\n1 / 0\n# step 2\n```"

    async def tried(name: str, say: Callable[[str, list[str]], str], **limits: int) -> list[Spent]:
        async with begun(folders[name], sandbox, say, StageSettings(**limits)) as found:
            foundation = found.stages.adapter.foundation()
            arm = Arm("none", foundation, (), guide(foundation))
            tested = await try_tasks(found.stages, arm, found.validation.tasks, 5, "tried")
        assert all(each.ran.fault is not None and each.spent.valid_after_s is None for each in tested)
        return [each.spent for each in tested]

    folders = {name: tmp_path / name for name in ("several", "fewer", "same")}
    for folder in folders.values():
        folder.mkdir()
    several = asyncio.run(tried("several", fails, attempts=3))
    # The model says that each of its answers took 110 tokens.
    fewer = asyncio.run(tried("fewer", fails, attempts=3, task_tokens=300))
    same = asyncio.run(tried("same", fails_again, attempts=5))
    assert [[each.executions for each in one] for one in (several, fewer, same)] == [
        [3] * 3,
        [2] * 3,
        [2] * 3,
    ]
    assert [each.prompt_tokens + each.completion_tokens for each in fewer] == [220] * 3


def test_pictures_show_training_tasks_only(tmp_path: Path, sandbox: Sandbox) -> None:
    shown: list[list[str]] = []

    def say(prompt: str, images: list[str]) -> str:
        shown.extend([images] if images else [])
        if "People wrote the instructions below" in prompt:
            numbers = numbers_after(prompt, "# Instructions")
            return json.dumps({"functions": [idea("flower", serves=numbers)]})
        return written(prompt)

    async def work() -> set[str]:
        stages = StageSettings(refinement_iterations=0, max_extension_cycles=0, vision=True, cpu_s=1.0)
        async with begun(tmp_path, sandbox, say, stages) as findings:
            await Experiment(findings).run(LAST)
            assert all(each.held for each in findings.arms["learned"])
            boards = findings.stages.adapter
            return {as_url(boards.picture(task.steps[-1].state)) for task in findings.train.tasks}

    wanted = asyncio.run(work())
    # One batch of instructions; the function that is written.
    assert list(map(len, shown)) == [8, 4]
    assert {url for urls in shown for url in urls} <= wanted


def lists(folder: Path, **more: Any) -> LibraryConfig:
    """An experiment without a model on the lists that ship."""
    examples = Path(__file__).parents[3] / "examples" / "library" / "lists"
    return LibraryConfig(
        experiment_name="e",
        output_dir=folder,
        train_set=examples / "train.jsonl",
        validation_set=examples / "validation.jsonl",
        domain="lists",
        stages=StageSettings(refinement_iterations=1, max_extension_cycles=1),
        **more,
    )


def test_without_a_model_a_library_grows_from_programs_and_is_found_again(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    config = lists(tmp_path)

    first, second = Heard(), Heard()

    async def work() -> tuple[Findings, list[str]]:
        ran: list[str] = []
        async with open_findings(config, sandbox, {}, first) as findings:
            await Experiment(findings).run(LAST)
        async with open_findings(config, sandbox, {}, second) as again:
            await Experiment(again).run(LAST)
            ran += [name for name, output in again.stages.outputs.items() if output.cached < output.rows_in]
        return findings, ran

    findings, ran = asyncio.run(work())
    assert not ran
    assert first.judged(), "how many functions the gate has judged is told"
    assert second.judged() == first.judged()
    accepted = [each.name for each in findings.grown.accepted]
    assert accepted
    assert all(each.held for each in findings.arms["learned"])
    assert findings.documented is not None
    assert findings.documented.faults == ()
    assert all(f"## `{name}`" in findings.documented.system_prompt for name in accepted)
    package = tmp_path / "e" / "stage3_implementation" / "generated_lib"
    assert (package / "pyproject.toml").exists()
    learned = package / "src" / "listwork_learned" / "functions.py"
    assert f"def {accepted[0]}(" in learned.read_text("utf-8")


def test_what_people_write_stays(tmp_path: Path, sandbox: Sandbox) -> None:
    async def run(last: int) -> Findings:
        async with open_findings(lists(tmp_path), sandbox, {}, NullSink()) as findings:
            await Experiment(findings).run(last)
        return findings

    first, *others = (each.name for each in asyncio.run(run(3)).grown.accepted)
    store = Reader(tmp_path / "e" / "library")
    assert list(store.entries()) == [first, *others]
    working = tmp_path / "e" / "library" / "functions"
    (working / f"{first}.py").unlink()
    (working / "double.py").write_text(DOUBLE, "utf-8")
    (working / "broken.py").write_text("def broken(", "utf-8")
    grown = asyncio.run(run(3)).grown
    accepted = [each.name for each in grown.accepted]
    assert (accepted[0], first in accepted) == ("double", False)
    rules = {each.candidate: (each.proposer, each.rule) for each in grown.refusals}
    assert (rules["broken"], rules[first]) == (("hand", "parses"), ("compression", "by hand"))
    assert set(store.entries()) == set(accepted)
    assert store.tombstones()[first].reason == "it was removed by hand"
    assert [each.name for each in store.edits()] == ["broken"]
    versions = store.versions()
    again = asyncio.run(run(3)).grown
    assert (again.accepted, store.versions()) == (grown.accepted, versions)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be made by the superuser only")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    small_disk: Path, sandbox: Sandbox
) -> None:
    async def run(first: int, last: int) -> Findings:
        async with open_findings(lists(small_disk), sandbox, {}, NullSink(), first=first) as findings:
            await Experiment(findings).run(last)
        return findings

    with pytest.raises(StorageError, match="No space left on device"):
        asyncio.run(run(0, LAST))
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    with pytest.raises(UserError, match="is not finished for these settings: begin with --stage"):
        asyncio.run(run(2, 2))
    assert asyncio.run(run(0, 1)).candidates
