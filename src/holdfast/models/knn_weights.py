"""What the neighbours' ranker begins with; `benchmarks/predict.py --weights` prints it anew."""

__all__ = ["WEIGHTS"]

WEIGHTS = {
    "none": 2.12,
    "none_nearest": -0.69,
    "similarity": 1.74,
    "relative": 0.84,
    "rank": -0.39,
    "votes": 0.37,
    "pattern_nearest": 0.03,
    "age": -0.19,
    "exact": 0.40,
    "similar_after_same": 0.40,
    "same_previous": 0.31,
    "both_first": -0.34,
    "same_tactic_before": 1.00,
    "slots": 0.39,
    "text_recent": 0.24,
    "text_after": 0.16,
    "text_shape": 0.06,
    "after": -0.34,
    "after_two": 0.19,
    "after_at_shape": 0.19,
    "recent_at_shape": 0.12,
    "length": -1.47,
    "words": -0.56,
    "repeated": -1.69,
    "generated": 2.40,
    "popular": 1.03,
}
"""Fitted online on the libraries Arith, Bool, Lists, Logic and ZArith."""
