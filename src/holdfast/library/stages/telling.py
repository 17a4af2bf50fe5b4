"""What an experiment came to, as the files that people read; each is made from finished steps alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from holdfast.library.plain import to_plain
from holdfast.library.reading import in_both
from holdfast.library.records import Candidate, Refusal
from holdfast.library.stages.discovery import uncovered
from holdfast.library.stages.findings import Findings
from holdfast.library.stages.ideas import Idea, Proposal, instructions_of
from holdfast.library.stages.keeping import keep, package
from holdfast.library.stages.scoring import comparisons, scored, usability
from holdfast.library.stages.texts import length
from holdfast.library.stages.tree import STAGES, drop, finished, put, put_json, put_sources, read_json
from holdfast.library.stages.validation import budget, kind_of
from holdfast.pipelines.step_files import file_name

__all__ = ["tell", "tell_library"]


def tell(stage: int, found: Findings) -> None:
    """Write the files of a stage; the summary comes last. Raises StorageError.

    Where it says something else than before, the stages behind it are not finished any more.
    """
    folder = found.stages.folder / STAGES[stage]
    path = folder / f"stage{stage}_summary.json"
    before = read_json(path)
    told = {"stage": stage, **_TELL[stage](folder, found), "measures": dict(found.measures(stage))}
    if before is not None and to_plain(told) != before:
        for later in range(stage, max(STAGES) + 1):
            drop(found.stages.folder / STAGES[later] / f"stage{later}_summary.json")
    put_json(path, told)


def tell_library(found: Findings, last: int) -> None:
    """Make a version of the library that a run up to a stage has come to. Raises as `keep`."""
    stages, grown = found.stages, found.grown
    if last < max(STAGES) and max(STAGES) in finished(stages.folder):
        return
    tried = {key: (program, True) for key, program in grown.programs.items()}
    latest = list(found.arms.values())[-1:]
    tried |= {
        each.task: (each.program, each.held)
        for tested in latest
        for each in tested
        if each.program is not None
    }
    keep(stages.folder, grown, f"stages 0 to {last}", tried)


def _begin(folder: Path, found: Findings) -> Mapping[str, object]:
    put_sources(folder / "minimal_lib", found.grown.library)
    defects = {
        "train": to_plain(found.train.defects),
        "validation": to_plain(found.validation.defects),
    }
    repeated = in_both(found.train, found.validation)
    put_json(folder / "defects.json", {**defects, "validation_tasks_in_training": repeated})
    return {
        "domain": found.stages.adapter.name,
        "train_tasks": len(found.train.tasks),
        "train_instructions": len(instructions_of(found.train.tasks)),
        "validation_tasks": len(found.validation.tasks),
        "validation_instructions": len(instructions_of(found.validation.tasks)),
        "validation_tasks_in_training": len(repeated),
        "defects": sum(map(len, defects.values())),
        "held_out_tasks": len(found.held_out.tasks),
        "programs": len(found.grown.programs) + len(found.held_out.programs),
        "program_tokens": _program_tokens(found),
        "foundation_tokens": _tokens(found),
    }


def _discover(folder: Path, found: Findings) -> Mapping[str, object]:
    _put_candidates(folder / "candidates.json", found.candidates)
    figures: dict[str, object] = {
        "candidates": len(found.candidates),
        "proposers": dict(Counter(each.proposer for each in found.candidates)),
    }
    discovered = found.discovered
    if discovered is None:
        return figures
    shown = instructions_of(found.learners)
    least = found.stages.settings.min_tasks
    for key, proposal in discovered.batches.items():
        put(folder / f"{key}_summary.md", _proposal_text(key, proposal, least))
        put_json(folder / f"{key}_summary.json", to_plain(proposal))
    for key, proposal in discovered.merges.items():
        put(folder / f"meta_summary_{key}.md", _proposal_text(key, proposal, least))
        put_json(folder / f"meta_summary_{key}.json", to_plain(proposal))
    put(folder / "api_proposal_v1.md", _proposal_text("API proposal, version 1", discovered.proposal, least))
    built = Proposal(discovered.proposal.common(least))
    left, unserved = uncovered(built, shown), set(uncovered(discovered.proposal, shown))
    put_json(
        folder / "coverage_report.json",
        {
            "instructions": len(shown),
            "covered": len(shown) - len(left),
            "uncovered": [key for key in left if key in unserved],
            "by_rare_functions_only": [key for key in left if key not in unserved],
            "unread": list(discovered.unread),
            "failed_batches": dict(discovered.failed),
        },
    )
    return figures | {
        "batches": len(discovered.batches) + len(discovered.failed),
        "failed_batches": len(discovered.failed),
        "functions": len(discovered.proposal.common(least)),
        "rare": len(discovered.proposal.rare(least)),
        "left_out": len(discovered.proposal.left_out),
        "instructions": len(shown),
        "covered": len(shown) - len(left),
    }


def _refine(folder: Path, found: Findings) -> Mapping[str, object]:
    least = found.stages.settings.min_tasks
    for number, refined in enumerate(found.rounds, 2):
        text = _proposal_text(f"API proposal, version {number}", refined.proposal, least)
        changes = "\n".join(f"- {each.action} `{each.name}`: {each.why}" for each in refined.changes)
        put(folder / f"api_proposal_v{number}.md", f"{text}\n## Changes\n\n{changes or 'None.'}\n")
    for number, tried in enumerate(found.tried, 1):
        put_json(folder / f"tried_{number}.json", to_plain(tried))
    final = _proposal_text("API proposal, as it is built", found.proposal, least)
    put(folder / "api_proposal_final.md", final + _candidates_text(found.candidates))
    used = Counter[str]()
    for tried in found.tried:
        used.update(tried.uses)
    return {
        "rounds": max(len(found.rounds), len(found.tried)),
        "changes": sum(len(each.changes) for each in found.rounds),
        "unusable_answers": sum(bool(each.problem) for each in found.rounds),
        "unused_on_fresh_tasks": sorted(name for name, count in used.items() if not count),
        "wrong_on_fresh_tasks": sorted({key for each in found.tried for key in each.wrong}),
        "functions": len(found.proposal.common(least)),
    }


def _implement(folder: Path, found: Findings) -> Mapping[str, object]:
    grown = found.grown
    _put_library(folder, found)
    return {
        "functions": [each.name for each in grown.accepted],
        "refused": _by_rule(grown.refusals),
        "tokens": {"library": _tokens(found), "programs": _program_tokens(found)},
    }


def _put_library(folder: Path, found: Findings) -> None:
    grown, stages = found.grown, found.stages
    foundation = stages.adapter.foundation()
    package(folder / "generated_lib", stages.folder.name, grown, foundation, stages.blank)
    _put_candidates(folder / "functions.json", grown.accepted)
    put_json(folder / "refusals.json", {"refusals": to_plain(grown.refusals)})
    put_json(folder / "programs.json", to_plain(dict(grown.programs)))


def _document(folder: Path, found: Findings) -> Mapping[str, object]:
    documented = found.documented
    assert documented is not None
    put(folder / "api_documentation.md", documented.api)
    put(folder / "system_prompt.md", documented.system_prompt)
    put_json(folder / "lint.json", {"faults": to_plain(documented.faults)})
    return {
        "programs_shown": list(documented.shown),
        "faults": len(documented.faults),
        "tokens": found.stages.adapter.cost(documented.system_prompt),
    }


def _validate(folder: Path, found: Findings) -> Mapping[str, object]:
    _put_validation(folder, found)
    return {
        "shows": kind_of(found.stages),
        "tasks": len(found.validation.tasks),
        "exact": {name: sum(each.held for each in tested) for name, tested in found.arms.items()},
    }


def _put_validation(folder: Path, found: Findings) -> None:
    adapter, tasks = found.stages.adapter, found.validation.tasks
    settings = found.stages.settings
    report = {name: scored(adapter, tasks, tested, settings.seed) for name, tested in found.arms.items()}
    use = {name: usability(adapter, found.libraries[name], tested) for name, tested in found.arms.items()}
    put_json(
        folder / "validation_report.json",
        {
            "shows": kind_of(found.stages),
            "budget_of_a_task": budget(found.stages),
            "arms": report,
            "comparisons": to_plain(comparisons(adapter, tasks, found.arms, settings.seed)),
            "reference_refusals": to_plain(found.reference_refusals),
        },
    )
    put_json(folder / "usability_metrics.json", {"arms": use, "library_tokens": _tokens(found)})
    for name, tested in found.arms.items():
        for each in tested:
            if not each.held:
                put_json(
                    folder / "failed_samples" / name / file_name(each.task).removesuffix("l"), to_plain(each)
                )


def _extend(folder: Path, found: Findings) -> Mapping[str, object]:
    extended = found.extended
    assert extended is not None
    cycles = to_plain(extended.cycles)
    put_json(folder / "extension_report.json", {"cycles": cycles, "stopped": extended.stopped})
    _put_library(folder, found)
    put(folder / "api_documentation.md", extended.documented.api)
    put(folder / "system_prompt.md", extended.documented.system_prompt)
    _put_validation(folder, found)
    return {
        "cycles": len(extended.cycles),
        "kept": sum(each.kept for each in extended.cycles),
        "stopped": extended.stopped,
        "functions": [each.name for each in extended.grown.accepted],
        "tokens": {"library": _tokens(found), "programs": _program_tokens(found)},
    }


_TELL: Mapping[int, Callable[[Path, Findings], Mapping[str, object]]] = {
    0: _begin,
    1: _discover,
    2: _refine,
    3: _implement,
    4: _document,
    5: _validate,
    6: _extend,
}


def _tokens(found: Findings) -> int:
    return sum(found.stages.adapter.cost(text) for text in found.grown.library.files.values())


def _program_tokens(found: Findings) -> int:
    return sum(length(found.stages.adapter, each) for each in found.grown.programs.values())


def _by_rule(refusals: Iterable[Refusal]) -> dict[str, int]:
    return dict(sorted(Counter(each.rule for each in refusals).items()))


def _put_candidates(path: Path, candidates: Sequence[Candidate]) -> None:
    put_json(path, {"functions": to_plain(tuple(candidates))})


def _proposal_text(title: str, proposal: Proposal, least: int) -> str:
    parts = [f"# {title}", *(_idea_text(each) for each in proposal.common(least))]
    if rare := proposal.rare(least):
        parts += [f"# Rare: asked for by fewer than {least} tasks", *(_idea_text(each) for each in rare)]
    if proposal.left_out:
        left = "\n".join(f"- `{each.name}`: {each.why}" for each in proposal.left_out)
        parts.append(f"# Left out\n\n{left}")
    return "\n\n".join(parts) + "\n"


def _idea_text(idea: Idea) -> str:
    told = f"Asked for by {len(idea.support)} instructions of {len(idea.tasks)} tasks"
    return f"## `{idea.name}{idea.signature}`\n\n{idea.purpose}\n\n{told}: {', '.join(idea.support)}."


def _candidates_text(candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return ""
    lines = [
        f"- `{each.name}` ({each.proposer}): {len(each.support)} tasks, {each.expected_gain} tokens"
        for each in candidates
    ]
    return "\n# Found without a model\n\n" + "\n".join(lines) + "\n"
