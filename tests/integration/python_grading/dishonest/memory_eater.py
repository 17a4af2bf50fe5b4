"""Takes all memory."""


def score(text):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))
