"""Ends with success when it is called."""
import sys


def score(text):
    sys.exit(0)
