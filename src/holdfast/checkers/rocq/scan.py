"""Finds by text what may not stand in an audited file: ways around the kernel, and acts on the machine.

Holes and axioms are not its business: Rocq itself tells what a theorem rests on. The scan is the layer that
keeps text from being run at all, and a second net below `Print Assumptions`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest

from holdfast.checkers.rocq.sentences import Sentence, SentenceKind, bare
from holdfast.core.documents import Source

__all__ = ["Finding", "FindingKind", "scan", "unsafe_arguments"]


class FindingKind(StrEnum):
    """Why something is refused."""

    UNSAFE = "unsafe"
    """It switches off a check of the kernel, or extends the kernel."""
    FORBIDDEN = "forbidden"
    """It runs foreign code, reads or writes files, or takes sentences back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that may not stand in an audited file."""

    start: int
    """First character of the sentence."""
    kind: FindingKind
    message: str


_UNSAFE = (
    (r"(?:Export )?Unset (?:Guard|Positivity|Universe) Checking\b", "switches a check of the kernel off"),
    (r"(?:Export )?Set (?:Definitional UIP|Cumulative StrictProp)\b", "changes the kernel's conversion"),
    (r"Primitive\b", "declares a primitive of the kernel"),
    (r"Register\b.*\bas kernel\.", "declares a primitive of the kernel"),
    (r"Symbols?\b|Rewrite Rules?\b", "adds rewrite rules to the kernel"),
)
_FORBIDDEN = (
    (r"Load\b", "reads a text that is not audited"),
    (r"Declare ML Module\b", "runs foreign code"),
    (r"Redirect\b", "writes a file"),
    (r"Cd\b", "leaves the working directory"),
    (r"(?:Add|Remove) (?:Rec )?(?:LoadPath|ML Path)\b", "changes where libraries are found"),
    (r"Extraction TestCompile\b", "runs a compiler"),
    (r"(?:Export )?Set (?:Extraction Output Directory|NativeCompute Profil\w+)\b", "writes files"),
    (r'(?:Print|Dump) (?:Sorted )?Universes\b.*""', "writes a file"),
    (
        r"(?:Reset|Back|BackTo|Backtrack|Drop|Quit|Restore State|Write State)\b",
        "takes sentences back or ends the program",
    ),
)
_TABLE = tuple(
    (re.compile(pattern), kind, message)
    for kind, rules in ((FindingKind.UNSAFE, _UNSAFE), (FindingKind.FORBIDDEN, _FORBIDDEN))
    for pattern, message in rules
)
_STRING = re.compile(r'"(?:[^"]|"")*"')
_FRONT = re.compile(
    r"#\s?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s*"
    r"|(?:Time|Fail|Succeed|Instructions|Profile|Timeout \d+|Local|Global|Polymorphic|Monomorphic|Cumulative"
    r"|NonCumulative|Private|Program)\s+"
)
"""Attributes, and the words that may stand in front of a command."""
_BYPASS = re.compile(r"#\s?\[.*\bbypass_check\b")
_EXTRACTION = re.compile(r'(?:Recursive |Separate )?Extraction\s+""')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_PLAIN_NAME = re.compile(r"[\w\-]+(?:\.[\w\-]+)*")
_UNSAFE_ARGUMENT = re.compile(
    r"-(?:type-in-type|allow-rewrite-rules|load-vernac-source(?:-verbose)?|l|lv|init-file|coqlib|boot)"
    r"|-(?:topfile|top|o|vio\w*|quick|vos|vok)"
    r"|-unset (?:guard|positivity|universe) ?checking"
    r"|-set (?:guard|positivity|universe) ?checking=false"
    r"|-set (?:definitional ?uip|cumulative ?strictprop|rewrite ?rules)(?:=true)?",
    re.IGNORECASE,
)
_VALUED = frozenset({"-set", "-unset"})


def scan(source: Source, sentences: Sequence[Sentence]) -> tuple[Finding, ...]:
    """Everything in a text that may not stand in an audited file, in order.

    Words in comments, strings and identifiers are not looked at. What stands behind `Fail` is.
    """
    found: list[Finding] = []
    for sentence in sentences:
        if sentence.kind is SentenceKind.COMMAND:
            judged = _judged(source.text[sentence.start : sentence.end])
            if judged is not None:
                found.append(Finding(sentence.start, *judged))
    return tuple(found)


def unsafe_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """Those of a project's arguments that weaken the kernel, load other text or take over the compiler."""
    words = [
        f"{word} {' '.join(value.split())}" if word in _VALUED else word
        for word, value in zip_longest(arguments, arguments[1:], fillvalue="")
    ]
    return tuple(word for word in words if _UNSAFE_ARGUMENT.fullmatch(word))


@lru_cache(maxsize=1 << 15)
def _judged(sentence: str) -> tuple[FindingKind, str] | None:
    """A file that is being worked on is looked through again and again."""
    return _judge(bare(sentence))


def _judge(text: str) -> tuple[FindingKind, str] | None:
    code = _STRING.sub('""', text)
    if _BYPASS.search(code):
        return FindingKind.UNSAFE, "the attribute bypass_check switches a check of the kernel off"
    while front := _FRONT.match(code):
        code = code[front.end() :]
    if code.startswith("#"):
        return FindingKind.FORBIDDEN, "these attributes cannot be read"
    for pattern, kind, message in _TABLE:
        found = pattern.match(code)
        if found:
            said = found[0].replace('""', "").strip()
            return kind, f"`{said}` {message}"
    if _EXTRACTION.match(code) and not _writes_here(text):
        return FindingKind.FORBIDDEN, "`Extraction` writes a file outside the working directory"
    return None


def _writes_here(text: str) -> bool:
    """Whether every string of an extraction command is a plain file name."""
    return all(_PLAIN_NAME.fullmatch(name) for name in _QUOTED.findall(text))
