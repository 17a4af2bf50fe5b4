"""Tests that have to be run: what is called, and with what, is worked out on the way."""

import random

import pytest
from program import score

CASES = {"holdfast": 2, "education": 5, "xyz": 0, "AEIOU": 5}


def test_table():
    for text, wanted in CASES.items():
        assert score(text) == wanted


def test_any_text():
    dice = random.Random(1)
    for _ in range(20):
        text = "".join(dice.choices("abcdefgh", k=12))
        assert score(text) == sum(letter in "ae" for letter in text)


def test_what_is_no_text():
    with pytest.raises(TypeError, match="text$"):
        score(None)
