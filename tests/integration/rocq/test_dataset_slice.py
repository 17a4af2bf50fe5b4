"""A file of MathComp through the steps of a dataset, against what `coqc` wrote when Debian compiled it."""

import contextlib
import json
from pathlib import Path

import pytest
from tests.e2e.chain_writer import Writer
from tests.rocq_here import seeded

from holdfast.apps.dataset_models import DatasetModels
from holdfast.apps.datasets import MODEL_STEPS, STEPS, DatasetConfig, Pipeline, open_pipeline
from holdfast.models.answer_cache import AnswerCache
from holdfast.pipelines.dataset.asking import Asker
from holdfast.pipelines.dataset.choosing import ChooseSettings
from holdfast.pipelines.dataset.haves import parts
from holdfast.pipelines.dataset.records import ChainTheorem, EvaluatedTheorem
from holdfast.pipelines.dataset.spending import AskSettings
from holdfast.pipelines.dataset.truth import Truth
from holdfast.runtime.executors.inline import InlineExecutor
from holdfast.runtime.sinks import NullSink

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

LIBRARY = "mathcomp.ssreflect.div"


async def test_a_file_of_mathcomp_becomes_a_dataset(tmp_path: Path) -> None:
    config = DatasetConfig(
        output=tmp_path / "out",
        libraries=(LIBRARY,),
        choose=ChooseSettings(k_have=None, k_wo_have=None, min_steps=0, max_steps=10**6),
    )
    pipeline = await open_pipeline(config, await seeded(tmp_path / "cache"), NullSink())
    (tmp_path / "out").mkdir()
    with contextlib.closing(AnswerCache(tmp_path / "out" / "answers.sqlite")) as answers:
        asker = Asker(Writer(), "writer", answers, {}, AskSettings())
        pipeline.models = DatasetModels(asker=asker, prices={}, encoder=None, finder="words")
        await pipeline.run(0, MODEL_STEPS[-1], InlineExecutor(), NullSink())
    _check_truth(pipeline)
    _check_chains(pipeline)
    exported = pipeline.export()
    assert sum(exported.theorems.values()) == pipeline.outputs[4].rows_out
    parts_of = [json.loads(line) for line in _lines(exported.folder / "jsonl", "chains-*")]
    assert len(parts_of) == sum(exported.chains.values()) > pipeline.outputs[9].rows_out
    assert len({each["within"] for each in parts_of}) > 2


def _lines(folder: Path, pattern: str) -> list[str]:
    return [line for path in sorted(folder.glob(pattern)) for line in path.read_text().splitlines()]


def _check_truth(pipeline: Pipeline) -> None:
    truth = Truth(pipeline.outputs[0].rows(), pipeline.rocq.root)
    assert len(truth) == 1, "Debian ships the .glob file of each source"
    found = truth.compare(pipeline.outputs[1].rows(), pipeline.outputs[4].rows())
    assert found.stated > 200
    assert found.not_stated == 0
    assert found.found_share >= 0.995
    evaluated, haves = pipeline.outputs[STEPS[-1]], pipeline.outputs[2].measures
    assert evaluated.rows_out >= 0.97 * evaluated.rows_in
    assert found.premises > 200
    assert found.premise_recall >= 0.95
    assert haves["proofs_rewritten"] >= 0.9 * haves["proofs_with_haves"] > 3


def _check_chains(pipeline: Pipeline) -> None:
    theorems = [EvaluatedTheorem.model_validate(row.data) for row in pipeline.outputs[4].rows()]
    proofs = {proof.name for theorem in theorems for proof in (theorem, *parts(theorem))}
    chains = {each.name: each for each in _chains(pipeline, 5)}
    assert chains.keys() == proofs
    kept = _chains(pipeline, 9)
    assert any(each.within for each in kept)
    assert any(block.found for each in kept for block in each.blocks)


def _chains(pipeline: Pipeline, number: int) -> list[ChainTheorem]:
    return [ChainTheorem.model_validate(row.data) for row in pipeline.outputs[number].rows()]
