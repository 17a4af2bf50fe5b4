"""Proof states of the toy: open sequents in focus levels, the partial proof term, chosen placeholders."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from holdfast.checkers.toy.formulas import Formula, Placeholder, placeholders, substitute
from holdfast.checkers.toy.kernel import (
    Absurd,
    Apply,
    Case,
    Function,
    Global,
    Inject,
    Pair,
    Term,
    Unpack,
    Unproved,
)
from holdfast.core.goals import Goal, Hypothesis, Subgoal

__all__ = ["Sequent", "State", "close_level", "finished_term", "focus_state", "goal_of", "start_state"]


@dataclass(frozen=True, slots=True)
class Sequent:
    """An open subgoal: hypotheses, oldest first, and the formula to prove."""

    number: int
    """Its place in the partial proof term: the `Unproved` that it will replace."""
    context: tuple[tuple[str, Formula], ...]
    target: Formula


@dataclass(frozen=True, slots=True)
class State:
    """A proof in progress. `levels[0]` is the focus; what is outside stands behind it, innermost first."""

    levels: tuple[tuple[Sequent, ...], ...]
    built: Mapping[int, Term] = field(default_factory=dict)
    """What each closed subgoal was replaced by; subgoal 0 is the statement."""
    solved: Mapping[str, Formula] = field(default_factory=dict)
    """Placeholders that were chosen."""
    fresh: int = 1
    """Number of the next subgoal and of the next placeholder."""
    pending: tuple[str, ...] = ()
    """Placeholders made so far, chosen or not."""
    given_up: tuple[Sequent, ...] = ()


def start_state(statement: Formula) -> State:
    """The state in which nothing of `statement` is proved."""
    return State(levels=((Sequent(0, (), statement),),))


def focus_state(state: State, index: int) -> State:
    """`state` with only the focused subgoal `index` in focus; raises IndexError where there is none."""
    chosen = state.levels[0][index]
    rest = state.levels[0][:index] + state.levels[0][index + 1 :]
    return replace(state, levels=((chosen,), rest, *state.levels[1:]))


def close_level(state: State) -> State | None:
    """`state` with its empty focus left; None where subgoals remain or there is no level to return to."""
    if state.levels[0] or len(state.levels) == 1:
        return None
    return replace(state, levels=state.levels[1:])


def goal_of(state: State, handle: int) -> Goal:
    """What the state shows to search and people. Forgotten placeholders are its shelved subgoals."""
    shown = [tuple(_subgoal(sequent, state.solved) for sequent in level) for level in state.levels]
    given_up = tuple(_subgoal(sequent, state.solved) for sequent in state.given_up)
    shelved = tuple(Subgoal((), name) for name in _forgotten(state))
    return Goal(shown[0], tuple(shown[1:]), shelved, given_up, handle)


def _subgoal(sequent: Sequent, solved: Mapping[str, Formula]) -> Subgoal:
    hypotheses = tuple(
        Hypothesis((name,), str(substitute(formula, solved) if solved else formula))
        for name, formula in sequent.context
    )
    target = substitute(sequent.target, solved) if solved else sequent.target
    return Subgoal(hypotheses, str(target), f"{sequent.number}")


def _forgotten(state: State) -> tuple[str, ...]:
    """Placeholders that nobody chose and that no open subgoal mentions, so that nobody will."""
    if not state.pending:
        return ()
    wanted = dict.fromkeys(
        inner for name in state.pending for inner in placeholders(substitute(Placeholder(name), state.solved))
    )
    for level in state.levels:
        for sequent in level:
            for formula in (sequent.target, *(formula for _, formula in sequent.context)):
                for name in placeholders(substitute(formula, state.solved)):
                    wanted.pop(name, None)
    return tuple(wanted)


def finished_term(state: State) -> Term:
    """The whole proof term as far as it is built, placeholders replaced by what was chosen."""
    return _assemble(Unproved(0), state)


def _assemble(term: Term, state: State) -> Term:
    def inside(inner: Term) -> Term:
        return _assemble(inner, state)

    match term:
        case Unproved(number):
            return inside(state.built[number]) if number in state.built else term
        case Apply(first, second) | Pair(first, second):
            return type(term)(inside(first), inside(second))
        case Unpack(pair, left, right, body):
            return Unpack(inside(pair), left, right, inside(body))
        case Case(either, left_name, left, right_name, right):
            return Case(inside(either), left_name, inside(left), right_name, inside(right))
        case _:
            return _assemble_typed(term, state)


def _assemble_typed(term: Term, state: State) -> Term:
    """`_assemble` for the terms that contain formulas, and for those that contain nothing."""

    def chosen(formula: Formula) -> Formula:
        return substitute(formula, state.solved)

    match term:
        case Global(name, pairs):
            return Global(name, tuple((atom, chosen(formula)) for atom, formula in pairs))
        case Function(name, domain, body):
            return Function(name, chosen(domain), _assemble(body, state))
        case Inject(inner, whole, is_left):
            return Inject(_assemble(inner, state), chosen(whole), is_left)
        case Absurd(inner, goal):
            return Absurd(_assemble(inner, state), chosen(goal))
        case _:
            return term
