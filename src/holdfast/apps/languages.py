"""Which language a file is written in, told by the ending of its name."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from holdfast.core.errors import UserError
from holdfast.models.prompts import Language

__all__ = ["LANGUAGES", "check_endings", "language_of"]

LANGUAGES: Mapping[str, Language] = {".v": "rocq", ".py": "python", ".lean": "lean"}
"""By the ending of a file. `holdfast.apps.LANGUAGE` has what it takes: the `bench` that fills holes, and the
`live` document that is asked about at one place after another."""


def language_of(file: str | PurePath) -> Language:
    """The language of a file. Raises UserError where its name ends in nothing that can be worked on."""
    found = LANGUAGES.get(PurePath(file).suffix)
    if found is None:
        *others, last = LANGUAGES
        raise UserError(f"{file} does not end in {', '.join(others)} or {last}")
    return found


def check_endings(files: Iterable[PurePath]) -> None:
    """Raise UserError where one of the files cannot be worked on."""
    for file in files:
        language_of(file)
