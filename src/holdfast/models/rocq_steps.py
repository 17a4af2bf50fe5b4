"""Rocq tactic sentences, looked at just closely enough to sort them, take them apart and compare them."""

import re
from collections.abc import Mapping
from functools import lru_cache

from holdfast.core.goals import Subgoal
from holdfast.models.rocq_terms import read_term

__all__ = ["heads", "is_move", "normalize", "pattern", "shape", "step_kind"]

_STRUCTURE = re.compile(r"[-+*]+|[{}]|(?:\d+|\[\w+\])\s*:\s*\{|Proof\b.*|(?:Qed|Defined|Admitted|Abort)\b.*")
_WORD = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_WRAPPERS = frozenset({"now", "by", "try", "repeat", "progress", "solve", "do"})


def normalize(step: str) -> str:
    """A step with white space folded and without its final period."""
    return " ".join(step.split()).removesuffix(".").rstrip()


def is_move(step: str) -> bool:
    """Whether a sentence does something to a goal; bullets, braces and `Proof` only say where one is."""
    return _STRUCTURE.fullmatch(step.strip()) is None


@lru_cache(maxsize=1 << 14)
def heads(step: str) -> tuple[str, ...]:
    """Weaker steps that the same proof may begin with: the first parts of a compound step, longest first.

    >>> heads("induction n; [auto | now rewrite IHn]")
    ('induction n',)
    >>> heads("now apply H; auto")
    ('apply H; auto', 'apply H')
    """
    found: list[str] = []
    rest = step
    for wrapper in ("now ", "by "):
        rest = rest.removeprefix(wrapper)
    if rest != step:
        rest = rest.strip()
        if rest.startswith("("):
            rest = rest.removeprefix("(").removesuffix(")")
        if ";" in rest or not rest.startswith("["):
            found.append(rest)
    parts = _sequence(rest)
    found.extend(";".join(parts[:count]).strip() for count in range(len(parts) - 1, 0, -1))
    return tuple(part for part in found if part and part != step)


def _sequence(step: str) -> list[str]:
    """The parts of `a; b; c`, semicolons inside brackets and strings left alone."""
    parts: list[str] = []
    begin = depth = 0
    quoted = False
    for index, char in enumerate(step):
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth -= 1
        elif char == ";" and depth == 0:
            parts.append(step[begin:index])
            begin = index + 1
    parts.append(step[begin:])
    return parts


def step_kind(step: str, local_names: frozenset[str]) -> str:
    """What sort of move a step is: its tactic, and whether it works on the goal's own names.

    >>> step_kind("now apply (H x)", frozenset({"H"})), step_kind("rewrite <- plus_n_O", frozenset())
    ('apply H', 'rewrite <-')
    """
    words = iter(_WORD.findall(step))
    tactic = next((word for word in words if word not in _WRAPPERS), step[:1])
    argument = next(words, "")
    mark = " <-" if tactic == "rewrite" and re.match(r"\W*rewrite\s*<-", step.removeprefix("now ")) else ""
    return f"{tactic}{mark}{' H' if argument in local_names else ''}"


def pattern(step: str, roots: Mapping[str, str]) -> str:
    """What sort of move a step is, more closely: also what it works on, and whether more follows.

    Args:
        step: the step, normalised.
        roots: the root of the type of each hypothesis.

    >>> pattern("now destruct H", {"H": "or"}), pattern("rewrite <- e, f; auto", {})
    ('destruct H:or now', 'rewrite <- _ ;')
    """
    words = _WORD.findall(step)[:5] or [step[:1]]
    at = 0
    while at < len(words) - 1 and words[at] in _WRAPPERS:
        at += 1
    tactic = words[at]
    if tactic == "rewrite" and "<-" in step[:18]:
        tactic += " <-"
    argument = words[at + 1] if at + 1 < len(words) else ""
    root = roots.get(argument)
    about = f" H:{root}" if root is not None else " _" if argument else ""
    wrapped = f" {words[0]}" if at else ""
    return f"{tactic}{about}{wrapped}{' ;' if ';' in step else ''}"


@lru_cache(maxsize=1 << 14)
def _shape(conclusion: str) -> tuple[str, str]:
    term = read_term(conclusion)
    words = [word for word in term.abstract if word not in {"(", "[", "{"}]
    mark = ""
    if term.root in {"=", "=="}:
        left, _equal, right = conclusion.partition(f" {term.root} ")
        mark = "!" if left == right else ""
    return f"{term.root}{mark}", f"{term.root}{mark} {words[0] if words else ''}"


def shape(subgoal: Subgoal) -> tuple[str, str]:
    """The conclusion in one word (its root), and in two.

    Marked where something is plain to see: both sides are the same, a hypothesis says just that, or `False`.
    """
    coarse, fine = _shape(subgoal.conclusion)
    types = [hypothesis.type for hypothesis in subgoal.hypotheses]
    mark = ("!h" if subgoal.conclusion in types else "") + ("!f" if "False" in types else "")
    return (f"{coarse}{mark}", f"{fine}{mark}") if mark else (coarse, fine)
