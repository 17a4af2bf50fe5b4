"""What the neighbours' ranker begins with; `benchmarks/predict.py --weights` prints it anew."""

__all__ = ["WEIGHTS"]

WEIGHTS = {
    "none": 2.0,
    "none_nearest": -2.0,
    "similarity": 2.0,
    "relative": 0.5,
    "rank": -0.6,
    "votes": 0.3,
    "weight": 0.0,
    "kind_nearest": 0.5,
    "fit": 0.0,
    "variant": -0.4,
    "age": 0.0,
    "recent_text": 0.2,
    "text_after": 0.3,
    "text_shape": 0.1,
    "by_shape": 0.0,
    "after": -0.3,
    "after_two": 0.3,
    "after_at_shape": 0.2,
    "recent": 0.0,
    "recent_at_shape": 0.3,
    "length": -1.0,
    "words": -0.2,
    "compound": 0.0,
    "same_previous": 0.4,
    "both_first": -0.4,
    "same_tactic_before": 1.0,
    "repeated": -1.5,
    "slots": 0.3,
    "generated": 1.0,
    "popular": 0.3,
}
"""Fitted online on the libraries Arith, Bool, Lists, Logic and ZArith."""
