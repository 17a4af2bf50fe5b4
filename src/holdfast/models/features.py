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

__all__ = ["FEATURE_SPACE", "FeatureSet", "features", "hash_words"]

FeatureSet: TypeAlias = NDArray[np.uint32]
"""Distinct features in ascending order."""

FEATURE_SPACE = 1 << 21
"""Features are numbers below this; so many that few of them stand for two things."""

_BITS = 21
_SKIP = frozenset("()[]{},")
_CONCLUSION, _NUMBERED, _CONTEXT, _PAIR, _TRIPLE, _ROOT, _NAME, _SIDE, _WORDS = range(1, 10)
_BEGIN, _END, _SEPARATOR = 1, 2, 3
_MAX_WORDS = 400
_MAX_HYPOTHESES = 40


@lru_cache(maxsize=1 << 16)
def _code(token: str) -> int:
    return crc32(token.encode()) & 0x7FFFFFFF


def features(subgoal: Subgoal) -> FeatureSet:
    """The features of one sequent; equal sequents up to local names have nearly equal features."""
    goal = read_term(subgoal.conclusion)
    context = [(each.names, read_term(each.type)) for each in subgoal.hypotheses[-_MAX_HYPOTHESES:]]
    shapes = {name: f"@{term.root}" for names, term in context for name in names}
    conclusion = np.array([_BEGIN, *_codes(goal, shapes), _END], dtype=np.uint64)
    numbered = np.array([_BEGIN, *_numbered(goal, shapes), _END], dtype=np.uint64)
    written = [_SEPARATOR]
    for _names, term in context:
        written += _codes(term, shapes)
        written.append(_SEPARATOR)
    hypotheses = np.array(written[: 2 * _MAX_WORDS], dtype=np.uint64)
    roots = [_code(term.root) for _names, term in context]
    named = [_code(name) for names, _term in context for name in names]
    return np.unique(
        np.concatenate(
            (
                _mix(conclusion, _CONCLUSION),
                _ngrams(conclusion, _CONCLUSION),
                _ngrams(numbered, _NUMBERED),
                _whole(goal, shapes),
                _mix(hypotheses, _CONTEXT),
                _ngrams(hypotheses, _CONTEXT),
                _mix(np.array(roots, dtype=np.uint64), _ROOT),
                _mix(np.array(named, dtype=np.uint64), _NAME),
            )
        )
    )


def hash_words(words: Sequence[str]) -> FeatureSet:
    """One feature a word, in order, not made distinct."""
    return _mix(np.array([_code(word) for word in words], dtype=np.uint64), _WORDS)


def _codes(term: Term, shapes: dict[str, str]) -> list[int]:
    """Words with local names replaced by their type's root."""
    return [_code(shapes.get(word, word)) for word in term.abstract[:_MAX_WORDS] if word not in _SKIP]


def _numbered(term: Term, shapes: dict[str, str]) -> list[int]:
    """Words with local and bound names replaced by numbers, so that it shows which are the same."""
    numbers: dict[str, int] = {}
    found = []
    for word, abstract in zip(term.words[:_MAX_WORDS], term.abstract, strict=False):
        if word in shapes or (abstract is not word and abstract.startswith("β")):
            found.append(-1 - numbers.setdefault(word, len(numbers)) & 0x7FFFFFFF)
        elif word not in _SKIP:
            found.append(_code(word))
    return found


def _mix(codes: NDArray[np.uint64], salt: int) -> FeatureSet:
    """Hash codes under a salt; multiplication wraps on purpose."""
    mixed = (codes + np.uint64(salt * 0x9E3779B9)) * np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(64 - _BITS)).astype(np.uint32)


def _ngrams(codes: NDArray[np.uint64], salt: int) -> FeatureSet:
    """Two and three words in a row."""
    pairs = codes[:-1] * np.uint64(0x100000001B3) + codes[1:]
    triples = pairs[:-1] * np.uint64(0x100000001B3) + codes[2:]
    return np.concatenate((_mix(pairs, salt * 16 + _PAIR), _mix(triples, salt * 16 + _TRIPLE)))


def _whole(goal: Term, shapes: dict[str, str]) -> FeatureSet:
    """The conclusion's root, its first words, what stands left and right of the root, and all of it."""
    words = [shapes.get(word, word) for word in goal.abstract if word not in _SKIP]
    marks = [f"root {goal.root}", f"start {' '.join(words[:2])}", f"start {' '.join(words[:4])}"]
    if goal.root in words:
        right = words[words.index(goal.root) + 1 :]
        marks.append(f"left {goal.root} {words[0]}")
        marks.append(f"right {goal.root} {right[0] if right else ''}")
        marks.append(f"all {' '.join(words)}")
    return _mix(np.array([crc32(mark.encode()) for mark in marks], dtype=np.uint64), _SIDE)
