"""Which bodies are proposed to a user, and which are not."""

import re

import pytest

from holdfast.checkers.python.bodies import parse_body
from holdfast.checkers.python.document import read_document
from holdfast.checkers.python.guard import customs_of, objection
from holdfast.core.documents import Source

TEXT = """\
import os.path
import numpy as np
from shutil import copyfile
import sys

def f(x):
    import subprocess
    return subprocess.run(x)

def g(x):
    print(os.path.join("a", x), np.zeros(3), sys.argv)
    return x.__dict__
"""


def said(body: str) -> str:
    document = read_document(Source("a.py", TEXT))
    return objection(parse_body(body), customs_of(document, document.functions[0]))


@pytest.mark.parametrize(
    "body",
    [
        "return x + 1",
        "import math\nreturn math.sqrt(x)",
        "from collections.abc import Iterable\nreturn 1",
        "from functools import reduce\nreturn reduce(max, x)",
        "import numpy\nreturn numpy.mean(x)",
        "return np.linalg.norm(x)",
        "return os.path.basename(x)",
        "return x.__class__.__name__, x.__dict__",
        "return x.open(), self.system, sys.argv[1:]",
        "print(x)",
    ],
)
def test_what_computes_passes(body: str) -> None:
    assert said(body) == ""


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("return open(x)", "open"),
        ("return eval(x)", "eval"),
        ("y = exec\nreturn y(x)", "exec"),
        ("return __import__('os')", "__import__"),
        ("import socket", "socket"),
        ("import subprocess\nreturn subprocess.run(x)", "subprocess"),
        ("from urllib.request import urlopen", "urllib"),
        ("from . import other", r"\."),
        ("os.system(x)", r"os\.system"),
        ("os.path\nos.remove(x)", r"os\.remove"),
        ("sys.exit()", r"sys\.exit"),
        ("global g\ng = 1", "global g"),
        ("return f.__doc__", "__doc__"),
        ("return ().__class__.__bases__[0].__subclasses__()", "__bases__|__subclasses__"),
        ("return x.gi_frame.f_back", "f_back|gi_frame"),
        ("return __builtins__", "__builtins__"),
        ("def inner():\n    return open(x)\nreturn inner()", "open"),
    ],
)
def test_what_reaches_out_is_told(body: str, word: str) -> None:
    assert re.search(word, said(body))
