def frame(data):
    r"""
    >>> frame(b"a")
    b'\x01a\xff'
    """
    return bytes([len(data)]) + data + b"\xff"


def quote(text):
    """
    >>> quote("it's")
    '"it\\'s"'
    """
    return f'"{text}"'


assert frame(b"\x00\n") == b"\x02\x00\n\xff"
