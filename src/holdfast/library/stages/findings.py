"""What an experiment has found so far, stage by stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.library.records import Candidate, Loaded, Sources, Task
from holdfast.library.stages.discovery import Discovered
from holdfast.library.stages.documentation import Documented
from holdfast.library.stages.extension import Extended
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.ideas import Proposal
from holdfast.library.stages.refinement import Refined, Tried
from holdfast.library.stages.stepping import Stages
from holdfast.library.stages.validation import Tested

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
    discovered: Discovered | None = None
    """What a model found; None without one."""
    proposal: Proposal = field(default_factory=Proposal)
    """Its last version."""
    rounds: list[Refined] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    documented: Documented | None = None
    arms: dict[str, tuple[Tested, ...]] = field(default_factory=dict)
    """What the validation tasks came to, by arm."""
    extended: Extended | None = None

    @property
    def tasks(self) -> Mapping[str, Task]:
        """The training tasks by key."""
        return {task.key: task for task in self.train.tasks}

    def measures(self, stage: int) -> Mapping[str, float]:
        """What the steps of a stage took, summed."""
        totals: dict[str, float] = {}
        for name, output in self.stages.outputs.items():
            if name.startswith(f"{stage}-"):
                for key, value in output.measures.items():
                    totals[key] = totals.get(key, 0.0) + value
        return totals
