"""What a task suggests: which operators can matter, which literals, which functions of the file."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from holdfast.models.synthesis.guarding import guarded
from holdfast.models.synthesis.kinds import call
from holdfast.models.synthesis.ops_collections import COLLECTIONS
from holdfast.models.synthesis.ops_numbers import COMPARISONS, NUMBERS
from holdfast.models.synthesis.ops_text import TEXT
from holdfast.models.synthesis.task import Plain, SynthesisTask
from holdfast.models.synthesis.terms import Op

__all__ = ["LOOPED", "explosive", "helpers", "literals", "operators"]

_LOOPED_NAMES: Final = frozenset(
    {
        "range",
        "range_upto",
        "range2",
        "range2_upto",
        "range_down",
        "range_step",
        "zip",
        "enumerate",
        "items",
        "transpose",
    }
)
LOOPED: Final = tuple(op for op in (*NUMBERS, *COLLECTIONS) if op.name in _LOOPED_NAMES)
"""Operators whose results are there to be looped over."""

_EXPLOSIVE: Final = frozenset({"**", "zfill", "rjust", "ljust", "center"})

_FLOAT_ONLY: Final = frozenset({"/", "round", "float"})
_TEXT_OUT: Final = frozenset(
    {"chr", "bin", "hex", "format_bin", "zfill", "rjust", "ljust", "center", "splitlines"}
)
_DICT_OUT: Final = frozenset({"dict", "zip_dict", "merge"})
_NESTED_OUT: Final = frozenset({"single", "double"})
_RARE: Final = frozenset(
    {"int_base2", "bit_count", "splitlines", "step", "^", "hex", "**", "title", "center", "swapcase"}
)
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "int_base2": ("binary", "bits", "base 2"),
    "format_bin": ("binary", "bits", "base 2"),
    "bin": ("binary", "bits"),
    "bit_count": ("bits", "set bits", "ones"),
    "hex": ("hex",),
    "**": ("power", "square", "cube", "exponent", "**", "prime", "root", "perfect", "distance"),
    "title": ("title", "capital", "case"),
    "center": ("center", "centre"),
    "swapcase": ("swap", "case"),
    "splitlines": ("line",),
    "step": ("every", "alternat", "step", "other", "even", "odd"),
    "^": ("exactly one", "symmetric"),
}
_UNUSUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "unique": ("unique", "different", "distinct", "duplicate", "repe", "once", "first appear"),
    "strip": ("strip", "trim", "space", "surround"),
    "startswith": ("start", "begin", "first", "prefix"),
    "endswith": ("end", "last", "suffix"),
    "swapcase": ("swap",),
    "replace": ("replace", "remove", "without", "instead", "drop", "delete", "strip"),
    "commonest": ("common", "often", "frequent", "mode", "majority", "most"),
    "islower": ("lower", "small", "case"),
    "isupper": ("upper", "capital", "case"),
    "chr": ("char", "letter", "code", "alphabet"),
    "**": ("power", "square", "cube", "exponent"),
}
"""Operators that are easily right by accident, and words of texts that mean them."""
_LEXICON: Final[Mapping[str, tuple[str, ...]]] = {
    "vowel": ("aeiou", "aeiouAEIOU"),
    "consonant": ("aeiou", "aeiouAEIOU"),
    "alphabet": ("abcdefghijklmnopqrstuvwxyz",),
    "pangram": ("abcdefghijklmnopqrstuvwxyz",),
    "letter": ("a", "A"),
    "caesar": ("a", "A"),
    "leap": (),
}
_NUMBERS_OF: Final[Mapping[str, tuple[int, ...]]] = {
    "leap": (4, 100, 400),
    "minute": (60,),
    "hour": (60, 3600),
    "fahrenheit": (32, 9, 5),
    "celsius": (32, 9, 5),
    "percent": (100,),
    "digit": (10,),
    "alphabet": (26,),
    "letter": (26,),
    "caesar": (26,),
    "byte": (8, 256),
    "week": (7,),
    "dozen": (12,),
}


def _types(value: Plain) -> Iterator[type]:
    yield type(value)
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _types(key)
            yield from _types(entry)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _types(item)


def operators(task: SynthesisTask) -> tuple[Op, ...]:
    """The operators that fit the kinds of values which the task shows, helpers not included."""
    into = {kind for example in task.examples for kind in _types(list(example.args))}
    out = {kind for example in task.examples for kind in _types(example.expected)}
    top = {type(example.expected) for example in task.examples}
    text = f"{task.name.replace('_', ' ')} {task.text}".lower()
    left_out = set(_LOOPED_NAMES)
    left_out |= _FLOAT_ONLY if float not in into | out else set()
    left_out |= _TEXT_OUT if str not in out else set()
    left_out |= _DICT_OUT if dict not in out else set()
    left_out |= _NESTED_OUT if list not in out else set()
    left_out |= {"couple"} if tuple not in out else set()
    left_out |= {name for name in _RARE if not any(word in text for word in _WORDS.get(name, ()))}
    if list in top and list not in into:
        left_out -= {"range", "range_upto", "range2"}
    if list in top and tuple in out:
        left_out -= {"zip", "enumerate", "items"}
    table = [*NUMBERS, *COMPARISONS, *COLLECTIONS]
    if str in into | out or "digit" in text:
        table += TEXT
    return tuple(_priced(op, text) for op in table if op.name not in left_out)


def _priced(op: Op, text: str) -> Op:
    """Operators that are seldom meant cost more where the text has no word for them."""
    words = _UNUSUAL.get(op.name)
    return op if words is None or any(word in text for word in words) else replace(op, cost=op.cost + 1)


def literals(task: SynthesisTask) -> list[tuple[Plain, int]]:
    """Values to write down, with their costs: common ones, those in the docstring, those that come out."""
    found: dict[tuple[type, Plain], int] = {(int, 0): 1, (int, 1): 1, (int, 2): 1, (int, -1): 1}
    text = f"{task.name.replace('_', ' ')} {task.text}"
    lower = text.lower()
    outputs = [example.expected for example in task.examples if example.raises is None]
    kinds = {kind for example in task.examples for kind in _types([*example.args, example.expected])}
    for number in re.findall(r"(?<![\w.])\d+(?![\w.]*\d)", task.text)[:8]:
        found.setdefault((int, int(number)), 1)
    for word, numbers in _NUMBERS_OF.items():
        if word in lower:
            found.update({(int, number): 1 for number in numbers if (int, number) not in found})
    if str in kinds or "digit" in lower:
        for entry in _strings(task, lower, outputs):
            found.setdefault((str, entry), 2 if len(entry) == 1 and entry.isalnum() else 1)
    for value in outputs:
        if type(value) in {int, str, bool, float, type(None)} and len(found) < 24:
            cost = 1 if value is None or type(value) is bool else 4
            found.setdefault((type(value), value), cost)
    found.setdefault((int, 10), 2)
    found.setdefault((int, 3), 2)
    found.setdefault((int, -2), 2)
    return [(value, cost) for (_, value), cost in found.items()]


def _strings(task: SynthesisTask, lower: str, outputs: Sequence[Plain]) -> Iterator[str]:
    yield from ("", " ")
    for _, quoted in re.findall(r"""(['"`])(.{1,12}?)\1""", task.text)[:8]:
        yield quoted
    for word, texts in _LEXICON.items():
        if word in lower:
            yield from texts
    shown = [value for value in outputs if isinstance(value, str)]
    taken = "".join(str(example.args) for example in task.examples)
    if len(shown) > 1:
        yield from _edges(shown)
        counted = {
            c
            for c in shown[0]
            if not c.isalnum() and all(c in value for value in shown[1:] if len(value) > 1)
        }
        yield from sorted(c for c in counted if c not in taken)
        yield from sorted(c for c in counted if c in taken)[:2]
    marks = {
        c for example in task.examples for value in example.args if isinstance(value, str) for c in value
    }
    yield from sorted(c for c in marks if c in ",;:-_./=()")[:4]


def _edges(shown: Sequence[str]) -> Iterator[str]:
    """What all texts that come out begin with, and end with."""
    first, last = min(shown), max(shown)
    size = next(
        (n for n, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(last)),
    )
    if size:
        yield first[:size]
    turned = [value[::-1] for value in shown]
    first, last = min(turned), max(turned)
    size = next(
        (n for n, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(last)),
    )
    if size:
        yield first[:size][::-1]


def explosive(op: Op) -> bool:
    """Whether what comes out of an operator as it is written can be of any size."""
    repeats = op.name == "*" and "int" not in op.arguments[0]
    return op.name.rpartition(".")[2] in _EXPLOSIVE or op.name.startswith("range") or repeats


def helpers(task: SynthesisTask, namespace: Mapping[str, Plain]) -> Iterator[Op]:
    """The functions of the file as operators; values are copied before they are handed over."""
    for helper in task.helpers:
        function = namespace.get(helper.name.partition(".")[0])
        for part in helper.name.split(".")[1:]:
            function = getattr(function, part, None)
        if callable(function) and 1 <= len(helper.parameters) <= 3:
            letters = "".join(
                _LETTERS.get((p.annotation or "").partition("[")[0], "a") for p in helper.parameters
            )
            yield call(helper.name, letters, "", guarded(function))
    yield from _imported(namespace)


def _imported(namespace: Mapping[str, Plain]) -> Iterator[Op]:
    """What the file imports of the standard library's `math`, by its own names."""
    for name, value in namespace.items():
        if value is math:
            yield from (
                call(f"{name}.{known}", kinds, result, getattr(math, known)) for known, kinds, result in _MATH
            )
        for known, kinds, result in _MATH:
            if value is getattr(math, known):
                yield call(name, kinds, result, value)


_MATH: Final = (
    ("gcd", "ii", "int"),
    ("lcm", "ii", "int"),
    ("isqrt", "i", "int"),
    ("floor", "f", "int"),
    ("ceil", "f", "int"),
    ("prod", "N", ""),
    ("sqrt", "n", "float"),
    ("hypot", "nn", "float"),
)
_LETTERS: Final = {
    "int": "i",
    "float": "n",
    "str": "s",
    "bool": "b",
    "list": "L",
    "dict": "d",
    "set": "e",
    "tuple": "t",
}
