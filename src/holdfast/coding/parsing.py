"""Whether a text is a program of its language, as far as can be told here; grammars are asked elsewhere."""

import ast
import re
import warnings

from holdfast.coding.languages import Language
from holdfast.coding.records import Finding, Place

__all__ = ["check", "is_plausible"]

_STATEMENT = re.compile(r"^(?:Theorem|Lemma|Definition|theorem|lemma|example|def) ", re.MULTILINE)
_MARKS = re.compile(r"[{}();=|<>$]")
_TOO_DEEP = "its parts are nested too deep to be read"


def check(code: str, language: Language) -> Finding | None:
    """Why a text is no program of the language; None where nothing speaks against it."""
    if not code.strip():
        return Finding("syntax", "error", "there is no code in it")
    return _python(code) if language.name == "python" else None


def is_plausible(text: str, language: Language) -> bool:
    """Whether a text without fences is a program rather than prose.

    Prose of one word is a Python expression too, so that a text has to do something.
    """
    if language.tests == "proofs":
        return _STATEMENT.search(text) is not None
    if language.name != "python":
        return len(_MARKS.findall(text)) * 40 > len(text)  # more of them than prose has
    module = _module(text)
    if isinstance(module, Finding):
        return False
    return any(not isinstance(each, ast.Expr) or isinstance(each.value, ast.Call) for each in module.body)


def _python(code: str) -> Finding | None:
    module = _module(code)
    return module if isinstance(module, Finding) else None


def _module(code: str) -> ast.Module | Finding:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in strings
            return ast.parse(code)
    except SyntaxError as error:
        place = Place(error.lineno or 0, error.offset or 0)
        return Finding("syntax", "error", f"this is not Python: {error.msg} (line {place.line})", place)
    except ValueError as error:
        return Finding("syntax", "error", f"this is not Python: {error}")
    except (RecursionError, MemoryError):
        return Finding("syntax", "error", f"this is not Python that can be read: {_TOO_DEEP}")
