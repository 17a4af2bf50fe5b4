"""Pictures and charts of an experiment's page."""

import doctest
import re
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.apps.library import make_domain
from holdfast.apps.library_looks import Function
from holdfast.library.calls import called
from holdfast.library.records import Candidate, Program, State, Task
from holdfast.runtime.markup import Html, element

__all__ = ["Album", "Span", "spans", "told"]

_PLACE = re.compile(r"\((\d{1,2}), (\d{1,2})\)")
_COLUMNS, _CELLS, _BLUE = 18, 180, 5
_WIDTH, _ROW, _NAME, _NOTE = 680, 26, 170, 210

Span = tuple[str, Mapping[str, Any]]
"""A name, and a figure as reports have it: `value`, and `interval` with `low` and `high`."""


class Album:
    """Pictures of what tasks want, and of what functions draw."""

    def __init__(self, domain: str, tasks: Sequence[Task], programs: Mapping[str, Program]) -> None:
        """`programs` are those of training tasks, by key."""
        self._domain = make_domain(domain)  # type: ignore[arg-type] # what was kept is one of them
        self._is_boards = domain == "boards"
        self.tasks = {task.key: task for task in tasks}
        self._programs = programs

    def of(self, state: State) -> Html | None:
        """A state; None where the domain has no pictures."""
        # Our own drawing of numbers that were checked when they were read: nothing in it is anybody's text.
        image = self._domain.picture(state)
        return Html(image) if image else None

    def of_function(self, function: Function) -> tuple[Html | None, str]:
        """What a function draws, and what the picture shows: its own example, else where it is used."""
        cells = _cells_shown(function.candidate) if self._is_boards else ()
        if cells:
            board = [0] * _CELLS
            for row, column in cells:
                board[(row - 1) * _COLUMNS + column - 1] = _BLUE
            return self.of(board), "its example"
        name = function.candidate.name
        found = [
            (len(piece), key, at)
            for key in function.users
            if key in self.tasks and key in self._programs
            for at, piece in enumerate(self._programs[key].pieces)
            if called(Program(key, (piece,)), [name])
        ]
        if not found:
            return None, ""
        _, key, at = min(found)
        return self.of(self.tasks[key].steps[at].state), f"after step {at + 1} of task {key}"


def _cells_shown(candidate: Candidate) -> tuple[tuple[int, int], ...]:
    """The cells that the first example prints which prints any."""
    try:
        examples = doctest.DocTestParser().get_examples(candidate.source)
    except ValueError:
        return ()
    for example in examples:
        places = [(int(row), int(column)) for row, column in _PLACE.findall(example.want)]
        if places and all(
            1 <= row <= _CELLS // _COLUMNS and 1 <= column <= _COLUMNS for row, column in places
        ):
            return tuple(places)
    return ()


def spans(rows: Sequence[Span], *, low: float = 0.0, high: float = 1.0) -> Html:
    """Figures on one axis, each a dot with its interval."""
    room = _WIDTH - _NAME - _NOTE

    def x_of(value: float) -> float:
        return _NAME + (min(max(value, low), high) - low) / (high - low) * room

    height = len(rows) * _ROW
    drawn = [
        element("line", x1=x_of(at), x2=x_of(at), y1=0, y2=height, class_="grid")
        for at in (low, (low + high) / 2, high)
    ]
    for number, (name, figure) in enumerate(rows):
        y = number * _ROW + _ROW / 2
        drawn.append(element("text", name, x=_NAME - 10, y=y + 4, text_anchor="end"))
        interval = figure["interval"]
        if interval is not None:
            first, last = x_of(interval["low"]), x_of(interval["high"])
            drawn.append(element("line", x1=first, x2=last, y1=y, y2=y, class_="span"))
        drawn.append(element("circle", cx=x_of(figure["value"]), cy=y, r=4.5, class_="fill-a"))
        drawn.append(element("text", told(figure), x=_WIDTH - _NOTE + 14, y=y + 4, class_="note"))
    box = f"0 0 {_WIDTH} {height:g}"
    return element("svg", *drawn, viewBox=box, role="img", class_="chart", style=f"max-width:{_WIDTH}px")


def told(figure: Mapping[str, Any]) -> str:
    """A share with its interval."""
    interval = figure["interval"]
    more = "" if interval is None else f" ({interval['low']:.1%} to {interval['high']:.1%})"
    return f"{figure['value']:.1%}{more}"
