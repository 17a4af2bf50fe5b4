import os
import tempfile


def round_trip(text):
    """
    >>> round_trip("hello")
    'hello'
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file.txt")
        with open(path, "w") as file:
            file.write(text)
        with open(path) as file:
            return file.read()
