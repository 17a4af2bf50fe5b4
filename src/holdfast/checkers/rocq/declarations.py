"""The names that a text puts in force, with their statements, asked of the live Rocq that reads it."""

import re
from collections.abc import Iterator

from holdfast.checkers.rocq.toplevel import RejectedError, Toplevel
from holdfast.core.trajectories import Declared

__all__ = ["local_declarations"]

_ENTRY = re.compile(
    r"^(?P<name>[^\W\d][\w'.]*):\s+(?P<statement>\S.*?)(?=^[^\W\d][\w'.]*:\s|\Z)", re.MULTILINE | re.DOTALL
)
_DATA = re.compile(r"Prop|Set|Type|SProp|[a-z][\w'.]*")
_SORTED = re.compile(r"\b(?:Prop|Set|Type|SProp)$")
_SCHEME = re.compile(r"\w*_(?:ind|rec|rect|sind|ind2|rec2|rect2)$")


async def local_declarations(toplevel: Toplevel, known: set[str]) -> list[Declared]:
    """What the text read so far has put in force itself and is not in `known`; updates `known`.

    Included modules, functor parameters and section variables count. Names are as one would write them here.
    """
    libraries = _libraries(await toplevel.query("Print Libraries."))
    try:
        found = await toplevel.query(f"Search _ outside {' '.join(libraries)}.")
    except RejectedError:
        return []
    fresh = [item for item in _parse(found) if item.name not in known]
    known.update(item.name for item in fresh)
    return fresh


def _libraries(printed: str) -> list[str]:
    return [word for word in printed.split() if "." in word and not word.endswith((".", ":"))]


def _parse(printed: str) -> Iterator[Declared]:
    found = [(entry["name"], " ".join(entry["statement"].split())) for entry in _ENTRY.finditer(printed)]
    names = {name for name, _statement in found}
    for name, statement in found:
        if not _SCHEME.match(name.rpartition(".")[2]):
            yield Declared(name, _kind(statement, has_scheme=f"{name}_ind" in names), statement)


def _kind(statement: str, *, has_scheme: bool) -> str:
    """Told by the printed type, and by whether an induction scheme was made for the name.

    What ends in a sort or in a lone lower-case name is a type or a definition.
    """
    if has_scheme and _SORTED.search(statement):
        return "inductive"
    conclusion = statement.rpartition("->")[2].rpartition(",")[2].strip()
    return "definition" if _DATA.fullmatch(conclusion) else "theorem"
