import time


def patient(x):
    """
    >>> patient(1)
    2
    """
    time.sleep(0.2)
    return x + 1
