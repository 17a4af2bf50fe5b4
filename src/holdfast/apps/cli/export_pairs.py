"""`holdfast export-pairs`: the steps of audited proofs as pairs of a goal and a tactic."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from holdfast.apps.cli.files import check_target
from holdfast.apps.cli.output import ExitCode, Output, Report
from holdfast.runtime.lines import encode_line
from holdfast.runtime.runs import publish
from holdfast.training.proof_paths import ProofPaths, read_proof_paths

__all__ = ["Config", "run"]

_MOST_LISTED = 20
"""Refused proofs that are named to people; records have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What is exported, and where to."""

    trajectories: tuple[Path, ...]
    output: Path
    min_steps: int = 1
    all_proofs: bool = False


async def run(config: Config, output: Output) -> Report:
    """Write the pairs; proofs that nothing may be learned from are refused, counted and listed."""
    check_target(config.output)
    found = read_proof_paths(config.trajectories, min_steps=config.min_steps, all_proofs=config.all_proofs)
    lines = (encode_line(asdict(step)) for proof in found.proofs for step in proof)
    publish(config.output, b"".join(lines))
    for refusal in found.refused:
        output.result({"kind": "refused", **asdict(refusal)})
    summary: dict[str, object] = {
        "output": str(config.output),
        "pairs": sum(map(len, found.proofs)),
        "proofs": len(found.proofs),
        "theorems": len({(proof[0].file, proof[0].theorem) for proof in found.proofs}),
        "too_short": found.short,
        "refused": len(found.refused),
    }
    text = (
        f"{summary['pairs']} pairs of {summary['proofs']} proofs of {summary['theorems']} theorems"
        f" are in {config.output}"
    )
    short = f"; {found.short} proofs have fewer than {config.min_steps} steps" if found.short else ""
    return Report(ExitCode.ACHIEVED, summary, (*_refused(found), f"{text}{short}\n"))


def _refused(found: ProofPaths) -> tuple[Table | str, ...]:
    if not found.refused:
        return ()
    table = Table(title="refused", title_justify="left", box=None, header_style="bold")
    for title in ("theorem", "why"):
        table.add_column(title, overflow="fold")
    for refusal in found.refused[:_MOST_LISTED]:
        table.add_row(Text(f"{refusal.file}: {refusal.theorem}"), Text(refusal.reason))
    reasons = Counter(refusal.reason for refusal in found.refused)
    counts = "; ".join(f"{count}: {reason}" for reason, count in reasons.most_common())
    return (table, f"refused {len(found.refused)} ({counts})\n\n")
