"""Heads are trained for real on goals whose order is known; what was cut short goes on to the same bits."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import StorageError, UserError
from holdfast.core.vectors import Vector
from holdfast.training.calibration import brier, fit_isotonic, fit_platt
from holdfast.training.embedding_cache import EmbeddingCache, encode_all
from holdfast.training.energy import EnergyNet, SpectralNorm
from holdfast.training.health import measure
from holdfast.training.losses import depth_regression, info_nce, margin_ranking
from holdfast.training.value_checkpoints import last_checkpoint, load_checkpoint, save_checkpoint
from holdfast.training.value_examples import Example
from holdfast.training.value_fit import Fitted, NotEnough, fit_value
from holdfast.training.value_settings import ValueSettings
from holdfast.training.value_trainer import Material, Trainer, TrainingStoppedError
from holdfast.value.head import mean_of

WIDTH = 12
SPEC = EncodeSpec(model="numbers", layer="none", pooling="none", normalised=False)
QUICK = ValueSettings(
    conditioned=False,
    hidden=(16,),
    hard=0.6,
    medium=0.3,
    steps=60,
    look_every=20,
    batch=16,
    negatives=3,
    warm_up=5,
    dropout=0.1,
)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def world(theorems: int = 40) -> tuple[list[Example], dict[str, Vector]]:
    """Goals of which the first number says whether they lead to a proof; log-probabilities know nothing."""
    random = np.random.default_rng(0)
    examples: list[Example] = []
    vectors: dict[str, Vector] = {}
    for number in range(theorems):
        vectors[f"root {number}"] = random.normal(size=WIDTH).astype(np.float32)
        for place in range(3):
            for member in range(4):
                good = member == 0
                text = f"{number} {place} {member}"
                vectors[text] = random.normal(size=WIDTH).astype(np.float32)
                vectors[text][0] += 3.0 * good
                logprob = float(random.normal())
                where = (f"t{number}", place, 0)
                examples.append(
                    Example(
                        f"t{number}",
                        text,
                        f"root {number}",
                        where,
                        good,
                        place,
                        3 - place if good else None,
                        logprob,
                    )
                )
    return examples, vectors


EXAMPLES, VECTORS = world()


def material(examples: Sequence[Example] = EXAMPLES) -> Material:
    states = np.stack([VECTORS[one.state] for one in examples])
    roots = np.stack([VECTORS[one.root] for one in examples])
    return Material(
        examples, states, roots, range(len(examples) // 2), range(len(examples) // 2, len(examples))
    )


@pytest.mark.parametrize("norm", ["none", "fresh", "buffered"])
@pytest.mark.parametrize("conditioned", [False, True])
def test_search_sees_what_training_left(norm: SpectralNorm, conditioned: bool) -> None:
    trainer = Trainer(
        material(), QUICK.model_copy(update={"spectral_norm": norm, "conditioned": conditioned})
    )
    list(trainer.run())
    net = trainer.finish()
    head = net.exported(conditioned=conditioned)
    states, roots = trainer.material.states, trainer.material.roots
    rows = np.concatenate((states, roots, states * roots), axis=1) if conditioned else states
    with torch.no_grad():
        wanted = net(torch.from_numpy(rows)).numpy()
    assert np.allclose(head.energies(states, roots), wanted, atol=1e-4)
    assert wanted.std() > 0.05


@pytest.mark.parametrize("hidden", [(16,), (8, 4)])
def test_the_mean_of_heads_is_one_head(hidden: tuple[int, ...]) -> None:
    random = torch.Generator().manual_seed(0)
    nets = [EnergyNet(WIDTH, hidden, norm="none", dropout=0.0, generator=random) for _ in range(3)]
    heads = [net.exported(conditioned=False) for net in nets]
    states = material().states[:20]
    mean = np.mean([head.energies(states, states) for head in heads], axis=0)
    assert np.allclose(mean_of(heads).energies(states, states), mean, atol=1e-5)


def test_spectral_norms_hold_layers_at_one_and_only_fresh_ones_vary_while_training() -> None:
    rows = torch.randn(4, 8, generator=torch.Generator().manual_seed(1))
    for norm in ("fresh", "buffered"):
        net = EnergyNet(8, (16, 16), norm=norm, dropout=0.0, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            for _ in range(20):
                one = net.train()(rows)
            for layer in list(net.layers)[:-1]:
                assert float(torch.linalg.matrix_norm(layer.weight, 2)) == pytest.approx(1.0, abs=0.05)
            assert bool((one != net(rows)).any()) or norm == "buffered"
            net.eval()
            assert torch.equal(net(rows), net(rows))


def test_losses_are_what_they_are_by_hand() -> None:
    positive, negative = torch.tensor([0.0, 1.0]), torch.tensor([[1.0, 1.0], [3.0, 0.5]])
    tau_one = torch.tensor(0.0)
    assert float(info_nce(positive[:1], negative[:1], tau_one)) == pytest.approx(np.log(1 + 2 * np.exp(-1)))
    assert float(info_nce(positive[:1], negative[:1], torch.tensor(-9.0))) == pytest.approx(
        np.log(1 + 2 * np.exp(-np.exp(5))), abs=1e-6
    )  # held at -5
    assert float(margin_ranking(positive, negative, 0.5)) == pytest.approx(1.0)  # one pair violates, by 1
    assert float(margin_ranking(positive[:1], negative[:1], 0.5)) == 0.0
    remaining = torch.tensor([-1.0, 4.0])
    assert float(depth_regression(positive, remaining)) == 0.0
    assert float(depth_regression(positive, torch.tensor([2.0, 4.0]))) == pytest.approx(0.125)
    assert float(depth_regression(positive, torch.tensor([-1.0, -1.0]))) == 0.0


def test_alarms_name_what_is_wrong() -> None:
    def alarms(positive: float, negative: float, loss: float = 0.1, temperature: float = 0.1) -> set[str]:
        health = measure(
            np.full(4, positive, np.float32) + np.arange(4, dtype=np.float32),
            np.full((4, 2), negative, np.float32),
            losses=(loss, loss, 0.0),
            margin=10.0,
            temperature=temperature,
        )
        return set(health.alarms())

    assert alarms(-4.0, 1.0) == set()
    assert "negatives lie below positives" in alarms(1.0, -1.0)
    assert "positives are above zero and negatives below" in alarms(1.0, -1.0)
    assert "a number is not finite" in alarms(-4.0, 1.0, loss=float("nan"))
    assert "nearly all are in order and the loss is high all the same" in alarms(-4.0, 1.0, loss=0.9)
    assert "the temperature is at its bound" in alarms(-4.0, 1.0, temperature=float(np.exp(-5)))
    assert "hardly a pair is left to learn from" in alarms(-40.0, 1.0)


def test_a_run_that_was_cut_short_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    settings = QUICK.model_copy(update={"spectral_norm": "fresh"})
    whole = Trainer(material(), settings)
    looks = list(whole.run())
    cut = Trainer(material(), settings)
    running = cut.run()
    next(running)
    save_checkpoint(tmp_path, cut, {"examples": "x"})
    resumed = Trainer(material(), settings)
    last = last_checkpoint(tmp_path)
    assert last is not None
    load_checkpoint(last, resumed, {"examples": "x"})
    assert list(resumed.run()) == looks[1:]
    for name, value in whole.tensors().items():
        assert torch.equal(value, resumed.tensors()[name]), name
    with pytest.raises(UserError, match="other examples"):
        load_checkpoint(last, resumed, {"examples": "y"})
    (last / "tensors.safetensors").write_bytes(b"\0" * 99)
    with pytest.raises(StorageError, match="damaged"):
        load_checkpoint(last, resumed, {"examples": "x"})


def test_training_stops_where_it_cannot_go_well() -> None:
    broken = material()
    broken.states[:] = np.nan
    with pytest.raises(TrainingStoppedError, match="not finite 7 times in a row"):
        list(Trainer(broken, QUICK.model_copy(update={"nonfinite_steps": 7})).run())
    stuck = Trainer(material(), QUICK.model_copy(update={"bound_steps": 9, "learning_rate": 1e-5}))
    with torch.no_grad():
        stuck.net.log_temperature.fill_(-5.0)
        stuck.net.log_temperature.requires_grad_(requires_grad=False)
    with pytest.raises(TrainingStoppedError, match="at its bound for 9 steps"):
        list(stuck.run())


def test_a_value_is_learned_calibrated_and_switched_on_where_it_helps() -> None:
    settings = QUICK.model_copy(update={"steps": 200, "learning_rate": 3e-3, "dropout": 0.0})
    found = fit_value(EXAMPLES, VECTORS, SPEC, settings)
    assert isinstance(found, Fitted)
    assert found.value.weight > 0
    assert found.mix.mixed.pairwise > found.mix.logprob.pairwise + 0.2
    assert found.value.report["brier"] < found.value.report["brier_of_prior"]
    assert found.value.report["by_depth"][0]["value"]["decisions"] > 0
    again = fit_value(EXAMPLES, VECTORS, SPEC, settings)
    assert isinstance(again, Fitted)
    assert again.value.report == found.value.report


def test_a_value_that_learned_nothing_is_switched_off_and_too_little_is_said_to_be() -> None:
    noise = {text: np.ones(WIDTH, np.float32) for text in VECTORS}
    found = fit_value(EXAMPLES, noise, SPEC, QUICK)
    assert isinstance(found, Fitted)
    assert found.value.weight == 0.0
    assert found.value.reason
    for few in (EXAMPLES[:24], [], [one for one in EXAMPLES if one.positive]):
        assert isinstance(fit_value(few, VECTORS, SPEC, QUICK), NotEnough)
    unknown = {text: vector for text, vector in VECTORS.items() if text.startswith("root")}
    assert isinstance(fit_value(EXAMPLES, unknown, SPEC, QUICK), NotEnough)


def test_curves_fit_and_never_turn_a_wrong_value_around() -> None:
    random = np.random.default_rng(2)
    energies = random.normal(size=4000)
    proved = random.random(4000) < 1 / (1 + np.exp(1.5 * energies - 0.5))
    platt, isotonic = fit_platt(energies, proved), fit_isotonic(energies, proved)
    assert platt.slope == pytest.approx(1.5, abs=0.2)
    assert platt.offset == pytest.approx(-0.5, abs=0.2)
    mean = float(np.square(proved.mean() - proved).mean())
    assert brier(isotonic, energies, proved) <= brier(platt, energies, proved) + 1e-3 < mean
    assert fit_platt(-energies, proved).slope == 0.0
    assert len(set(fit_isotonic(-energies, proved).chances)) < 8
    with pytest.raises(ValueError, match="nothing"):
        fit_platt(np.zeros(0), np.zeros(0, bool))


class Numbers:
    """Encodes numbers; knows nothing of words, and counts what it is asked."""

    spec = SPEC
    asked = 0

    async def encode(self, texts: Sequence[str]) -> Sequence[Vector | None]:
        self.asked += len(texts)
        return [np.array([float(text), 1.0], np.float32) if text.isdigit() else None for text in texts]

    async def encode_goals(self, goals: object) -> Sequence[Vector | None]:
        raise NotImplementedError


@pytest.mark.asyncio
async def test_vectors_are_made_once_and_what_failed_is_never_kept(tmp_path: Path) -> None:
    path, encoder = tmp_path / "vectors.parquet", Numbers()
    found = await encode_all(encoder, ["1", "x", "2", "1"], EmbeddingCache(SPEC, path))
    assert {text: vector.tolist() for text, vector in found.items()} == {"1": [1.0, 1.0], "2": [2.0, 1.0]}
    assert encoder.asked == 3
    again = await encode_all(encoder, ["1", "x", "3"], EmbeddingCache(SPEC, path))
    assert sorted(again) == ["1", "3"]
    assert encoder.asked == 5
    with pytest.raises(UserError, match="another way"):
        EmbeddingCache(EncodeSpec(model="m", layer="", pooling="", normalised=True), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StorageError, match="damaged"):
        EmbeddingCache(SPEC, path)
