"""The acts of an iteration, each by the library that its command is made of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from holdfast import __version__
from holdfast.apps.evaluating import EvalConfig, Measured, evaluate, measured
from holdfast.apps.iteration.config import IterateConfig
from holdfast.apps.iteration.policies import tune
from holdfast.apps.iteration.records import Evaluated, Gathered, Knowledge, Searched, Trained
from holdfast.apps.iteration.values import train_value
from holdfast.apps.prover import ProverConfig, make_prover
from holdfast.apps.search_progress import SearchProgress
from holdfast.apps.searches import bound_config
from holdfast.apps.taught import Taught, write_taught
from holdfast.core.seams import EventSink, Executor
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.comparison import compare
from holdfast.evaluation.outcomes import Evaluation, standings
from holdfast.evaluation.result_file import read_evaluation, to_json
from holdfast.models.prompts import LANGUAGES
from holdfast.pipelines.search_all import remaining, search_all
from holdfast.pipelines.theorems import Theorem
from holdfast.pipelines.trajectory_store import open_store, read_theorems
from holdfast.runtime.runs import publish
from holdfast.training.pairs import read_pairs

__all__ = ["RealActs"]

_STORE = "trajectories.parquet"


@dataclass(frozen=True, slots=True)
class RealActs:
    """Fills `Acts`."""

    config: IterateConfig
    learning: Sequence[Theorem]
    """The theorems to learn from."""
    held_out: Sequence[Theorem]
    executor: Executor
    cache: Path
    sink: EventSink

    async def search(self, folder: Path, knowledge: Knowledge, before: Sequence[Path]) -> Searched:
        """Search the theorems to learn from: those that no iteration before has proved, or all."""
        known = {record.key for record in read_theorems(before) if record.status == "proved"}
        if self.config.search.again == "all":
            known = set()
        wanted = [theorem for theorem in self.learning if theorem.key not in known]
        prover = self._prover(knowledge, self.config.search.budget_s, self.config.search.nodes)
        records = await self._searched(folder / _STORE, wanted, prover)
        counts = {
            status: sum(record.status == status for record in records)
            for status in ("proved", "not_found", "undecided")
        }
        return Searched(
            store=folder / _STORE,
            asked=len(wanted),
            errors=len(wanted) - sum(counts.values()),
            cpu_s=round(sum(record.cpu_s for record in records), 3),
            tokens=sum(record.tokens for record in records),
            **counts,
        )

    async def gather(self, folder: Path, stores: Sequence[Path]) -> Gathered:
        """The steps of audited proofs; what has none, or leaves a hole, is refused by its file and name."""
        languages = {record.key: record.language for record in read_theorems(stores)}
        steps: list[Taught] = []
        refused: dict[str, str] = {}
        spoken = set(languages.values())
        for language in (each for each in LANGUAGES if each in spoken):
            found = read_pairs(stores, language=language)
            refused |= {f"{each.file}:{each.theorem}": each.reason for each in found.tainted}
            steps += [
                Taught(
                    theorem=pair.theorem,
                    file=pair.file,
                    state=pair.state,
                    tactic=pair.tactic,
                    depth=pair.depth,
                    language=language,
                )
                for pair in found.pairs
                if languages.get((pair.file, pair.theorem)) == language
            ]
        write_taught(folder / "pairs.jsonl", steps)
        theorems = len({(step.file, step.theorem) for step in steps})
        return Gathered(pairs=folder / "pairs.jsonl", theorems=theorems, steps=len(steps), refused=refused)

    async def train(self, folder: Path, gathered: Gathered, stores: Sequence[Path]) -> Trained:
        """Neighbours, a value function and a fine-tuned model, as far as they are wanted."""
        notes = []
        pairs = gathered.pairs if self.config.train.pairs else None
        if pairs is not None:
            notes.append(f"{gathered.steps} steps of {gathered.theorems} audited proofs are neighbours")
        value = None
        if self.config.train.value:
            learned = await train_value(folder / "value", stores, self.config.value, self.sink)
            notes.append(learned.sentence)
            value = learned.folder
        model = self.config.search.model
        if self.config.policy.base is not None:
            tuned = await tune(folder / "policy", gathered.pairs, self.config.policy)
            notes.append(tuned.sentence)
            model = tuned.spec
        knowledge = Knowledge(pairs=pairs, value=value, model=model)
        return Trained(knowledge=knowledge, notes=tuple(notes))

    async def evaluate(self, folder: Path, knowledge: Knowledge) -> Evaluated:
        """One search of each held-out theorem with the largest budgets, which tells of all smaller ones."""
        file = folder / "eval.json"
        progress = SearchProgress(self.sink, title="eval")
        job = Measured(
            config=self._eval_config(knowledge),
            theorems=self.held_out,
            output=file,
            executor=self.executor,
            cache=self.cache,
            report=progress.take,
            began=progress.begin,
        )
        await evaluate(job, resume=True)
        progress.end()
        evaluation = measured(job)
        content = to_json(evaluation, timestamp=datetime.now(UTC).isoformat(), version=__version__)
        publish(file, json.dumps(content).encode() + b"\n")
        return _evaluated(evaluation, file)

    def _eval_config(self, knowledge: Knowledge) -> EvalConfig:
        own = self.config.eval
        budget_s = own.budget_s or self.config.search.budget_s
        prover = self._prover(knowledge, budget_s, None).model_dump(exclude={"nodes"})
        # Where budgets are in steps only, CPU seconds merely protect.
        cpu_budgets = own.cpu_budgets or (() if own.budgets else (budget_s,))
        return EvalConfig(**prover, budgets=own.budgets, cpu_budgets=cpu_budgets)

    def p_value(self, baseline: Evaluated, experiment: Evaluated) -> float:
        """McNemar's, at the largest budget."""
        return compare(read_evaluation(baseline.file), read_evaluation(experiment.file)).headline.p_value

    def _prover(self, knowledge: Knowledge, budget_s: float, nodes: int | None) -> ProverConfig:
        search = self.config.search
        return ProverConfig(
            budget_s=budget_s,
            nodes=nodes,
            # A model that was fine-tuned here is asked beside the embedded proposers, unless alone.
            proposer="mixed" if knowledge.model and search.proposer == "knn" else search.proposer,
            model=knowledge.model,
            pairs=knowledge.pairs,
            value=knowledge.value,
            learn_s=search.learn_s,
            seed=search.seed,
        )

    async def _searched(
        self, store: Path, theorems: Sequence[Theorem], prover: ProverConfig
    ) -> list[TheoremRecord]:
        """Search what is not searched yet; the last record of each theorem."""
        progress = SearchProgress(self.sink, title="search")
        with open_store(store, bound_config(prover, theorems), resume=True) as writer:
            left = remaining(theorems, writer)
            known = {theorem.key for theorem in theorems} - {theorem.key for theorem in left}
            done = [record for key, record in writer.theorems.items() if key in known]
            progress.begin(1, len(theorems), done)
            await search_all(
                left,
                executor=self.executor,
                make_worker=make_prover(prover, digest=writer.digest, cache=self.cache),
                writer=writer,
                report=progress.take,
            )
            progress.end()
            return list(writer.theorems.values())


def _evaluated(evaluation: Evaluation, file: Path) -> Evaluated:
    """What gates ask of a measurement, at the largest budget of its first unit."""
    first = evaluation.limits[0].unit
    standing = [each for each in standings(evaluation) if each.limit.unit == first][-1]
    records = [record for each in evaluation.tried for record in each.searches]
    return Evaluated(
        file=file,
        solved=standing.solved,
        total=standing.total,
        low=standing.interval.low,
        high=standing.interval.high,
        errors=sum(each.status not in {"proved", "not_found"} for each in evaluation.tried),
        cpu_s=round(sum(record.cpu_s for record in records), 3),
        tokens=sum(record.tokens for record in records),
    )
