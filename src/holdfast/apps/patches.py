"""What was changed in a text, as a patch."""

import difflib

from holdfast.core.documents import Source

__all__ = ["patch"]


def patch(before: Source, after: Source) -> str:
    """A unified diff that `patch -p1` takes; empty where nothing has changed."""
    name = before.name.lstrip("/")
    lines = difflib.unified_diff(_lines(before.text), _lines(after.text), f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """Lines with their ends; a form feed ends none."""
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])
