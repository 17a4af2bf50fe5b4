"""Theorems as an environment for reinforcement learning, in the form of a package for `verifiers`.

The package needs `verifiers` and the command `holdfast`, in whichever environments they live: a proof is
judged by the audit, in a process of its own.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from holdfast.core.documents import Hole, Source
from holdfast.core.errors import UserError

__all__ = ["EnvironmentTask", "environment_files", "make_task"]

_PROMPT = (
    "Prove this theorem in Rocq (Coq). The proof is checked in the file that is given here, at the place that"
    " is marked; what stands behind it is not shown. Answer with the tactics alone, in one block of code,"
    " without `Proof.` and `Qed.`\n\n```coq\n{text}\n(* the proof *)\n```\n"
)
_LONGEST_BEFORE = 6_000
"""Characters of the file before the proof that a model is shown: the last ones, from the start of a line."""
_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentTask:
    """One theorem to prove."""

    file: str
    theorem: str
    before: str
    after: str
    gold: str

    def to_json(self) -> Mapping[str, str]:
        """The line that the package reads."""
        return {
            "id": f"{self.file}:{self.theorem}",
            "name": self.theorem,
            "theorem": self.theorem,
            "prompt": _PROMPT.replace("{text}", _shown(self.before)),
            "before": self.before,
            "after": self.after,
            "gold": self.gold,
        }


def make_task(source: Source, hole: Hole) -> EnvironmentTask:
    """The theorem of a hole (of kind NAMED) as a task; its proof becomes what validation tries."""
    gold = source.text[hole.start : hole.end].strip()
    return EnvironmentTask(
        file=source.name,
        theorem=hole.name,
        before=source.text[: hole.start],
        after=source.text[hole.end :],
        gold=re.sub(r"\s*\b(?:Qed|Defined|Admitted)\s*\.\Z", "", gold),
    )


def _shown(before: str) -> str:
    """The end of a text, from the start of a line; a theorem's own statement always stands there."""
    if len(before) <= _LONGEST_BEFORE:
        return before.strip()
    cut = before.find("\n", len(before) - _LONGEST_BEFORE)
    return before[max(cut, len(before) - _LONGEST_BEFORE) :].strip()


def environment_files(name: str, tasks: Iterable[EnvironmentTask]) -> Mapping[str, str]:
    """The files of a package called `name`, by path. Raises UserError where that is no name of a package."""
    if _NAME.fullmatch(name) is None:
        raise UserError(f"{name} cannot be the name of a package: write small letters, digits and hyphens")
    package = name.replace("-", "_")
    lines = [json.dumps(task.to_json(), ensure_ascii=False) + "\n" for task in tasks]
    return {
        "pyproject.toml": _template("pyproject.toml").replace("{name}", name).replace("{package}", package),
        f"{package}/__init__.py": (
            f'"""Theorems whose proofs Holdfast audits."""\n\nfrom {package}.taskset import ProofTaskset\n\n'
            '__all__ = ["ProofTaskset"]\n'
        ),
        f"{package}/taskset.py": _template("taskset.py"),
        f"{package}/tasks.jsonl": "".join(lines),
    }


def _template(name: str) -> str:
    folder = resources.files("holdfast.training").joinpath("environment")
    return folder.joinpath(f"{name}.txt").read_text(encoding="utf-8")
