"""Loops that change variables: expressions become functions of a state, which are run turn by turn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from holdfast.models.synthesis.pool import Meter
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Term, render
from holdfast.models.synthesis.values import ERROR, Vector, small

__all__ = ["Machine", "Trace", "augmented"]

Trace: TypeAlias = list[list[Plain] | None]
"""For each outer point the values of the state, the first included; None where a turn failed."""

_LONGEST: Final = 400
"""Turns after which a loop is given up."""


class Machine:
    """Runs loops over the arguments of the examples."""

    def __init__(
        self,
        names: Sequence[str],
        calls: Sequence[Sequence[Plain]],
        namespace: Mapping[str, Plain],
        meter: Meter,
    ) -> None:
        """`calls` are the arguments of each outer point, `names` what they are called."""
        self._names = tuple(names)
        self._calls = [tuple(call) for call in calls]
        self._namespace = dict(namespace)
        self._meter = meter

    def compile(self, names: Sequence[str], term: Term) -> Callable[..., Plain]:
        """The expression as a function of `names` and the arguments."""
        self._meter.spent += 30
        parameters = ", ".join((*names, *self._names))
        function: Callable[..., Plain] = eval(f"lambda {parameters}: {render(term, 1)}", self._namespace)  # noqa: S307 - all of this runs inside the sandbox
        return function

    def fold(self, groups: Sequence[Plain], first: Vector, step: Callable[..., Plain]) -> Trace | None:
        """The state after each item; None where all fail."""
        traces: Trace = []
        failed = 0
        for group, state, call in zip(groups, first, self._calls, strict=True):
            trace = None if group is ERROR or state is ERROR else [state]
            if trace is not None:
                self._meter.spent += 1 + len(group)
                try:
                    for item in group:
                        state = step(state, *item, *call)
                        if not small(state) or (type(state) is tuple and not all(map(small, state))):
                            trace = None
                            break
                        trace.append(state)
                except Exception:  # noqa: BLE001 - a step that raises is no step
                    trace = None
            failed += trace is None
            traces.append(trace)
            if failed > 1:
                return None
        return None if failed == len(traces) else traces

    def repeat(
        self,
        first: Sequence[tuple[Plain, ...]],
        test: Callable[..., Plain],
        step: Callable[..., tuple[Plain, ...]],
    ) -> Trace | None:
        """The states while `test` holds; None where one fails or goes on too long."""
        traces: Trace = []
        for state, call in zip(first, self._calls, strict=True):
            trace = [state]
            try:
                while test(*state, *call):
                    state = step(*state, *call)
                    if len(trace) > _LONGEST or not all(map(small, state)) or state == trace[-1]:
                        return None
                    trace.append(state)
            except Exception:  # noqa: BLE001 - as above
                return None
            finally:
                self._meter.spent += 2 * len(trace)
            traces.append(trace)
        return traces


def augmented(name: str, step: Term, place: int) -> tuple[str, Term]:
    """How `name = step` is written, with `{place}` for an expression; and that expression."""
    slot = f"{{{place}}}"
    if step.op.name in {"+", "-", "*", "//"} and step.args[0].op.text == name:
        other = step.args[1]
        if step.op.name == "+" and other.op.name == "single":
            return f"{name}.append({slot})", other.args[0]
        return f"{name} {step.op.name}= {slot}", other
    if step.op.name in {"+", "*"} and step.kind in {"int", "float"} and step.args[1].op.text == name:
        return f"{name} {step.op.name}= {slot}", step.args[0]
    return f"{name} = {slot}", step
