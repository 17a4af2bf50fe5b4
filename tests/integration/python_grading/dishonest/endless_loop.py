"""Never returns, and ignores signals."""
import signal

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def score(text):
    while True:
        pass
