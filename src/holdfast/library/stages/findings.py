"""What an experiment has found so far, stage by stage."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from holdfast.library.plain import to_plain
from holdfast.library.records import Candidate, Loaded, Program, Refusal, Sources, Task
from holdfast.library.stages.corpus import Known
from holdfast.library.stages.discovery import Discovered
from holdfast.library.stages.documentation import Documented
from holdfast.library.stages.extension import Extended
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.ideas import Proposal
from holdfast.library.stages.keeping import ByHand
from holdfast.library.stages.refinement import Refined, Tried
from holdfast.library.stages.stepping import Stages, digest
from holdfast.library.stages.validation import Arm, Tested

__all__ = ["Findings"]


@dataclass(kw_only=True)
class Findings:
    """Filled in from the first stage to the last."""

    stages: Stages
    train: Loaded
    validation: Loaded
    grown: Grown = field(default_factory=lambda: Grown(Sources("", {})))
    """The library as far as it is."""
    candidates: tuple[Candidate, ...] = ()
    """What the proposers without a model propose."""
    by_hand: ByHand = field(default_factory=ByHand)
    discovered: Discovered | None = None
    """What a model found; None without one."""
    proposal: Proposal = field(default_factory=Proposal)
    """Its last version."""
    rounds: list[Refined] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    documented: Documented | None = None
    arms: dict[str, tuple[Tested, ...]] = field(default_factory=dict)
    """What the validation tasks came to, by arm."""
    libraries: dict[str, Arm] = field(default_factory=dict)
    """What they were tried with, by arm."""
    reference_refusals: tuple[Refusal, ...] = ()
    """Functions of the reference library that could not enter."""
    extended: Extended | None = None

    held_out: Known = field(default_factory=lambda: Known({}, {}, Sources("", {}), ""))
    """Training tasks that nothing is proposed from: a function may not make them worse."""

    @cached_property
    def learning(self) -> Mapping[str, Task]:
        """The training tasks that functions are proposed from, by key."""
        return {task.key: task for task in self.train.tasks if task.group not in self._kept_apart}

    @property
    def learners(self) -> tuple[Task, ...]:
        """The same in a row."""
        return tuple(self.learning.values())

    @cached_property
    def mark(self) -> str:
        """A digest of them."""
        return digest(to_plain(self.learners))

    @cached_property
    def _kept_apart(self) -> frozenset[str]:
        groups = sorted({task.group for task in self.train.tasks})
        count = int(len(groups) * self.stages.settings.held_out)
        return frozenset(random.Random(self.stages.settings.seed).sample(groups, count))  # noqa: S311

    def begin(self, foundation: Sources, programs: Mapping[str, Program]) -> None:
        """Begin with the programs of training tasks that hold."""
        apart = {task.key: task for task in self.train.tasks if task.key not in self.learning}
        self.held_out = Known(
            apart,
            {key: each for key, each in programs.items() if key in apart},
            foundation,
            digest(to_plain(tuple(apart.values()))),
        )
        learned = {key: each for key, each in programs.items() if key in self.learning}
        self.grown = Grown(foundation, programs=learned)

    def measures(self, stage: int) -> Mapping[str, float]:
        """What the steps of a stage took, summed."""
        totals: dict[str, float] = {}
        for name, output in self.stages.outputs.items():
            if name.startswith(f"{stage}-"):
                for key, value in output.measures.items():
                    totals[key] = totals.get(key, 0.0) + value
        return totals
