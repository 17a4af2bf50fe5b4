"""Whether programs can be read by the grammars of their languages, looked at in the sandbox.

Grammars are large programs in C, made for texts of good will: some texts make them take minutes and
gigabytes. What models write need not be of good will, so that no grammar is loaded here.
"""

from functools import cache
from importlib.resources import files as resources
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from holdfast.coding.languages import Language
from holdfast.coding.records import Finding, Place
from holdfast.core.errors import InfrastructureError
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job, Level
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["look"]

_ALLOWANCE = Allowance(wall_s=20.0, cpu_s=2.0, memory_mb=512, processes=8, output_bytes=1 << 16)
_LEVELS = {Level.NAMESPACES, Level.LANDLOCK, Level.NONE}
"""Whose jobs find libraries of this machine."""
_MAIN = "grammar_main.py"


class _Wrong(BaseModel):
    """What comes back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: int
    column: int
    missing: str


async def look(code: str, language: Language, sandbox: Sandbox | None) -> Finding | None:
    """What is wrong with a program; None where its grammar takes it, or it has none.

    Grammars know less than compilers (macros of C, dialects of SQL), so that what they say is a warning.
    """
    if not language.grammar:
        return None
    libraries = _libraries(language.grammar)
    if libraries is None:
        return _unchecked(language, "pip install 'holdfast[app]'")
    if sandbox is None or sandbox.level not in _LEVELS:
        return _unchecked(language, "no sandbox that could read it holds here")
    inside = resources("holdfast.coding").joinpath("inside", _MAIN).read_bytes()
    job = Job(
        argv=(PYTHON, _MAIN, language.grammar, language.file),
        files={_MAIN: inside, language.file: code.encode("utf-8", "replace")},
        allowance=_ALLOWANCE,
        readable=libraries,
        environment={"PYTHONPATH": ":".join(map(str, libraries))},
    )
    try:
        ran = await sandbox.run(job)
    except InfrastructureError as error:
        return _unchecked(language, str(error))
    if ran.ended != "exit" or ran.returncode != 0:
        return _unchecked(language, "its grammar takes too long with it, or too much memory")
    return _read(ran.stdout, language)


def _read(answer: bytes, language: Language) -> Finding | None:
    if answer.strip() == b"null":
        return None
    try:
        wrong = _Wrong.model_validate_json(answer)
    except ValidationError:
        return _unchecked(language, "its grammar gave no answer")
    said = f"{wrong.missing} is missing" if wrong.missing else "this cannot be read"
    message = f"this may be no {language.title}: {said} (line {wrong.line})"
    return Finding("syntax", "warning", message, Place(wrong.line, wrong.column))


def _unchecked(language: Language, why: str) -> Finding:
    return Finding("unchecked", "warning", f"whether this is {language.title} was not checked: {why}")


@cache
def _libraries(grammar: str) -> tuple[Path, ...] | None:
    """Where the parser and a grammar are found; None where one is not installed. Imports neither.

    These are whole folders of libraries: modules are found by listing the folder that they are in.
    """
    found = [find_spec(name) for name in ("tree_sitter", grammar)]
    places = [Path(spec.origin).parents[1] for spec in found if spec is not None and spec.origin is not None]
    return tuple(dict.fromkeys(places)) if len(places) == len(found) else None
