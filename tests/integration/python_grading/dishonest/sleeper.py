"""Waits instead of answering."""
import time


def score(text):
    time.sleep(10**6)
