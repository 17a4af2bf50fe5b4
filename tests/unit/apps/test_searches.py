"""Which theorems are searched, and what a store of their searches is bound to."""

from pathlib import Path

import pytest

from holdfast.apps.prover import ProverConfig
from holdfast.apps.searches import SearchConfig, bound_config, chosen_theorems
from holdfast.core.errors import UserError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.v"
    path.write_text("".join(f"Lemma t{n} : True.\nQed.\n" for n in range(20)), encoding="utf-8")
    return path


def test_a_sample_is_drawn_by_its_seed_and_keeps_the_order_of_the_list(file: Path) -> None:
    def names(**more: int) -> list[str]:
        return [theorem.name for theorem in chosen_theorems(SearchConfig(theorems=(file, file), **more))]

    assert names() == [f"t{n}" for n in range(20)]
    drawn = names(sample=6, seed=1)
    assert len(drawn) == 6
    assert drawn == sorted(drawn, key=lambda name: int(name[1:]))
    assert drawn == names(sample=6, seed=1) != names(sample=6, seed=2)
    assert names(sample=6, seed=1, max_theorems=2) == drawn[:2]
    with pytest.raises(UserError, match="--theorems"):
        chosen_theorems(SearchConfig())


def test_a_store_is_bound_to_how_is_searched_and_to_what_was_learned(file: Path, tmp_path: Path) -> None:
    theorems = chosen_theorems(SearchConfig(theorems=(file,)))
    pairs = tmp_path / "pairs.jsonl"
    config = ProverConfig(pairs=pairs)
    pairs.write_text("one", encoding="utf-8")
    bound = bound_config(config, theorems)
    assert bound == bound_config(config, theorems)
    assert bound != bound_config(config, theorems[1:])
    assert bound != bound_config(config.model_copy(update={"nodes": 3}), theorems)
    pairs.write_text("two", encoding="utf-8")
    assert bound != bound_config(config, theorems)


def test_a_model_that_is_named_is_asked() -> None:
    assert ProverConfig().proposer == "knn"
    assert ProverConfig(model="replay:x").proposer == "mixed"
    assert ProverConfig(model="replay:x", proposer="knn").proposer == "knn"
