"""Values in search: the unknown stays unknown, what is stored is read back, what does not fit is refused."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import ModelUnreachableError, StorageError, UserError
from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.vectors import Vector
from holdfast.value.calibration import Isotonic, Platt, read_calibration
from holdfast.value.energy import EnergyValue
from holdfast.value.hashed import HASHED_WIDTH, HashedEncoder
from holdfast.value.head import EnergyHead, Layer, read_head
from holdfast.value.storage import StoredValue, load_value, save_value
from holdfast.value.toy import TableEncoder

SURE, HOPELESS = np.log(1 - 1e-3), np.log(1e-3)
FLAT = Platt(1.0, 0.0)


def head(*, conditioned: bool = False) -> EnergyHead:
    """Its energy is the first number of the goal, and of the product with the root where conditioned."""
    first = np.array([[1.0, 0.0]], dtype=np.float32)
    weight = np.concatenate((first, 0 * first, first), axis=1) if conditioned else first
    return EnergyHead((Layer(weight),), conditioned)


def goal(conclusion: str) -> Goal:
    return Goal((Subgoal((), conclusion),))


def text(conclusion: str) -> str:
    return f"{'=' * 28}\n{conclusion}"


ENCODER = TableEncoder({text("low"): (-2.0, 0.0), text("high"): (2.0, 1.0), text("root"): (3.0, 0.0)})


@pytest.mark.asyncio
async def test_low_energies_are_good_chances_and_unknown_goals_stay_unknown() -> None:
    value = EnergyValue(ENCODER, head(), FLAT, weight=1.0)
    low, nothing, high = await value.estimate([goal("low"), goal("else"), goal("high")], goal("unseen root"))
    assert nothing is None
    assert low == pytest.approx(-np.log1p(np.exp(-2.0)))
    assert high == pytest.approx(-np.log1p(np.exp(2.0)))


@pytest.mark.asyncio
async def test_a_conditioned_value_sees_the_root_and_knows_nothing_without_it() -> None:
    value = EnergyValue(ENCODER, head(conditioned=True), FLAT, weight=1.0)
    (seen,) = await value.estimate([goal("low")], goal("root"))
    assert seen == pytest.approx(SURE)  # -2 alone, -8 with the root: as good as certain
    (alone,) = await EnergyValue(ENCODER, head(), FLAT, weight=1.0).estimate([goal("low")], goal("root"))
    assert alone < seen
    assert list(await value.estimate([goal("high")], goal("unseen root"))) == [None]


class Dying:
    """An encoder that answers twice, and then never again."""

    spec = ENCODER.spec
    calls = 0

    async def encode(self, texts: Sequence[str]) -> Sequence[Vector | None]:
        raise NotImplementedError

    async def encode_goals(self, goals: Sequence[Goal]) -> Sequence[Vector | None]:
        self.calls += 1
        if self.calls > 2:
            raise ModelUnreachableError("nobody answers at that address")
        return [np.array([np.nan, 0.0] if self.calls == 2 else [1.0, 0.0], dtype=np.float32)] * len(goals)


@pytest.mark.asyncio
async def test_an_endpoint_that_says_nan_or_dies_leaves_search_without_a_value_not_without_a_result() -> None:
    encoder = Dying()
    value = EnergyValue(encoder, head(), FLAT, weight=1.0)
    found = [(await value.estimate([goal("low")], goal("root")))[0] for _ in range(10)]
    assert found[0] is not None
    assert found[1:] == [None] * 9
    assert value.failed == "nobody answers at that address"
    assert encoder.calls == 5


def stored(spec: EncodeSpec | None = None) -> StoredValue:
    return StoredValue(spec or ENCODER.spec, head(conditioned=True), FLAT, 0.5, "", {"decisions": 3})


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    save_value(tmp_path / "value", stored())
    found = load_value(tmp_path / "value")
    rows = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    assert (found.head.energies(rows, rows[:1]) == stored().head.energies(rows, rows[:1])).all()
    assert (found.spec, found.calibration, found.weight, found.report) == (
        ENCODER.spec, FLAT, 0.5, {"decisions": 3},
    )  # fmt: skip


def test_vectors_made_in_another_way_are_refused_naming_what_differs() -> None:
    with pytest.raises(UserError, match="model 'other', not 'table'"):
        stored(TableEncoder({}, "other").spec).with_encoder(ENCODER)
    with pytest.raises(UserError, match="signed sum into 32"):
        stored(HashedEncoder(32).spec).with_encoder(HashedEncoder(64))


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("value.json", None, UserError),
        ("head.safetensors", None, UserError),
        ("value.json", b"{", StorageError),
        ("value.json", b"[]", StorageError),
        ("value.json", b'{"format": 99}', UserError),
        ("head.safetensors", b"\xff" * 40, StorageError),
        ("head.safetensors", b"", StorageError),
    ],
)
def test_a_damaged_value_is_told_in_a_sentence(
    tmp_path: Path, name: str, content: bytes | None, error: type[Exception]
) -> None:
    save_value(tmp_path, stored())
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error):
        load_value(tmp_path)


def test_weights_that_are_not_finite_or_do_not_fit_are_damage(tmp_path: Path) -> None:
    for weights in ([[np.nan, 0.0]], [[1.0, 0.0], [1.0, 0.0]]):
        with pytest.raises(ValueError, match=r"finite|one number"):
            read_head({"layers.0.weight": np.array(weights)}, conditioned=False)
    save_value(tmp_path, stored())
    notes = json.loads((tmp_path / "value.json").read_text())
    for key, value in (("calibration", {"kind": "spline"}), ("encode_spec", {"model": 1}), ("weight", "NaN")):
        (tmp_path / "value.json").write_text(json.dumps(notes | {key: value}))
        with pytest.raises(StorageError):
            load_value(tmp_path)


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=8).map(sorted),
    st.lists(st.floats(0, 1), min_size=8, max_size=8).map(lambda chances: sorted(chances, reverse=True)),
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20),
)
def test_chances_fall_with_energy_and_are_never_certain(
    points: list[float], chances: list[float], asked: list[float]
) -> None:
    energies = np.array(sorted(asked))
    for curve in (Isotonic(tuple(points), tuple(chances[: len(points)])), Platt(0.7, -1.0)):
        found = read_calibration(curve.to_json()).log_chances(energies)
        assert (np.diff(found) <= 1e-12).all()
        assert ((found >= HOPELESS - 1e-9) & (found <= SURE + 1e-9)).all()


def test_a_hashed_vector_knows_no_names_and_no_order_of_subgoals() -> None:
    def sequent(name: str, conclusion: str) -> Subgoal:
        return Subgoal((Hypothesis((name,), "nat"),), conclusion.replace("n", name))

    encoder = HashedEncoder(HASHED_WIDTH)
    one, renamed = (encoder.vector(Goal((sequent(name, "n + 0 = n"),))) for name in ("n", "k"))
    assert float(one @ renamed) / float(one @ one) > 0.9
    pair = (sequent("n", "n + 0 = n"), sequent("n", "n <= S n"))
    assert np.allclose(encoder.vector(Goal(pair)), encoder.vector(Goal(pair[::-1])), atol=1e-6)
    assert not encoder.vector(Goal(())).any()
    assert (
        HashedEncoder(0).vector(Goal(pair)) == encoder.vector(Goal(pair))[-HashedEncoder.MEASURES :]
    ).all()
