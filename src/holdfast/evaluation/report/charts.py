"""Charts as SVG, drawn here: a few shapes need no plotting library, and stay text that can be searched.

Every chart is `WIDTH` wide at most and shrinks with the page; its colours are those of the page.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.runtime.markup import Html, element, join

__all__ = ["WIDTH", "Bar", "Point", "bars", "shares", "steps"]

WIDTH = 560
_HEIGHT = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 12, 40
_ROW = 24
"""Height of a bar with its gap."""
_LABEL = 150
"""Width that the names of bars have."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a rising curve stands: a share of 1, and how sure it is."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A named amount."""

    name: str
    amount: float
    note: str = ""
    """What is written behind it."""
    kind: str = "a"
    """Which colour: `a` to `e`."""


def steps(points: Sequence[Point], *, x_title: str, y_title: str) -> Html:
    """A share that rises in steps, with its interval, over an axis that grows by factors.

    `points` are where it rises, and the last x that it is known for.
    """
    if not points:
        return element("p", "Nothing to draw.", class_="none")
    low, high = _decade(points)
    top = _round_up(max(point.high for point in points))

    def x_of(x: float) -> float:
        share = (math.log10(max(x, low)) - math.log10(low)) / (math.log10(high) - math.log10(low))
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y_of(y: float) -> float:
        return _HEIGHT - _BOTTOM - y / top * (_HEIGHT - _TOP - _BOTTOM)

    line = _stairs([(x_of(point.x), y_of(point.y)) for point in points], y_of(0))
    upper = _stairs([(x_of(point.x), y_of(point.high)) for point in points], y_of(0))
    lower = _stairs([(x_of(point.x), y_of(point.low)) for point in points], y_of(0))
    grid = [_across(y_of(top * part / 4), f"{25 * part * top:.3g} %") for part in range(5)]
    ticks = [_down(x_of(tick), f"{tick:,g}") for tick in _ticks(low, high)]
    shapes = join(
        element("polygon", points=_path([*upper, *reversed(lower)]), class_="band"),
        element("polyline", points=_path(line), class_="curve"),
    )
    return _chart(_HEIGHT, *grid, *ticks, shapes, _titles(x_title, y_title))


def _decade(points: Sequence[Point]) -> tuple[float, float]:
    """The ends of the axis; one that is not empty, and begins above 0."""
    seen = [point.x for point in points if point.x > 0] or [1.0]
    low = min(seen)
    return low * 0.8, max(max(seen) * 1.2, low * 2)


def _round_up(share: float) -> float:
    return next(top for top in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if share <= top or top == 1.0)


def _ticks(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1,) if last - first > 4 else (1, 2, 5)
    ticks = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    return [tick for tick in ticks if low <= tick <= high]


def _stairs(points: Sequence[tuple[float, float]], floor: float) -> list[tuple[float, float]]:
    """Across, then up: between two points nothing is gained."""
    corners: list[tuple[float, float]] = []
    level = floor
    for x, y in points:
        corners += [(x, level), (x, y)]
        level = y
    return [*corners, (WIDTH - _RIGHT, level)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _across(y: float, label: str) -> Html:
    line = element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="grid")
    return join(line, element("text", label, x=_LEFT - 6, y=y + 4, text_anchor="end"))


def _down(x: float, label: str) -> Html:
    y = _HEIGHT - _BOTTOM
    line = element("line", x1=x, x2=x, y1=y, y2=y + 4, class_="tick")
    return join(line, element("text", label, x=x, y=y + 17, text_anchor="middle"))


def _titles(x_title: str, y_title: str) -> Html:
    return join(
        element("text", x_title, x=WIDTH - _RIGHT, y=_HEIGHT - 6, text_anchor="end", class_="axis"),
        element("text", y_title, x=_LEFT + 6, y=_TOP + 10, class_="axis"),
    )


def bars(rows: Sequence[Bar]) -> Html:
    """Amounts side by side, each a line with its name before it and its note behind it."""
    if not rows:
        return element("p", "Nothing to draw.", class_="none")
    most = max(row.amount for row in rows) or 1.0
    room = WIDTH - _LABEL - 110
    drawn = []
    for at, row in enumerate(rows):
        y, length = at * _ROW, max(1.0, row.amount / most * room)
        drawn += [
            element("text", row.name, x=_LABEL - 8, y=y + 16, text_anchor="end"),
            element(
                "rect", x=_LABEL, y=y + 4, width=length, height=_ROW - 8, rx=2, class_=f"fill-{row.kind}"
            ),
            element("text", row.note or f"{row.amount:,g}", x=_LABEL + length + 6, y=y + 16, class_="note"),
        ]
    return _chart(len(rows) * _ROW + 4, *drawn)


def shares(rows: Sequence[Bar]) -> Html:
    """One bar that amounts share, each in its colour; what they are stands in the legend below it."""
    total = sum(row.amount for row in rows)
    if total <= 0:
        return element("p", "Nothing to draw.", class_="none")
    drawn, x = [], 0.0
    for row in rows:
        width = row.amount / total * WIDTH
        tip = element("title", f"{row.name}: {row.note or row.amount}")
        drawn.append(element("rect", tip, x=x, y=0, width=width, height=22, class_=f"fill-{row.kind}"))
        x += width
    legend = [
        element("span", element("i", class_=f"key fill-{row.kind}"), f"{row.name} {row.amount / total:.1%}")
        for row in rows
    ]
    bar = element("svg", *drawn, viewBox=f"0 0 {WIDTH} 22", preserveAspectRatio="none", class_="share")
    return join(bar, element("p", *legend, class_="legend"))


def _chart(height: float, *children: Html) -> Html:
    box = f"0 0 {WIDTH} {height:g}"
    return element("svg", *children, viewBox=box, role="img", class_="chart", style=f"max-width:{WIDTH}px")
