"""`holdfast train-value` from files to a value in search; encoders at a server, which may lie or die."""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
import torch
from tests.http_server import Asked, Said, said, serving

from holdfast.apps.cli.output import ExitCode, Options, Output
from holdfast.apps.cli.train_value import Config, run
from holdfast.apps.value import open_encoder, open_value
from holdfast.core.errors import StorageError, UserError
from holdfast.models.goal_text import goal_from_text
from holdfast.pipelines.trajectory_table import SEED_COLUMNS

pytestmark = pytest.mark.asyncio

GOOD, BAD = (
    "n : nat\n{bar}\nn + {at} = n + {at}",
    "n : nat\nH{at} : n < n\n{bar}\nf{at} n <= g (n * n) /\\ P n",
)
QUICK = {
    "training.steps": 60,
    "training.look_every": 30,
    "training.learning_rate": 3e-3,
    "training.hidden": (16,),
}


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def trajectories(path: Path, theorems: int = 90) -> Path:
    """A file as burn-qed writes it: at each theorem one step is on the proof, and three are not."""
    bar = "=" * 28
    rows: list[tuple[Any, ...]] = []
    for number in range(theorems):
        name = f"theorem{number}"
        rows.append(
            (name, 0, f"{bar}\nforall n, P{number} n", "", None, "positive", 0, 2, 0.0, 0.0, False, 1)
        )
        for member in range(4):
            good = member == number % 4
            text = (GOOD if good else BAD).format(bar=bar, at=4 * number + member)
            label, left = ("positive", 1) if good else ("negative", -1)
            logprob = -1.0 - 0.1 * member
            rows.append((name, member + 1, text, f"step {member}", 0, label, 1, left, logprob, 0.0, False, 1))
        rows.append((name, 9, "", "auto", number % 4 + 1, "positive", 2, 0, -0.1, 0.0, True, 1))
    names = list(SEED_COLUMNS)[:12]
    schema = arrow.schema([(name, SEED_COLUMNS[name]) for name in names])
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    parquet.write_table(arrow.table(columns, schema=schema), path)
    return path


async def trained(folder: Path, **flags: Any) -> tuple[ExitCode, dict[str, Any]]:
    """The exit code, and the summary that `--json` prints."""
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with Output(Options(json=True, quiet=True), stdout, io.StringIO()) as output:
        report = await run(Config(flags={"output_dir": folder / "value", **QUICK, **flags}), output)
        output.report(report)
    stdout.seek(0)
    lines = [json.loads(line) for line in stdout]
    return report.exit_code, lines[-1] | {
        "refused": [one["theorem"] for one in lines if one["kind"] == "refused"]
    }


async def test_a_value_is_trained_resumed_and_used(tmp_path: Path) -> None:
    data = (trajectories(tmp_path / "seed.parquet"),)
    code, summary = await trained(tmp_path, trajectories=data, unmarked=True)
    assert code == ExitCode.ACHIEVED
    assert summary["weight"] > 0
    assert summary["mixed"]["pairwise"] > summary["log_probability"]["pairwise"] + 0.2
    _, again = await trained(tmp_path, trajectories=data, unmarked=True, resume=True)
    assert again["value"] == summary["value"]
    with pytest.raises(UserError, match="other settings"):
        await trained(tmp_path, trajectories=data, unmarked=True, resume=True, **{"training.seed": 5})
    bar = "=" * 28
    goals = [goal_from_text(text.format(bar=bar, at=77)) for text in (GOOD, BAD)]
    async with open_value(tmp_path / "value", {}) as opened:
        assert opened.value is not None
        good, bad = await opened.value.estimate(goals, goals[0])
        assert good is not None
        assert bad is not None
        assert bad < good < 0
    async with open_value(tmp_path / "value", {}, weight=0.0) as off:
        assert off.value is None
        assert "switched off" in off.remark


async def test_files_that_do_not_say_whether_they_were_audited_teach_nothing(tmp_path: Path) -> None:
    data = (trajectories(tmp_path / "seed.parquet", theorems=3),)
    code, summary = await trained(tmp_path, trajectories=data)
    assert code == ExitCode.NOT_ACHIEVED
    assert summary["refused"] == ["theorem0", "theorem1", "theorem2"]
    assert "at least 10 are needed" in summary["error"]
    assert not (tmp_path / "value" / "value.json").exists()


def encode_server(broken: Mapping[str, Any]) -> Any:
    """Answers `/encode` with how often letters stand in a text."""

    def answer(asked: Asked) -> Said:
        if asked.path == "/model_info":
            spec = {"version": 1, "model": "m7", "layer": "last", "pooling": "mean", "normalised": False}
            return said({"encode_spec": spec | dict(broken.get("spec", {}))})
        if any("f3 " in text for text in asked.body["text"]) and "answer" in broken:
            return Said(body=broken["answer"])
        vectors = [[text.count(letter) + 1.0 for letter in "nfg=<*PH"] for text in asked.body["text"]]
        return said([{"embedding": vector} for vector in vectors])

    return answer


async def test_vectors_of_a_server_are_cached_and_those_of_another_are_refused(tmp_path: Path) -> None:
    data = (trajectories(tmp_path / "seed.parquet"),)
    async with serving(encode_server({})) as server:
        flags = {"trajectories": data, "unmarked": True, "encoder": f"sglang+{server.url}"}
        _, summary = await trained(tmp_path, **flags)
        assert summary["trained"]
        asked = len(server.asked)
        await trained(tmp_path, **flags)
        assert [one.path for one in server.asked[asked:]] == ["/model_info"]
        with pytest.raises(UserError, match="trained on vectors of m7"):
            async with open_value(tmp_path / "value", {}, weight=1.0):
                pass
    async with serving(encode_server({"spec": {"pooling": "last"}})) as other:
        with pytest.raises(UserError, match=r"another way \(pooling"):
            await trained(tmp_path, **{**flags, "encoder": f"sglang+{other.url}"})
    (tmp_path / "value" / "embeddings.parquet").write_bytes(b"PAR1 but nothing else")
    async with serving(encode_server({})) as server:
        with pytest.raises(StorageError, match="damaged"):
            await trained(tmp_path, **{**flags, "encoder": f"sglang+{server.url}"})


@pytest.mark.parametrize("nonsense", ['[{"embedding": [NaN, 1.0]}]', "not json", '[{"embedding": null}]'])
async def test_a_text_that_a_server_answers_with_nonsense_has_no_vector(nonsense: str) -> None:
    texts = ["f1 n", "f3 n", "f2 n"]
    async with (
        serving(encode_server({"answer": nonsense})) as server,
        open_encoder(f"sglang+{server.url}", {}) as encoder,
    ):
        assert [vector is not None for vector in await encoder.encode(texts)] == [True, False, True]


async def test_what_names_no_encoder_is_told() -> None:
    for spec in ("hashed:1", "word2vec"):
        with pytest.raises(UserError):
            async with open_encoder(spec, {}):
                pass
