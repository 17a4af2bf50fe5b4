"""The embedded proposers for Lean: neighbours, automation, and moves that a goal's form suggests."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.steps import Proposal, RefusalReason, Refused, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed
from holdfast.models.automation import AutomationProposer, Tactic
from holdfast.models.knn import KnnProposer
from holdfast.models.mixture import MixtureProposer
from holdfast.models.shards import Shard

__all__ = ["LeanForms", "make_learner"]

_AUTOMATION = (
    Tactic("rfl", 0.12, 0.002),
    Tactic("assumption", 0.10, 0.001),
    Tactic("simp", 0.25, 0.02),
    Tactic("omega", 0.20, 0.02),
    Tactic("trivial", 0.08, 0.002),
    Tactic("contradiction", 0.06, 0.001),
    Tactic("decide", 0.06, 0.01),
    Tactic("simp_all", 0.20, 0.05),
    Tactic("simp at *", 0.05, 0.03),
    Tactic("norm_num", 0.12, 0.03),
    Tactic("ring", 0.08, 0.03),
    Tactic("linarith", 0.10, 0.05),
    Tactic("positivity", 0.04, 0.02),
    Tactic("tauto", 0.08, 0.05),
    Tactic("grind", 0.20, 0.10),
    Tactic("aesop", 0.15, 0.20),
    Tactic("nlinarith", 0.04, 0.40),
    Tactic("constructor <;> assumption", 0.05, 0.002),
    Tactic("constructor <;> simp_all", 0.04, 0.05),
    Tactic("intros; assumption", 0.04, 0.002),
    Tactic("subst_vars; rfl", 0.03, 0.004),
)
"""Tactics of Lean's core and of Mathlib; those that are not loaded are found out by offering them."""
_WORD = re.compile(r"[^\W\d][\w.']*")
_DATA = re.compile(r"(?:Nat|ℕ|Int|ℤ|Bool|Fin\b|List\b|Array\b|Option\b|Finset\b|String|[A-Z]\w*)(?:$|[ .])")
_KNOWN = 64
"""How many of the theorems nearest to a goal are offered."""
_LATEST = 2_000


class LeanForms:
    """Moves that a goal's form suggests, and theorems that speak of the same things; fills `Learner`."""

    def __init__(self) -> None:
        self._theorems: dict[str, frozenset[str]] = {}
        self._unknown: set[str] = set()

    def learn(self, item: Observed | Declared) -> None:
        """Take in a theorem; what it is about are the words of its statement."""
        if isinstance(item, Declared) and item.kind == "theorem":
            if len(self._theorems) >= _LATEST:
                self._theorems.pop(next(iter(self._theorems)))
            self._theorems[item.name] = frozenset(_WORD.findall(item.statement)) - {item.name, "theorem"}

    def judged(self, step: JudgedStep) -> None:
        """A tactic that Lean does not know is not offered again."""
        if isinstance(step.verdict, Refused) and step.verdict.reason is RefusalReason.SYNTAX:
            self._unknown.add(step.proposal.step.text.partition(" ")[0])

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Likeliest first, each once."""
        if not goal.subgoals:
            return []
        found: dict[str, float] = {}
        for text, chance in self._moves(goal.subgoals[0]):
            if text.partition(" ")[0] not in self._unknown:
                found[text] = max(found.get(text, 0.0), chance)
        likeliest = sorted(found.items(), key=lambda pair: -pair[1])[:count]
        return [Proposal(Step(text), math.log(chance), "forms") for text, chance in likeliest]

    def _moves(self, subgoal: Subgoal) -> Iterator[tuple[str, float]]:
        yield from _on_conclusion(subgoal)
        hidden = [name for each in subgoal.hypotheses for name in each.names if name.endswith("✝")]
        if hidden:
            names = " ".join(_fresh(subgoal, len(hidden)))
            yield f"rename_i {names}", 0.10
        for age, hypothesis in enumerate(reversed(subgoal.hypotheses)):
            for name in hypothesis.names:
                if not name.endswith("✝"):
                    yield from _on_hypothesis(name, hypothesis, subgoal, 0.97**age)
        yield from self._premises(subgoal)

    def _premises(self, subgoal: Subgoal) -> Iterator[tuple[str, float]]:
        about = set(_WORD.findall(subgoal.conclusion))
        ranked = sorted(
            ((len(about & words) / (1 + len(about | words)), name) for name, words in self._theorems.items()),
            key=lambda pair: -pair[0],
        )
        for share, name in ranked[:_KNOWN]:
            if share > 0.0:
                yield f"exact {name} ..", 0.01 * share
                yield f"apply {name}", 0.10 * share
                yield f"rw [{name}]", 0.06 * share
                yield f"rw [← {name}]", 0.02 * share
                yield f"simp [{name}]", 0.05 * share


def make_learner(shards: Iterable[Shard] = ()) -> MixtureProposer:
    """All of them together, taught what the shards hold."""
    return MixtureProposer(
        {
            "knn": KnnProposer(tuple(shards)),
            "automation": AutomationProposer(_AUTOMATION),
            "forms": LeanForms(),
        }
    )


def _on_conclusion(subgoal: Subgoal) -> Iterator[tuple[str, float]]:
    text = subgoal.conclusion
    head = _head(text)
    fresh = _fresh(subgoal, 1)[0]
    if head in {"→", "∀", "¬"}:
        yield f"intro {fresh}", 0.40
        yield "intros", 0.05
    if head in {"∧", "↔"}:
        yield "constructor", 0.40
    if head == "∨":
        yield "left", 0.15
        yield "right", 0.15
    if head == "∃":
        yield "constructor", 0.06
        yield "refine ⟨_, ?_⟩", 0.05
    if head == "=":
        yield "symm", 0.01
        yield "funext x", 0.01
        yield "congr 1", 0.02
    if "if " in text or "match " in text:
        yield "split", 0.10
    yield "constructor", 0.02
    yield "exfalso", 0.005
    yield "unfold " + (_WORD.findall(text) or ["id"])[0], 0.005


def _on_hypothesis(
    name: str, hypothesis: Hypothesis, subgoal: Subgoal, recent: float
) -> Iterator[tuple[str, float]]:
    kind = hypothesis.type
    head = _head(kind)
    if head in {"∧", "∃"}:
        first, second = _fresh(subgoal, 2)
        yield f"obtain ⟨{first}, {second}⟩ := {name}", 0.12 * recent
        yield f"cases {name}; rename_i {first} {second}", 0.20 * recent
        yield f"exact {name}.1", 0.10 * recent
        yield f"exact {name}.2", 0.10 * recent
    if head == "∨":
        yield f"cases {name} <;> rename_i {_fresh(subgoal, 1)[0]}", 0.40 * recent
    if head in {"=", "↔"}:
        yield f"rw [{name}]", 0.12 * recent
        yield f"rw [← {name}]", 0.04 * recent
    if head == "=":
        yield f"subst {name}", 0.06 * recent
        yield f"injection {name}", 0.01 * recent
    if head in {"→", "∀", "¬"}:
        yield f"apply {name}", 0.20 * recent
        yield f"exact {name} _", 0.02 * recent
        yield f"rw [{name}]", 0.03 * recent
    if _DATA.match(kind) and not head and kind not in _UNIVERSES:
        first, second = _fresh(subgoal, 2)
        yield f"induction {name} <;> try rename_i {first} {second}", 0.08 * recent
        yield f"cases {name}", 0.04 * recent
    if kind not in _UNIVERSES:
        yield f"exact {name}", 0.03 * recent
        yield f"simp [{name}]", 0.03 * recent
        yield f"simp at {name}", 0.01 * recent
        yield f"cases {name}", 0.01 * recent
        yield f"revert {name}", 0.004 * recent


_UNIVERSES = frozenset({"Prop", "Type", "Sort"})
_HEADS = ("→", "↔", "∨", "∧", "=")
"""Infixes, the one that binds least first."""
_BINDERS = ("∀", "∃", "¬")


def _head(text: str) -> str:
    """The connective on top of a proposition, empty where there is none of those that matter here."""
    if text.startswith(_BINDERS[:2]):
        return text[0]
    depth, seen = 0, set()
    for character in text:
        if character in "([{⟨":
            depth += 1
        elif character in ")]}⟩":
            depth -= 1
        elif depth == 0:
            seen.add(character)
    return next((each for each in _HEADS if each in seen), "¬" if text.startswith("¬") else "")


def _fresh(subgoal: Subgoal, count: int) -> list[str]:
    """Names that stand for nothing in the context yet."""
    taken = {name.removesuffix("✝") for each in subgoal.hypotheses for name in each.names}
    names = (f"h{number or ''}" for number in range(len(taken) + count + 1))
    return [name for name in names if name not in taken][:count]
