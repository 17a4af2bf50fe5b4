"""What a goal looks like, as a set of hashed features that an index can count.

Names of local hypotheses are replaced by the shape of their type, so that goals which differ in names only
look the same; what stands in the conclusion is kept apart from what stands in the context.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from holdfast.core.goals import Subgoal
from holdfast.models.rocq_terms import Term, read_term

__all__ = ["FeatureSet", "features", "hash_words"]

FeatureSet: TypeAlias = NDArray[np.uint32]
"""Distinct feature hashes in ascending order."""

_SKIP = frozenset("()[]{},")
_CONCLUSION, _CONTEXT, _PAIR, _TRIPLE, _ROOT, _NAME, _SIDE, _WORDS = range(1, 9)
_MAX_TOKENS = 400
_MAX_HYPOTHESES = 40


@lru_cache(maxsize=1 << 16)
def _code(token: str) -> int:
    return crc32(token.encode()) & 0x7FFFFFFF


def features(subgoal: Subgoal) -> FeatureSet:
    """The features of one sequent; equal sequents up to local names have nearly equal features."""
    goal = read_term(subgoal.conclusion)
    context = [
        (hypothesis.names, read_term(hypothesis.type)) for hypothesis in subgoal.hypotheses[-_MAX_HYPOTHESES:]
    ]
    shapes = {name: f"@{term.root}" for names, term in context for name in names}
    conclusion = _codes(goal, shapes)
    parts = [
        _mix(conclusion, _CONCLUSION),
        _ngrams(conclusion, _CONCLUSION),
        _whole(goal, shapes),
    ]
    separated: list[int] = [0]
    for _names, term in context:
        separated.extend(_code_list(term, shapes))
        separated.append(0)
    hypotheses = np.array(separated[: 2 * _MAX_TOKENS], dtype=np.int64)
    parts.extend((_mix(hypotheses, _CONTEXT), _ngrams(hypotheses, _CONTEXT)))
    roots = np.array([_code(term.root) for _names, term in context], dtype=np.int64)
    parts.append(_mix(roots, _ROOT))
    names = [name for group, _term in context for name in group]
    used = [name for name in goal.words if name in shapes]
    parts.append(_mix(np.array([_code(name) for name in (*names, *used)], dtype=np.int64), _NAME))
    return np.unique(np.concatenate(parts))


def hash_words(words: Sequence[str]) -> FeatureSet:
    """One feature a word, in order, not made distinct."""
    return _mix(np.array([_code(word) for word in words], dtype=np.int64), _WORDS)


def _code_list(term: Term, shapes: dict[str, str]) -> list[int]:
    return [_code(shapes.get(token, token)) for token in term.abstract if token not in _SKIP]


def _codes(term: Term, shapes: dict[str, str]) -> NDArray[np.int64]:
    return np.array([1, *_code_list(term, shapes)[:_MAX_TOKENS], 2], dtype=np.int64)


def _mix(codes: NDArray[np.int64], salt: int) -> FeatureSet:
    """Hash codes under a salt; multiplication wraps on purpose."""
    mixed = (codes.astype(np.uint64) + np.uint64(salt * 0x9E3779B9)) * np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _ngrams(codes: NDArray[np.int64], salt: int) -> FeatureSet:
    wide = codes.astype(np.uint64)
    pairs = wide[:-1] * np.uint64(0x100000001B3) + wide[1:]
    triples = pairs[:-1] * np.uint64(0x100000001B3) + wide[2:]
    return np.concatenate(
        (
            _mix(pairs.view(np.int64), salt * 16 + _PAIR),
            _mix(triples.view(np.int64), salt * 16 + _TRIPLE),
        )
    )


def _whole(goal: Term, shapes: dict[str, str]) -> FeatureSet:
    """The conclusion's root, its first tokens, and the heads of what stands left and right of the root."""
    tokens = [shapes.get(token, token) for token in goal.abstract if token not in _SKIP]
    marks = [f"root {goal.root}", f"start {' '.join(tokens[:2])}", f"start {' '.join(tokens[:4])}"]
    if goal.root in tokens:
        at = tokens.index(goal.root)
        right = tokens[at + 1] if at + 1 < len(tokens) else ""
        marks.extend(
            (
                f"left {goal.root} {tokens[0]}",
                f"right {goal.root} {right}",
                f"all {goal.root} {' '.join(tokens)}",
            )
        )
    return _mix(np.array([_code(mark) for mark in marks], dtype=np.int64), _SIDE)
