import subprocess
import sys


def shout(text):
    """
    >>> shout("a")
    'A'
    """
    script = "import sys; print(sys.argv[1].upper())"
    return subprocess.run([sys.executable, "-c", script, text], capture_output=True, text=True).stdout.strip()
