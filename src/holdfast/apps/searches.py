"""What a search of a list of theorems is bound to, and the list itself."""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import Field

from holdfast.apps.prover import ProverConfig
from holdfast.apps.rocq.installed import library_finder
from holdfast.core.errors import UserError
from holdfast.models.prompts import Language
from holdfast.pipelines.theorems import Theorem, read_theorems_list

__all__ = ["SearchConfig", "bound_config", "bound_theorems", "chosen_theorems"]


class SearchConfig(ProverConfig):
    """How theorems are searched, which, and where trajectories go."""

    theorems: tuple[Path, ...] = ()
    language: Language = "lean"
    """Of statements in lists that do not say."""
    imports: tuple[str, ...] = ()
    """What such statements rest on, where their list does not say."""
    output: Path | None = None
    max_theorems: int | None = Field(default=None, ge=1)
    """Only so many, the first ones."""
    sample: int | None = Field(default=None, ge=1)
    """Only so many, drawn by `seed`, in their order."""

    def prover(self) -> ProverConfig:
        """What the workers need of it."""
        return ProverConfig(**{name: getattr(self, name) for name in ProverConfig.model_fields})


async def find_libraries(config: SearchConfig) -> Callable[[str], Path] | None:
    """What finds the sources of installed libraries, where a list may name some."""
    if any(path.suffix in {".json", ".jsonl"} for path in config.theorems):
        return await library_finder()
    return None


def chosen_theorems(config: SearchConfig, find_library: Callable[[str], Path] | None = None) -> list[Theorem]:
    """The theorems that are wanted, each once, in the order of the lists.

    Raises what `read_theorems_list` raises, UserError where no list is named.
    """
    if not config.theorems:
        raise UserError("name a list of theorems with --theorems")
    listed = {
        theorem.key: theorem
        for path in config.theorems
        for theorem in read_theorems_list(
            path, language=config.language, imports=config.imports, find_library=find_library
        )
    }
    found = list(listed.values())
    if config.sample is not None and config.sample < len(found):
        drawer = random.Random(config.seed)  # noqa: S311 - a repeatable draw, not a secret
        places = sorted(drawer.sample(range(len(found)), config.sample))
        found = [found[place] for place in places]
    return found[: config.max_theorems]


def bound_config(config: ProverConfig, theorems: Sequence[Theorem]) -> dict[str, object]:
    """What a store of these searches is bound to, as plain data: how is searched, and for what."""
    learned = {"pairs": config.pairs, "policy": config.policy, "value": config.value}
    return {
        "prover": config.model_dump(mode="json"),
        "theorems": bound_theorems(theorems),
        **{name: None if path is None else _digest(path) for name, path in learned.items()},
    }


def bound_theorems(theorems: Sequence[Theorem]) -> dict[str, object]:
    """A list of theorems as what a store is bound to: how many, and a digest of them and their sources."""
    told = sorted((*theorem.key, theorem.statement) for theorem in theorems)
    texts = sorted({(theorem.source.name, theorem.source.text) for theorem in theorems})
    digest = hashlib.sha256(json.dumps([told, texts]).encode()).hexdigest()
    return {"count": len(theorems), "sha256": digest}


def _digest(place: Path) -> str:
    """Of a file, or of all that is in a folder, so that a value that is trained anew is another one."""
    found = hashlib.sha256()
    files = [place] if place.is_file() else sorted(each for each in place.rglob("*") if each.is_file())
    for path in files:
        found.update(f"{path.relative_to(place)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()
