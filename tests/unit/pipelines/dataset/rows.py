"""Rows of a dataset, made by hand."""

from holdfast.pipelines.dataset.records import EvaluatedStep, EvaluatedTheorem, Premise

__all__ = ["premise", "step", "theorem"]


def premise(name: str, kind: str = "thm", *, type: str = "", info: str = "") -> Premise:
    return Premise(name=name, kind=kind, type=type, info=info)


def step(
    chain: str, before: tuple[str, ...], after: tuple[str, ...], *premises: Premise, elsewhere: int = 0
) -> EvaluatedStep:
    return EvaluatedStep(
        chain=chain,
        kind="command",
        goals_before=before,
        goals_after=after,
        left=len(after) + elsewhere,
        premises=premises,
        notations=(),
    )


def theorem(name: str, *steps: EvaluatedStep, statement: str = "", **more: object) -> EvaluatedTheorem:
    lines = tuple(each.chain for each in steps)
    library = name.rpartition(".")[0]
    record = {
        "name": name,
        "library": library,
        "file": f"{library.replace('.', '/')}.v",
        "licence": "CeCILL-B",
        "kind": "Lemma",
        "statement": statement or f"Lemma {name.rpartition('.')[2]} : True.",
        "proof": " ".join(("Proof.", *lines, "Qed.")),
        "start": 0,
        "proof_start": 10,
        "end": 100,
        "line": 0,
        "character": 0,
        "body": lines,
        "ending": "Qed.",
        "modules": (),
        "sections": (),
        "docstring": "",
        "lines": lines,
        "origins": tuple(range(len(lines))),
        "haves": (),
        "refused": "",
        "initial_goal": steps[0].goals_before[0] if steps else "",
        "statement_premises": (),
        "statement_notations": (),
        "evaluation": steps,
    }
    return EvaluatedTheorem.model_validate(record | more)
