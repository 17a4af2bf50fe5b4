"""The toy's steps: what each does to the first subgoal in focus, what it costs, why it is refused."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from holdfast.checkers.toy.formulas import (
    And,
    Bottom,
    Formula,
    Implies,
    Or,
    Placeholder,
    Top,
    atoms,
    instantiate,
    substitute,
    unify,
)
from holdfast.checkers.toy.kernel import (
    Absurd,
    Apply,
    Case,
    Function,
    Global,
    Inject,
    Pair,
    Term,
    Trivial,
    Unpack,
    Unproved,
    Variable,
)
from holdfast.checkers.toy.states import Sequent, State
from holdfast.checkers.toy.tauto import OutOfFuelError, decide
from holdfast.core.steps import RefusalReason

__all__ = ["NAME", "STEP_CPU_S", "TAUTO_FUEL", "StepError", "run_step", "skip_subgoal"]

STEP_CPU_S = 0.001
"""Declared cost of one inference, in CPU seconds: the same on every machine."""
TAUTO_FUEL = 400
"""Inferences that `tauto` may use before it is refused as a timeout."""
NAME = re.compile(r"[A-Za-z_][\w']*\Z", re.ASCII)
_SHAPE = re.compile(r"(\w+)((?: [A-Za-z_][\w']*)*)\Z", re.ASCII)


class StepError(Exception):
    """A step does not hold."""

    def __init__(self, reason: RefusalReason, message: str, cost: int = 1) -> None:
        """`cost` is in inferences."""
        self.reason = reason
        self.cost = cost
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class _Move:
    """One step at one subgoal."""

    state: State
    sequent: Sequent
    known: Mapping[str, Formula]
    """Statements of axioms and earlier theorems."""
    words: Sequence[str]

    @property
    def target(self) -> Formula:
        return substitute(self.sequent.target, self.state.solved)

    def hypothesis(self, name: str) -> Formula:
        """The type of hypothesis `name`; StepError where there is none."""
        for known, formula in self.sequent.context:
            if known == name:
                return substitute(formula, self.state.solved)
        raise StepError(RefusalReason.UNKNOWN_NAME, f"there is no hypothesis {name}")

    def fresh_name(self, stem: str, taken: Sequence[str] = ()) -> str:
        """`stem`, or `stem0`, `stem1`, ...: the first that no hypothesis, theorem or axiom has."""
        used = {name for name, _ in self.sequent.context} | set(self.known) | set(taken)
        candidate, count = stem, 0
        while candidate in used:
            candidate, count = f"{stem}{count}", count + 1
        return candidate

    def given_name(self, name: str) -> str:
        """`name`, if it may be introduced here; StepError otherwise."""
        if name in self.known or any(name == other for other, _ in self.sequent.context):
            raise StepError(RefusalReason.NOT_APPLICABLE, f"{name} is already used")
        return name

    def leave(
        self,
        term: Callable[[Sequence[Term]], Term],
        *children: tuple[tuple[tuple[str, Formula], ...], Formula],
    ) -> State:
        """The state with this subgoal replaced by `children`; `term` puts their proofs together."""
        first = self.state.fresh
        new = tuple(Sequent(first + i, context, target) for i, (context, target) in enumerate(children))
        built = {**self.state.built, self.sequent.number: term([Unproved(s.number) for s in new])}
        levels = (new + self.state.levels[0][1:], *self.state.levels[1:])
        return replace(self.state, levels=levels, built=built, fresh=first + len(new))

    def close(self, term: Term) -> State:
        """The state with this subgoal proved by `term`."""
        return self.leave(lambda _: term)


def run_step(state: State, text: str, known: Mapping[str, Formula]) -> tuple[State, int]:
    """The state that step `text` leaves, and its cost in inferences.

    Args:
        state: where the step acts, on the first subgoal in focus.
        text: one step, without a final period.
        known: statements of the axioms and theorems in force.

    Raises:
        StepError: the step does not hold; the message says why.
    """
    words = _words(text)
    if not state.levels[0]:
        raise StepError(RefusalReason.NOT_APPLICABLE, "no subgoal is in focus")
    move = _Move(state, state.levels[0][0], known, words[1:])
    handler, least, most = _STEPS[words[0]]
    if not least <= len(move.words) <= most:
        raise StepError(RefusalReason.SYNTAX, f"{words[0]} does not take {len(move.words)} arguments")
    return handler(move)


def _words(text: str) -> list[str]:
    if any(mark in text for mark in ".#{}\n"):
        raise StepError(RefusalReason.FORBIDDEN, "a step is one line without period, brace or comment", 0)
    shape = _SHAPE.match(text)
    if shape is None:
        raise StepError(RefusalReason.SYNTAX, f"{text!r} is not a step", 0)
    if shape[1] in {"sorry", "admitted", "qed", "axiom", "theorem"}:
        raise StepError(RefusalReason.FORBIDDEN, f"{shape[1]} is not a step", 0)
    if shape[1] not in _STEPS:
        raise StepError(RefusalReason.SYNTAX, f"there is no step {shape[1]}", 0)
    return [shape[1], *shape[2].split()]


def skip_subgoal(state: State) -> State | None:
    """What `sorry` does in a source: the first subgoal is given up; None where there is none."""
    if not state.levels[0]:
        return None
    levels = (state.levels[0][1:], *state.levels[1:])
    return replace(state, levels=levels, given_up=(*state.given_up, state.levels[0][0]))


def _not_applicable(move: _Move, step: str) -> StepError:
    return StepError(RefusalReason.NOT_APPLICABLE, f"{step} does not apply to {move.target}")


def _idtac(move: _Move) -> tuple[State, int]:
    raise StepError(RefusalReason.NO_PROGRESS, f"{move.target} is left as it was")


def _intro(move: _Move) -> tuple[State, int]:
    target = move.target
    if not isinstance(target, Implies):
        raise _not_applicable(move, "intro")
    name = move.given_name(move.words[0]) if move.words else move.fresh_name("H")
    context = (*move.sequent.context, (name, target.left))
    return move.leave(lambda t: Function(name, target.left, t[0]), (context, target.right)), 1


def _split(move: _Move) -> tuple[State, int]:
    target, context = move.target, move.sequent.context
    if not isinstance(target, And):
        raise _not_applicable(move, "split")
    return move.leave(lambda t: Pair(t[0], t[1]), (context, target.left), (context, target.right)), 1


def _left(move: _Move) -> tuple[State, int]:
    return _side(move, "left", is_left=True)


def _right(move: _Move) -> tuple[State, int]:
    return _side(move, "right", is_left=False)


def _side(move: _Move, step: str, *, is_left: bool) -> tuple[State, int]:
    target = move.target
    if not isinstance(target, Or):
        raise _not_applicable(move, step)
    side = target.left if is_left else target.right
    return move.leave(lambda t: Inject(t[0], target, is_left), (move.sequent.context, side)), 1


def _exfalso(move: _Move) -> tuple[State, int]:
    target = move.target
    if isinstance(target, Bottom):
        raise StepError(RefusalReason.NO_PROGRESS, "the goal is False already")
    return move.leave(lambda t: Absurd(t[0], target), (move.sequent.context, Bottom())), 1


def _trivial(move: _Move) -> tuple[State, int]:
    if not isinstance(move.target, Top):
        raise _not_applicable(move, "trivial")
    return move.close(Trivial()), 1


def _assumption(move: _Move) -> tuple[State, int]:
    for name, formula in reversed(move.sequent.context):
        solved = unify(formula, move.target, move.state.solved)
        if solved is not None:
            return replace(move.close(Variable(name)), solved=solved), 1
    raise StepError(RefusalReason.NOT_APPLICABLE, f"no hypothesis is {move.target}")


def _exact(move: _Move) -> tuple[State, int]:
    move, term, formula = _named(move)
    solved = unify(formula, move.target, move.state.solved)
    if solved is None:
        raise StepError(RefusalReason.TYPE_MISMATCH, f"{move.words[0]} proves {formula}, not {move.target}")
    return replace(move.close(term), solved=solved), 1


def _apply(move: _Move) -> tuple[State, int]:
    """Use as few premises as make the conclusion fit; each becomes a subgoal."""
    move, term, formula = _named(move)
    premises: list[Formula] = []
    while True:
        solved = unify(formula, move.target, move.state.solved)
        if solved is not None:
            break
        if not isinstance(formula, Implies):
            message = f"{move.words[0]} ends in {formula}, not in {move.target}"
            raise StepError(RefusalReason.TYPE_MISMATCH, message)
        premises.append(formula.left)
        formula = formula.right

    def together(proofs: Sequence[Term]) -> Term:
        whole = term
        for proof in proofs:
            whole = Apply(whole, proof)
        return whole

    children = [(move.sequent.context, premise) for premise in premises]
    return replace(move.leave(together, *children), solved=solved), 1 + len(premises)


def _named(move: _Move) -> tuple[_Move, Term, Formula]:
    """The term and statement of the hypothesis, axiom or theorem that the step names.

    The atoms of an axiom or theorem become placeholders: it holds for all formulas.
    """
    name = move.words[0]
    if name not in move.known or any(name == local for local, _ in move.sequent.context):
        return move, Variable(name), move.hypothesis(name)
    scheme = move.known[name]
    chosen = tuple((atom, Placeholder(f"?{atom}{move.state.fresh}")) for atom in atoms(scheme))
    made = tuple(placeholder.name for _, placeholder in chosen)
    state = replace(move.state, fresh=move.state.fresh + 1, pending=move.state.pending + made)
    return replace(move, state=state), Global(name, chosen), instantiate(scheme, dict(chosen))


def _destruct(move: _Move) -> tuple[State, int]:
    name, target = move.words[0], move.target
    formula = move.hypothesis(name)
    index = [local for local, _ in move.sequent.context].index(name)
    before, after = move.sequent.context[:index], move.sequent.context[index + 1 :]
    first, second = _new_names(move, name, 2 if isinstance(formula, And) else 1)
    match formula:
        case And(left, right):
            context = (*before, (first, left), (second, right), *after)
            return move.leave(lambda t: Unpack(Variable(name), first, second, t[0]), (context, target)), 1
        case Or(left, right):
            contexts = [(*before, (first, side), *after) for side in (left, right)]
            return (
                move.leave(
                    lambda t: Case(Variable(name), first, t[0], first, t[1]), *((c, target) for c in contexts)
                ),
                1,
            )
        case Bottom():
            return move.close(Absurd(Variable(name), target)), 1
        case _:
            raise StepError(RefusalReason.NOT_APPLICABLE, f"{name} : {formula} cannot be taken apart")


def _new_names(move: _Move, old: str, count: int) -> tuple[str, str]:
    """Names for the parts of a hypothesis; the first inherits its name unless names are given."""
    if len(move.words) > 1:
        names = [name if name == old else move.given_name(name) for name in move.words[1:]]
        if len(names) != count or len(set(names)) != count:
            raise StepError(RefusalReason.SYNTAX, f"destruct {old} needs {count} different names here")
        return names[0], names[-1]
    return old, move.fresh_name(old)


def _clear(move: _Move) -> tuple[State, int]:
    name = move.words[0]
    move.hypothesis(name)
    context = tuple(entry for entry in move.sequent.context if entry[0] != name)
    return move.leave(lambda t: t[0], (context, move.sequent.target)), 1


def _tauto(move: _Move) -> tuple[State, int]:
    solved = move.state.solved
    context = [(name, substitute(formula, solved)) for name, formula in move.sequent.context]
    try:
        term, cost = decide(context, move.target, TAUTO_FUEL)
    except OutOfFuelError:
        raise StepError(RefusalReason.TIMEOUT, "tauto ran out of fuel", TAUTO_FUEL) from None
    except ValueError as error:
        raise StepError(RefusalReason.NOT_APPLICABLE, str(error)) from None
    if term is None:
        raise StepError(RefusalReason.NOT_APPLICABLE, f"{move.target} does not follow", 10 + cost)
    return move.close(term), 10 + cost


_STEPS: Mapping[str, tuple[Callable[[_Move], tuple[State, int]], int, int]] = {
    "apply": (_apply, 1, 1),
    "assumption": (_assumption, 0, 0),
    "clear": (_clear, 1, 1),
    "destruct": (_destruct, 1, 3),
    "exact": (_exact, 1, 1),
    "exfalso": (_exfalso, 0, 0),
    "idtac": (_idtac, 0, 0),
    "intro": (_intro, 0, 1),
    "left": (_left, 0, 0),
    "right": (_right, 0, 0),
    "split": (_split, 0, 0),
    "tauto": (_tauto, 0, 0),
    "trivial": (_trivial, 0, 0),
}
# Each step: what runs it, and the least and most arguments it takes.
