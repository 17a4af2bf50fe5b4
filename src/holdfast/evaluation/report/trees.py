"""The tree of one search: as a drawing of the steps that hold, and as text that unfolds to every step."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.runtime.markup import Html, element, join

__all__ = ["Branch", "Step", "branches", "drawing", "unfolding"]

_X, _Y = 150, 24
"""Pixels between two depths, and between two leaves."""
_MARGIN, _TOP = 14, 20
_TEXT = 19
"""Characters of a step that fit beside its dot."""
_MOST_DRAWN = 400
"""Steps that are drawn; what leads to a proof comes first, then what comes first."""
_MOST_TOLD = 4000
"""Steps that unfold on one page."""
_DEEPEST = 200
"""Depth below which steps are not told: browsers give up on pages that nest too far."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a page tells of one step; the fields are those of a store of trajectories."""

    number: int
    parent: int | None
    tactic: str
    verdict: str
    label: str
    focus: int
    state_before: str
    state_after: str
    reason: str
    message: str
    source: str
    log_prob: float | None
    score: float | None
    cpu_s: float | None
    proposed: bool

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Step":
        """From a row of the table; what older files do not say is empty."""
        return cls(
            number=row["state_id"],
            parent=row["parent_state_id"],
            tactic=row["tactic"] or "",
            verdict=row["verdict"] or "",
            label=row["label"] or "",
            focus=-1 if row["focus"] is None else row["focus"],
            state_before=row["state_before"] or "",
            state_after=row["state_after"] or "",
            reason=row["reason"] or "",
            message=row["message"] or "",
            source=row["source"] or "",
            log_prob=row["llm_log_prob"],
            score=row["ebm_score"],
            cpu_s=row["cpu_s"],
            proposed=row["proposed"] is not False,
        )

    @property
    def holds(self) -> bool:
        """Whether the checker accepts it."""
        return self.verdict in {"root", "advanced", "proved"}


@dataclass(slots=True)
class Branch:
    """A step that holds, with what was tried in the state that it leaves."""

    step: Step
    key: int
    """Its place among the rows, which is a name for it even where a file gives two steps one number."""
    held: list["Branch"] = field(default_factory=list)
    others: list[Step] = field(default_factory=list)
    """Steps that do not hold, and steps without a verdict."""

    def positive(self) -> bool:
        """Whether it is on an audited proof."""
        return self.step.label == "positive"


def branches(steps: Sequence[Step]) -> list[Branch]:
    """The trees of a search, parents before children; one, unless a file is not whole.

    A parent is looked for among the rows before: whatever the numbers of a file, no step is below itself.
    """
    known: dict[int, Branch] = {}
    roots: list[Branch] = []
    for key, step in enumerate(steps):
        parent = None if step.parent is None else known.get(step.parent)
        if step.holds or parent is None:
            branch = Branch(step, key)
            (roots if parent is None else parent.held).append(branch)
            known[step.number] = branch
        else:
            parent.others.append(step)
    return roots


def _walk(roots: Sequence[Branch]) -> Iterator[Branch]:
    """Every branch, parents before children, without recursion: searches can be deep."""
    waiting = list(reversed(roots))
    while waiting:
        branch = waiting.pop()
        yield branch
        waiting.extend(reversed(branch.held))


def drawing(roots: Sequence[Branch]) -> Html:
    """The steps that hold, from left to right; a click leads to the step in the text."""
    drawn = _chosen(roots)
    places = _places(roots, drawn)
    width = max((x for x, _ in places.values()), default=0) + _X + _MARGIN
    height = max((y for _, y in places.values()), default=0) + _Y + _MARGIN
    edges, dots = [], []
    for branch in _walk(roots):
        if branch.key in places:
            dots.append(_dot(branch, places[branch.key]))
            edges += [
                _edge(places[branch.key], places[child.key], positive=child.positive())
                for child in branch.held
                if child.key in places
            ]
    left_out = sum(1 for _ in _walk(roots)) - len(drawn)
    note = f"{left_out} more steps that hold are not drawn; they stand below." if left_out else None
    svg = element(
        "svg", *edges, *dots, viewBox=f"0 0 {width} {height}", width=width, height=height, class_="tree"
    )
    return join(element("div", svg, class_="scroll"), element("p", note, class_="dim") if note else None)


def _chosen(roots: Sequence[Branch]) -> set[int]:
    """Which branches are drawn; with each one all that it comes from."""
    order = sorted(_walk(roots), key=lambda branch: (not branch.positive(), branch.key))
    above = {child.key: branch.key for branch in _walk(roots) for child in branch.held}
    chosen: set[int] = set()
    for branch in order:
        if len(chosen) >= _MOST_DRAWN:
            break
        at: int | None = branch.key
        while at is not None and at not in chosen:
            chosen.add(at)
            at = above.get(at)
    return chosen


def _places(roots: Sequence[Branch], drawn: set[int]) -> dict[int, tuple[int, int]]:
    """Leaves one below the other, every other step beside the first of what follows it: roots are on top."""
    depths: dict[int, int] = {}
    rows: dict[int, int] = {}
    leaf = 0
    order = [branch for branch in _walk(roots) if branch.key in drawn]
    for branch in order:
        depth = depths.setdefault(branch.key, 0)
        kept = [child for child in branch.held if child.key in drawn]
        depths.update((child.key, depth + 1) for child in kept)
        if not kept:
            rows[branch.key], leaf = leaf, leaf + 1
    for branch in reversed(order):
        kept = [child for child in branch.held if child.key in drawn]
        if kept:
            rows[branch.key] = rows[kept[0].key]
    return {key: (_MARGIN + depths[key] * _X, _TOP + rows[key] * _Y) for key in rows}


def _edge(start: tuple[int, int], end: tuple[int, int], *, positive: bool) -> Html:
    (x1, y1), (x2, y2) = start, end
    down = f"h8 V{y2 - 6} q0 6 6 6 " if y2 > y1 else ""
    path = f"M{x1} {y1} {down}H{x2}"
    return element("path", d=path, class_="edge on" if positive else "edge")


def _dot(branch: Branch, place: tuple[int, int]) -> Html:
    x, y = place
    step = branch.step
    said = step.tactic or "root"
    tip = element("title", f"{said}\n\n{step.state_after or 'nothing is left'}")
    shown = said if len(said) <= _TEXT else said[: _TEXT - 1] + "…"
    circle = element("circle", cx=x, cy=y, r=5, class_=f"dot {_class(step)}")
    text = element("text", shown, x=x + 8, y=y - 4)
    tried = len(branch.held) + len(branch.others)
    refused = element("text", f"{len(branch.others)}✗", x=x + 8, y=y + 12, class_="dim") if tried else None
    return element("a", tip, circle, text, refused if branch.others else None, href=f"#n{branch.key}")


def _class(step: Step) -> str:
    if step.label == "positive":
        return "positive"
    if step.verdict == "undecided":
        return "undecided"
    return "refused" if step.verdict == "refused" else "held"


def unfolding(roots: Sequence[Branch]) -> Html:
    """Every step as text: what holds unfolds to what was tried after it; the way to the proof is open."""
    told: dict[int, Html] = {}
    shown, left_out = _within(roots)
    for branch in reversed(shown):
        told[branch.key] = _unfolded(branch, told)
    note = f"{left_out} more steps are not shown." if left_out else None
    return join(
        *(told[root.key] for root in roots if root.key in told),
        element("p", note, class_="dim") if note else None,
    )


def _within(roots: Sequence[Branch]) -> tuple[list[Branch], int]:
    """What fits on a page, parents before children, and how many steps do not; a proof always does."""
    shown: list[Branch] = []
    room, left_out = _MOST_TOLD, 0
    depths = {root.key: 0 for root in roots}
    for branch in _walk(roots):
        depth = depths[branch.key]
        depths.update((child.key, depth + 1) for child in branch.held)
        size = 1 + len(branch.others)
        if branch.positive() or (room > 0 and depth < _DEEPEST):
            shown.append(branch)
            room -= size
        else:
            left_out += size
    return shown, left_out


def _unfolded(branch: Branch, told: Mapping[int, Html]) -> Html:
    step = branch.step
    inner = [
        element("pre", step.state_after)
        if step.state_after
        else element("p", "Nothing is left.", class_="dim"),
        _failed(branch.others),
        *(told[child.key] for child in branch.held if child.key in told),
    ]
    summary = element("summary", _headline(step, branch))
    opened = "" if branch.positive() or step.parent is None else None
    return element("details", summary, *inner, id=f"n{branch.key}", open=opened, class_=_class(step))


def _headline(step: Step, branch: Branch) -> Html:
    facts = [
        step.verdict if step.verdict != "root" else None,
        f"at goal {step.focus + 1}" if step.focus > 0 else None,
        step.reason or None,
        step.source or None,
        None if step.log_prob is None else f"log p {step.log_prob:.2f}",
        None if step.score is None else f"log P(solve) {step.score:.2f}",
        None if step.cpu_s is None else f"{1000 * step.cpu_s:.1f} ms CPU",
        None if step.proposed else "added when the proof was tidied",
        f"{len(branch.held)} held, {len(branch.others)} did not" if branch.held or branch.others else None,
    ]
    line = " · ".join(fact for fact in facts if fact)
    return join(element("code", step.tactic or "root"), " ", element("small", line))


def _failed(others: Sequence[Step]) -> Html | None:
    """What was tried in vain: how often for which reason, and unfolded each with the checker's words."""
    if not others:
        return None
    reasons = Counter(step.reason or step.verdict for step in others)
    counted = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    rows = [
        element(
            "tr",
            element("td", element("code", step.tactic)),
            element("td", step.reason or step.verdict, class_=_class(step)),
            element("td", step.message),
        )
        for step in others
    ]
    summary = element("summary", element("small", f"did not hold: {counted}"))
    return element("details", summary, element("table", *rows, class_="tried"), class_="failed")
