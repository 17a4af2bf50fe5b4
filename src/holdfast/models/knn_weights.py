"""What the neighbours' rankers begin with: a weight for each column of a candidate and stage of a proof.

The stages are a proof's first step, its next three, and the rest.
"""

__all__ = ["WEIGHTS"]

WEIGHTS = {
    "rank": (-0.46, -0.50, -0.31),
    "votes": (0.41, 0.19, 0.46),
    "age": (-0.23, -0.14, -0.12),
    "text_recent": (0.24, 0.16, 0.17),
    "text_after": (0.10, 0.11, 0.16),
    "text_shape": (0.05, 0.05, 0.09),
    "after": (-0.46, -0.40, -0.43),
    "after_two": (0.12, 0.24, 0.16),
    "after_at_shape": (0.25, 0.19, 0.21),
    "recent_at_shape": (0.06, 0.01, 0.10),
    "none": (2.04, 2.14, 2.00),
    "none_nearest": (-0.62, -0.33, -0.68),
    "similarity": (1.94, 1.63, 1.58),
    "relative": (1.04, 0.79, 0.80),
    "pattern_nearest": (0.20, -0.16, 0.00),
    "exact": (0.47, 0.59, 0.30),
    "similar_after_same": (0.40, 0.22, 0.61),
    "same_previous": (0.31, 0.12, 0.38),
    "both_first": (-0.37, -0.34, -0.34),
    "same_tactic_before": (0.97, 0.97, 1.18),
    "slots": (0.16, 0.66, 0.33),
    "length": (-1.35, -1.59, -1.43),
    "words": (-0.43, -0.66, -0.61),
    "repeated": (-1.69, -2.38, -1.54),
    "generated": (2.88, 2.43, 2.53),
    "popular": (1.18, 1.16, 0.72),
}
"""Fitted online on the libraries Arith, Bool, Lists, Logic and ZArith: `benchmarks/predict.py` says how."""
