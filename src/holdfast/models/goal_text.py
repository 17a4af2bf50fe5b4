"""Goals as the text that language models read, and such text as a goal again."""

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from holdfast.core.goals import Goal, Hypothesis, Subgoal

__all__ = ["GoalStyle", "fewer_hypotheses", "goal_from_text", "goal_style", "goal_text"]

GoalStyle: TypeAlias = Literal["turnstile", "bar"]
"""`turnstile` is Lean's way, `bar` Rocq's: a line of `=` above the conclusion."""

_BAR = "=" * 28
_RULE = re.compile(r"^[ \t]*(={4,}|-{4,}|_{4,}).*$", re.MULTILINE)
_TURNSTILE = re.compile(r"^[ \t]*(?:⊢|\|-)[ \t]*", re.MULTILINE)
_DEFINED = re.compile(r"([^\W\d][\w'.]*)[ \t]*:=[ \t]*(.*)", re.DOTALL)
_TITLE = re.compile(r"case .*|\d+ (?:sub)?goals?.*|goal \d+.*")
_MARK = re.compile(
    r"[(\[{)\]}]|(?P<binder>\b(?:forall|exists|fun|fix|cofix|let)\b|[∀∃λ])|:=|=>|↦|,|(?P<colon>\s:\s+)"
)
_ENTRY = re.compile(r"((?:[^\W\d][\w'.✝₀-₉]*[ \t,]+)*[^\W\d][\w'.✝₀-₉]*)[ \t]*:(?!=)[ \t]*(.*)", re.DOTALL)


def goal_style(language: str) -> GoalStyle:
    """How goals of a language are printed."""
    return "turnstile" if language == "lean" else "bar"


def goal_text(goal: Goal, style: GoalStyle) -> str:
    """All subgoals in focus, the first one first, a blank line between them.

    A subgoal without hypotheses whose conclusion is itself such a text (it came from a client as text, and
    was not understood) is given back as it is.
    """
    return "\n\n".join(_subgoal_text(subgoal, style) for subgoal in goal.subgoals)


def _subgoal_text(subgoal: Subgoal, style: GoalStyle) -> str:
    conclusion = subgoal.conclusion
    if not subgoal.hypotheses and (_TURNSTILE.search(conclusion) or _RULE.search(conclusion)):
        return conclusion
    lines = [_entry(hypothesis, style) for hypothesis in subgoal.hypotheses]
    lines += [f"⊢ {conclusion}"] if style == "turnstile" else [_BAR, conclusion]
    return "\n".join(lines)


def _entry(hypothesis: Hypothesis, style: GoalStyle) -> str:
    names = (" " if style == "turnstile" else ", ").join(hypothesis.names)
    if hypothesis.body is None:
        return f"{names} : {hypothesis.type}"
    if style == "turnstile":
        return f"{names} : {hypothesis.type} := {hypothesis.body}"
    return f"{names} := {hypothesis.body} : {hypothesis.type}"


def fewer_hypotheses(goal: Goal, keep: int) -> Goal:
    """`goal` with at most the `keep` youngest hypotheses of its first subgoal, and no other subgoal.

    The conclusion always stays: it is what a step acts on.
    """
    if not goal.subgoals:
        return goal
    first = goal.subgoals[0]
    kept = first.hypotheses[max(0, len(first.hypotheses) - keep) :]
    return Goal((Subgoal(kept, first.conclusion, first.handle),), handle=goal.handle)


def goal_from_text(text: str) -> Goal:
    """The goal that a client sent as text, in Lean's or in Rocq's way of printing it.

    What is not understood becomes the conclusion of a subgoal without hypotheses, so nothing is lost.
    """
    blocks = re.split(r"\n[ \t]*\n", text.strip("\r\n").replace("\r\n", "\n"))
    return Goal(tuple(_subgoal(block) for block in blocks if block.strip()))


def _subgoal(block: str) -> Subgoal:
    mark = _TURNSTILE.search(block) or _RULE.search(block)
    if mark is None:
        return Subgoal((), block.strip())
    above, conclusion = block[: mark.start()], block[mark.end() :].strip()
    hypotheses = _hypotheses(above.split("\n"))
    if hypotheses is None or not conclusion:
        return Subgoal((), block.strip())
    return Subgoal(tuple(hypotheses), conclusion)


def _hypotheses(lines: Sequence[str]) -> list[Hypothesis] | None:
    """None where a line is neither an entry, nor a title, nor the rest of an entry."""
    told = [line for line in lines if line.strip() and not _TITLE.fullmatch(line.strip())]
    # The first line of a text may have lost its margin.
    margin = min((_margin(line) for line in told[1:] if _begins(line)), default=0)
    entries: list[str] = []
    for line in told:
        if entries and line[:1].isspace() and (_margin(line) > margin or not _begins(line)):
            entries[-1] += f"\n{line}"
        else:
            entries.append(line.strip())
    found = [_hypothesis(entry) for entry in entries]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else None


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _begins(line: str) -> bool:
    """Whether an entry may begin with this line."""
    return any(form.match(line.strip()) for form in (_ENTRY, _DEFINED))


def _type_mark(text: str) -> re.Match[str] | None:
    """The colon behind a term, None where there is none: those in brackets and of binders are not it."""
    depth = binders = 0
    for mark in _MARK.finditer(text):
        if mark[0] in "([{":
            depth += 1
        elif mark[0] in ")]}":
            depth -= 1
        elif depth:
            continue
        elif mark["binder"]:
            binders += 1
        elif not mark["colon"]:
            binders = max(0, binders - 1)
        elif not binders:
            return mark
    return None


def _hypothesis(entry: str) -> Hypothesis | None:
    local = _DEFINED.fullmatch(entry)
    if local is not None and (colon := _type_mark(local[2])) is not None:
        return Hypothesis((local[1],), local[2][colon.end() :].strip(), local[2][: colon.start()].strip())
    plain = _ENTRY.fullmatch(entry)
    if plain is None:
        return None
    names = tuple(re.split(r"[ \t,]+", plain[1]))
    type_, defined, body = plain[2].partition(" := ")
    return Hypothesis(names, type_.strip(), body.strip() if defined else None)
