"""Overflows the stack of the machine."""
import sys

sys.setrecursionlimit(10**9)


def score(text):
    return score(text)
