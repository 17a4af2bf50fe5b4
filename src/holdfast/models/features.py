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
_SPREAD = np.uint64(0x100000001B3)
"""Keeps the order of words apart in pairs and triples (the FNV prime)."""
_SKIP = frozenset("()[]{},")
_CONCLUSION, _NUMBERED, _CONTEXT, _PAIR, _TRIPLE, _ROOT, _NAME, _SIDE, _WORDS = range(1, 10)
_PAIRS, _TRIPLES = (
    [16 * kind + length for kind in (_CONCLUSION, _NUMBERED, _CONTEXT)] for length in (_PAIR, _TRIPLE)
)
_SALTS = np.array([_CONCLUSION, _CONTEXT, *_PAIRS, *_TRIPLES, _SIDE, _ROOT, _NAME], dtype=np.uint64)
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
    conclusion = [_BEGIN, *_codes(goal, shapes), _END]
    numbered = [_BEGIN, *_numbered(goal, shapes), _END]
    hypotheses = [_SEPARATOR]
    for _names, term in context:
        hypotheses += _codes(term, shapes)
        hypotheses.append(_SEPARATOR)
    del hypotheses[2 * _MAX_WORDS :]
    single = (
        _whole(goal, shapes),
        [_code(term.root) for _names, term in context],
        [_code(name) for names, _term in context for name in names],
    )
    return _distinct(_hash_all((conclusion, numbered, hypotheses), single))


def _hash_all(texts: Sequence[list[int]], single: Sequence[list[int]]) -> FeatureSet:
    """Words, pairs and triples of the three texts, and codes that stand alone; hashed together, for speed."""
    first, second = len(texts[0]), len(texts[0]) + len(texts[1])
    codes = np.array([code for text in (*texts, *single) for code in text], dtype=np.uint64)
    end = second + len(texts[2])
    words = codes[:end]
    pairs = words[:-1] * _SPREAD + words[1:]
    triples = pairs[:-1] * _SPREAD + words[2:]
    parts = [words[:first], words[second:]]
    for size, grams in ((1, pairs), (2, triples)):
        parts += [grams[: first - size], grams[first : second - size], grams[second:]]
    for one in single:
        parts.append(codes[end : end + len(one)])
        end += len(one)
    return _mix(np.concatenate(parts), np.repeat(_SALTS, [len(part) for part in parts]))


def _distinct(values: FeatureSet) -> FeatureSet:
    """In ascending order, each once."""
    ordered = np.sort(values)
    new = np.empty(len(ordered), dtype=np.bool_)
    new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def hash_words(words: Sequence[str]) -> FeatureSet:
    """One feature a word, in order, not made distinct."""
    codes = np.array([_code(word) for word in words], dtype=np.uint64)
    return _mix(codes, np.array([_WORDS], dtype=np.uint64))


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


def _mix(codes: NDArray[np.uint64], salts: NDArray[np.uint64]) -> FeatureSet:
    """Hash codes under salts; multiplication wraps on purpose."""
    mixed = (codes + salts * np.uint64(0x9E3779B9)) * np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(64 - _BITS)).astype(np.uint32)


def _whole(goal: Term, shapes: dict[str, str]) -> list[int]:
    """The conclusion's root, its first words, what stands left and right of the root, and all of it."""
    words = [shapes.get(word, word) for word in goal.abstract if word not in _SKIP]
    marks = [f"root {goal.root}", f"start {' '.join(words[:2])}", f"start {' '.join(words[:4])}"]
    if goal.root in words:
        right = words[words.index(goal.root) + 1 :]
        marks.append(f"left {goal.root} {words[0]}")
        marks.append(f"right {goal.root} {right[0] if right else ''}")
        marks.append(f"all {' '.join(words)}")
    return [crc32(mark.encode()) for mark in marks]
