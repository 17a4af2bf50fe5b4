"""Which moves a Rocq goal's own form suggests, before anyone asks which of them is likely."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.core.goals import Hypothesis, Subgoal
from holdfast.models.premise_forms import read_form, symbols
from holdfast.models.rocq_terms import is_identifier, read_term, split_top

__all__ = ["Move", "moves"]

_YOUNGEST = 24
"""Hypotheses looked at; older ones are seldom what a step is about."""
_MAX_DISCRIMINEE = 30
"""Words of a term to distinguish cases on."""
_DATA = frozenset({"nat", "list", "bool", "option", "Z", "positive", "N", "prod", "sum", "*", "comparison"})
_SORTS = frozenset({"Type", "Set", "Prop", "->", "forall", "→"})
_BREAKABLE = frozenset(
    {"/\\", "\\/", "∧", "∨", "exists", "exists2", "<->", "False", "or", "and", "{", "sumbool", "+"}
)
_SHORT = 6
"""Most words of a type that is taken for one of data by its looks."""
_STUCK = 0.25
"""Least chance that what the first match or if of a goal is stuck at is taken apart next. In proofs of the
standard library about half of the steps at such goals do that."""
_INDUCTION = 0.25
"""Least chance of induction on one of the things that a goal speaks of, before any was begun."""
_CONSTRUCTOR = 0.12
"""Least chance of a constructor where an inductive predicate is to be shown."""
_INVERSION = 0.15
"""Least chance of inverting a hypothesis that says an inductive predicate of something built."""
_COMPUTING = 0.15
"""Least chance of `simpl` in a case of an induction."""
_HYPOTHESIS = 0.15
"""Least chance of a rewrite with an induction hypothesis whose left side may occur."""
_ORDERS = frozenset({"<=", "<"})
"""Notations of inductive predicates; where they stand for something else, the step is refused at once."""
_EQUAL = frozenset({"=", "==", "<->"})


@dataclass(frozen=True, slots=True)
class Move:
    """A step that fits the goal's form."""

    step: str
    kind: str
    """The kind that `step_kind` gives it, so that counts of real steps apply."""
    weight: float = 1.0
    """Its share among the moves of its kind; all weights are by hand."""
    floor: float = 0.0
    """The least chance that it is right, by the form of the goal alone."""


def moves(subgoal: Subgoal, predicates: Collection[str] = frozenset()) -> Iterator[Move]:
    """Every move that the form of a sequent suggests, always in the same order; some may come twice.

    Args:
        subgoal: the sequent.
        predicates: names, without modules, that are known as inductive predicates.
    """
    yield from _by_conclusion(subgoal)
    inside = _is_inside_induction(subgoal)
    yield from _always()
    yield from _by_discriminee(subgoal)
    derivations = _derivations(subgoal, predicates)
    yield from _by_induction(subgoal, derivations, inside=inside)
    yield from _by_derivation(subgoal, derivations, predicates)
    if inside:
        yield from _computing(subgoal)
    for hypothesis in reversed(subgoal.hypotheses[-_YOUNGEST:]):
        for name in reversed(hypothesis.names):
            yield from _by_hypothesis(name, hypothesis, subgoal)
    yield from _unfolds(subgoal)


def _is_inside_induction(subgoal: Subgoal) -> bool:
    return any(name.startswith("IH") for hypothesis in subgoal.hypotheses for name in hypothesis.names)


def _by_discriminee(subgoal: Subgoal) -> Iterator[Move]:
    """Cases of what a computation is stuck at; there is seldom another way on."""
    for at, term in enumerate(_discriminees(subgoal)):
        floor = _STUCK / (1 + at)
        yield Move(f"destruct {term} eqn:?", "destruct", 1.0, floor)
        yield Move(f"destruct {term}", "destruct", 0.5, 0.75 * floor)


def _by_induction(subgoal: Subgoal, derivations: Collection[str], *, inside: bool) -> Iterator[Move]:
    """Induction on what the conclusion speaks of or on a derivation, likely as long as none was begun."""
    words = read_term(subgoal.conclusion).words
    spoken = [
        name
        for hypothesis in subgoal.hypotheses[-_YOUNGEST:]
        for name in hypothesis.names
        if name in words and _is_data(hypothesis) and name not in derivations
    ]
    floor = _INDUCTION / max(len(spoken) + len(derivations), 1) / (8 if inside else 1)
    for name in (*derivations, *reversed(spoken)):
        yield Move(f"induction {name}", "induction H", 1.0, floor)
        others = _mentions(name, subgoal)
        if others:
            yield Move(f"revert {' '.join(others)}; induction {name}; intros", "revert H", 1.0, 0.3 * floor)


def _derivations(subgoal: Subgoal, predicates: Collection[str]) -> dict[str, Hypothesis]:
    """Hypotheses that say that an inductive predicate holds, by name."""
    return {
        name: hypothesis
        for hypothesis in subgoal.hypotheses[-_YOUNGEST:]
        for name in hypothesis.names
        if read_term(hypothesis.type).root in {*predicates, *_ORDERS} and not name.startswith("IH")
    }


def _by_derivation(
    subgoal: Subgoal, derivations: Mapping[str, Hypothesis], predicates: Collection[str]
) -> Iterator[Move]:
    """Constructors for the conclusion; what a derivation about something built must have come from."""
    if read_term(subgoal.conclusion).root in predicates:
        yield Move("constructor", "constructor", 1.0, _CONSTRUCTOR)
        yield Move("econstructor", "econstructor", 1.0, 0.5 * _CONSTRUCTOR)
    mine = {name for hypothesis in subgoal.hypotheses for name in hypothesis.names}
    for name, hypothesis in derivations.items():
        if read_term(hypothesis.type).root in _ORDERS:
            continue
        built = any(word not in mine and word not in "()" for word in read_term(hypothesis.type).words[1:])
        yield Move(f"inversion {name}; subst; clear {name}", "inversion H", 1.0, _INVERSION if built else 0.0)


def _is_data(hypothesis: Hypothesis) -> bool:
    """Whether a hypothesis seems to be of an inductive type: no sort, no function, no operator."""
    term = read_term(hypothesis.type)
    if term.root in _DATA:
        return True
    named = bool(term.words) and is_identifier(term.words[0]) and len(term.words) <= _SHORT
    return named and term.root not in _SORTS


def _by_conclusion(subgoal: Subgoal) -> Iterator[Move]:
    term = read_term(subgoal.conclusion)
    if term.root in {"forall", "->", "∀", "→", "~", "¬"} or term.root == "let":
        yield Move("intros", "intros", 2.0)
        yield Move("intro", "intro")
        yield Move("intros ?", "intros", 0.2)
        for name in term.binders[:4]:
            yield Move(f"induction {name}", "induction")
            yield Move(f"destruct {name}", "destruct", 0.3)
    if term.root in {"/\\", "∧", "<->", "↔", "*"}:
        yield Move("split", "split")
    if term.root in {"\\/", "∨", "or", "+", "{"}:
        yield Move("left", "left")
        yield Move("right", "right")
    if term.root in {"exists", "∃", "exists2", "{", "ex"}:
        yield Move("eexists", "eexists")
        yield from _witnesses(subgoal)
    if term.root in _EQUAL:
        yield Move("symmetry", "symmetry")
        yield Move("f_equal", "f_equal")
        yield Move("reflexivity", "reflexivity")


def _computing(subgoal: Subgoal) -> Iterator[Move]:
    """In a case of an induction: compute, and rewrite with what is known of the parts."""
    yield Move("simpl", "simpl", 1.0, _COMPUTING)
    about = [(name, hypothesis) for hypothesis in subgoal.hypotheses for name in hypothesis.names]
    known = [(name, hypothesis) for name, hypothesis in about if name.startswith("IH")]
    if any(not _is_data(hypothesis) for name, hypothesis in about if (name, hypothesis) not in known):
        yield Move("simpl in *", "simpl", 0.4, 0.75 * _COMPUTING)
    equations = [name for name, hypothesis in known if read_form(hypothesis.type).left is not None]
    if len(equations) == 1:
        yield Move(f"simpl; rewrite {equations[0]}", "simpl", 0.5, _COMPUTING / 2)
    elif equations:
        each = ", ".join(f"?{name}" for name in equations)
        yield Move(f"simpl; rewrite {each}", "simpl", 0.5, _COMPUTING)


def _witnesses(subgoal: Subgoal) -> Iterator[Move]:
    """What may be shown to exist: what there is, its successor, and the least things."""
    for hypothesis in reversed(subgoal.hypotheses[-6:]):
        yield Move(f"exists {hypothesis.names[-1]}", "exists H", 0.5)
        if read_term(hypothesis.type).root == "nat":
            yield Move(f"exists (S {hypothesis.names[-1]})", "exists H", 0.3)
    for least in ("0", "[]"):
        yield Move(f"exists {least}", "exists H", 0.3)


def _always() -> Iterator[Move]:
    for step in (
        "simpl",
        "constructor",
        "econstructor",
        "subst",
        "cbn",
        "exfalso",
        "split",
        "contradiction",
        "simpl in *",
        "discriminate",
        "assumption",
        "reflexivity",
    ):
        yield Move(step, step.split()[0], 1.0 if " " not in step else 0.4)


def _by_hypothesis(name: str, hypothesis: Hypothesis, subgoal: Subgoal) -> Iterator[Move]:
    term = read_term(hypothesis.type)
    if term.root in _SORTS and term.words[:1] in {("Type",), ("Set",), ("Prop",)}:
        return
    in_conclusion = name in read_term(subgoal.conclusion).words
    if (len(term.words) <= 4 and term.root in _DATA) or (in_conclusion and term.root not in _SORTS):
        weight = 1.0 if in_conclusion else 0.3
        yield Move(f"induction {name}", "induction H", weight)
        yield Move(f"destruct {name}", "destruct H", weight)
        return
    yield from _by_assumption(name, hypothesis.type, subgoal)


def _mentions(name: str, subgoal: Subgoal) -> list[str]:
    """Hypotheses that mention `name`, oldest first, when there are few."""
    found = [
        other
        for hypothesis in subgoal.hypotheses
        if name in read_term(hypothesis.type).words
        for other in hypothesis.names
    ]
    return found if len(found) <= 4 else []


def _by_assumption(name: str, type_text: str, subgoal: Subgoal) -> Iterator[Move]:
    form = read_form(type_text)
    mine = {other for hypothesis in subgoal.hypotheses for other in hypothesis.names}
    goal = read_term(subgoal.conclusion)
    there = symbols(goal.words)
    if form.root == goal.root and form.conclusion - mine <= there:
        yield Move(f"apply {name}", "apply H", 1.0)
        yield Move(f"eapply {name}", "eapply H", 0.6)
    if form.root in {"~", "¬", "False"} and goal.root == "False":
        yield Move(f"apply {name}", "apply H", 1.0)
    if form.left is not None and form.right is not None:
        fits = form.left - mine <= there
        floor = _HYPOTHESIS if fits and name.startswith("IH") else 0.0
        yield Move(f"rewrite {name}", "rewrite H", 1.0 if fits else 0.2, floor)
        yield Move(f"rewrite <- {name}", "rewrite <- H", 1.0 if form.right - mine <= there else 0.2)
    if read_term(type_text).root in _BREAKABLE:
        yield Move(f"destruct {name}", "destruct H", 1.0)
    if form.premises == 0:
        yield Move(f"inversion {name}", "inversion H", 0.6)
        yield Move(f"inversion {name}; subst; clear {name}", "inversion H", 0.4)
        if read_term(type_text).root == "=":
            yield Move(f"injection {name} as", "injection H", 0.3)
            yield Move(f"discriminate {name}", "discriminate H", 0.5)
        yield Move(f"induction {name}", "induction H", 0.3)
        yield Move(f"destruct {name}", "destruct H", 0.3)
    yield Move(f"simpl in {name}", "simpl", 0.2)


def _discriminees(subgoal: Subgoal) -> list[str]:
    """What the conclusion and the youngest hypotheses match or branch on, as text."""
    found: dict[str, None] = {}
    for text in (subgoal.conclusion, *(hypothesis.type for hypothesis in subgoal.hypotheses[-4:])):
        words = read_term(text).words
        for index, word in enumerate(words):
            ends = {"match": ("with", "as", "in", "return"), "if": ("then",)}.get(word)
            if ends is not None:
                found.setdefault(_upto(words[index + 1 : index + _MAX_DISCRIMINEE], ends))
    return [term for term in found if term][:4]


def _upto(words: Sequence[str], ends: tuple[str, ...]) -> str:
    depth = 0
    for index, word in enumerate(words):
        depth += (word in {"(", "match"}) - (word in {")", "end"})
        if depth == 0 and word in ends:
            inner = " ".join(words[:index])
            return inner if index == 1 else f"({inner})"
    return ""


def _unfolds(subgoal: Subgoal) -> Iterator[Move]:
    """Unfolding what stands at the head of the conclusion, its sides and the youngest hypotheses."""
    mine = {name for hypothesis in subgoal.hypotheses for name in hypothesis.names}
    conclusion = read_term(subgoal.conclusion)
    relation = frozenset({conclusion.root}) if not is_identifier(conclusion.root or "_") else frozenset[str]()
    sides = split_top(conclusion.words, relation)
    candidates = [side[at] for side in sides for at in (0, 1) if at < len(side)]
    for word in dict.fromkeys(candidates):
        if is_identifier(word) and word in symbols(conclusion.abstract) and word not in mine:
            yield Move(f"unfold {word}", "unfold")
    for hypothesis in reversed(subgoal.hypotheses[-3:]):
        words = read_term(hypothesis.type).words
        if words and len(words) > 1 and is_identifier(words[0]) and words[0] not in mine:
            yield Move(f"unfold {words[0]} in {hypothesis.names[-1]}", "unfold", 0.3)
