"""Read `_CoqProject` files: which folders stand for which libraries, and which options Rocq is given.

A project file is untrusted text: its options are passed on only where they are known to be harmless. Those
that switch a check of Rocq off, replace its library or run files are set apart, never passed on.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.core.errors import SourceError, StorageError

__all__ = ["LoadPath", "Project", "find_project", "load_project", "parse_project"]

_FILES = ("_CoqProject", "_RocqProject")
_TOKEN = re.compile(r'[ \t\r\n]+|#[^\n]*|"([^"]*)"|([^ \t\r\n"#][^ \t\r\n]*)|(.)', re.DOTALL)
_SHELL_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")
_LOGICAL = re.compile(r"[^\W\d][\w']*(?:\.[^\W\d][\w']*)*")
_IDENT = re.compile(r"[^\W\d][\w']*")

_VALUES = {
    1: """
        -I -include -exclude-dir -top -topfile -color -diffs -w -W -d -set -unset -compat -mangle-names
        -mangle-names-light -bytecode-compiler -native-compiler -native-output-dir -nI -o -dump-glob
        -require-import -ri -require-export -re -require -load-vernac-object -load-vernac-source -l
        -load-vernac-source-verbose -lv -init-file -coqlib -docroot -install -generate-meta-for-package -f
        -time-file -profile -output-directory
    """,
    2: "-Q -R -rfrom -rifrom -require-import-from -refrom -require-export-from",
    3: "-extra -extra-phony",
}
"""How many words follow an option; those not named here stand alone."""

_ALLOWED = """
    -w -W -set -unset -compat -mangle-names -mangle-names-light -bytecode-compiler -require-import -ri
    -require-export -re -require -rfrom -rifrom -require-import-from -refrom -require-export-from
    -load-vernac-object -noinit -nois -impredicative-set -allow-sprop -disallow-sprop -indices-matter -quiet
"""
_UNSAFE = """
    -type-in-type -allow-rewrite-rules -load-vernac-source -l -load-vernac-source-verbose -lv -init-file
    -coqlib -boot -vos -vok -vio -quick -schedule-vio2vo -schedule-vio-checking -vio2vo -check-vio-tasks
"""
_CHECKS = ("guardchecking", "positivitychecking", "universechecking")
_LOOSENS = ("definitionaluip", "rewriterules", "typeintype")


@dataclass(frozen=True, slots=True)
class LoadPath:
    """A folder that stands for a library: `-Q` or `-R`."""

    option: str
    folder: Path
    """Absolute."""
    logical: str
    """The library's name, empty for files that are called by their own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project file asks for."""

    file: Path | None
    """The project file, None where there is none."""
    load_paths: tuple[LoadPath, ...] = ()
    plugin_folders: tuple[Path, ...] = ()
    """`-I`: where the native code of plugins lies."""
    options: tuple[str, ...] = ()
    """The options that are passed on, each followed by its values."""
    unsafe: tuple[str, ...] = field(default=())
    """Options that were set apart because they switch safety off, as `-option value`."""
    ignored: tuple[str, ...] = field(default=())
    """Options that are not passed on because they are unknown or only change what is printed or built."""

    def argv(self) -> tuple[str, ...]:
        """Return the arguments for the compiler and the toplevel, folders absolute."""
        folders = [word for path in self.plugin_folders for word in ("-I", str(path))]
        for path in self.load_paths:
            folders += [path.option, str(path.folder), path.logical]
        return (*folders, *self.options)

    def logical_name(self, source: Path) -> str | None:
        """Return the full name of the library module that a file is; None where no load path covers it."""
        path = _absolute(source).with_suffix("")
        covering = [entry for entry in self.load_paths if path.is_relative_to(entry.folder)]
        if not covering:
            return None
        entry = max(covering, key=lambda entry: len(entry.folder.parts))
        parts = path.relative_to(entry.folder).parts
        if not all(_IDENT.fullmatch(part) for part in parts):
            return None
        return ".".join((entry.logical, *parts) if entry.logical else parts)


def _absolute(path: Path) -> Path:
    """An absolute path without `..`; symbolic links stay, as Rocq leaves them."""
    return Path(os.path.normpath(path.absolute()))


def find_project(source: Path) -> Path | None:
    """Return the project file nearest above a file, None where there is none.

    Raises:
        StorageError: a folder on the way up cannot be searched.
    """
    try:
        for folder in _absolute(source).parents:
            for name in _FILES:
                if (folder / name).is_file():
                    return folder / name
    except OSError as error:
        raise StorageError(
            f"{error.filename} cannot be searched for a project file: {error.strerror}"
        ) from None
    return None


def load_project(source: Path) -> Project:
    """Return the project that a file belongs to; without one, its folder stands for the empty name.

    Raises:
        SourceError: the project file is malformed.
        StorageError: the project file cannot be read.
    """
    file = find_project(source)
    if file is None:
        return Project(file=None, load_paths=(LoadPath("-Q", _absolute(source).parent, ""),))
    try:
        text = file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}") from None
    return parse_project(text, file)


def parse_project(text: str, file: Path) -> Project:
    """Understand the text of a project file.

    Args:
        text: what the file holds.
        file: its path; folders in it are relative to where it lies.

    Raises:
        SourceError: a quotation does not end, an option lacks its value or a library name is none.
    """
    found = _Findings(file)
    words = list(_options(_words(text, file), file))
    at = 0
    while at < len(words):
        at += _take(found, words, at)
    return Project(
        file=file,
        load_paths=tuple(found.load_paths),
        plugin_folders=tuple(found.plugin_folders),
        options=tuple(found.options),
        unsafe=tuple(found.unsafe),
        ignored=tuple(found.ignored),
    )


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int


@dataclass(slots=True)
class _Findings:
    file: Path
    load_paths: list[LoadPath] = field(default_factory=list)
    plugin_folders: list[Path] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def folder(self, text: str) -> Path:
        """An absolute folder, symbolic links kept."""
        return _absolute(self.file.parent / text)


def _words(text: str, file: Path) -> Iterator[_Word]:
    """The words of the file; a quotation is one word, `#` begins a comment."""
    for found in _TOKEN.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found[3]:
            raise SourceError("this quotation does not end", file=str(file), line=line)
        if found[1] is not None or found[2]:
            yield _Word(found[1] if found[1] is not None else found[2], line)


def _options(words: Iterator[_Word], file: Path) -> Iterator[_Word]:
    """The words with each `-arg` replaced by its value, which may be several words, quoted as in a shell."""
    for word in words:
        if word.text != "-arg":
            yield word
            continue
        value = next(words, None)
        if value is None:
            raise SourceError("-arg lacks its value", file=str(file), line=word.line)
        for part in _SHELL_WORD.findall(value.text):
            yield _Word(re.sub(r"[\"']", "", part), value.line)


def _take(found: _Findings, words: list[_Word], at: int) -> int:
    """Take in the word at `at` and its values; how many words that was."""
    word = words[at]
    if at + 1 < len(words) and words[at + 1].text == "=":
        return 3
    if not word.text.startswith("-"):
        return 1
    count = next((number for number, options in _VALUES.items() if word.text in options.split()), 0)
    values = [value.text for value in words[at + 1 : at + 1 + count]]
    if len(values) < count:
        raise SourceError(f"{word.text} lacks its value", file=str(found.file), line=word.line)
    match word.text:
        case "-Q" | "-R":
            found.load_paths.append(_load_path(found, word, *values))
        case "-I" | "-include":
            found.plugin_folders.append(found.folder(values[0]))
        case _:
            _sort(found, word.text, values)
    return 1 + count


def _load_path(found: _Findings, word: _Word, folder: str, logical: str) -> LoadPath:
    if logical and not _LOGICAL.fullmatch(logical):
        message = f"{logical} is not the name of a library"
        raise SourceError(message, file=str(found.file), line=word.line)
    return LoadPath(word.text, found.folder(folder), logical)


def _sort(found: _Findings, option: str, values: list[str]) -> None:
    if option in _UNSAFE.split() or (option in {"-set", "-unset"} and _switches_checks(option, values[0])):
        found.unsafe.append(" ".join((option, *values)))
    elif option in _ALLOWED.split() and not any(_is_option(option, value) for value in values):
        found.options += [option, *values]
    else:
        found.ignored.append(" ".join((option, *values)))


def _is_option(option: str, value: str) -> bool:
    """Whether a value could be read as an option; lists of warnings may begin with a minus."""
    known = " ".join((_ALLOWED, _UNSAFE, *_VALUES.values())).split()
    return value in known if option in {"-w", "-W"} else value.startswith("-")


def _switches_checks(option: str, setting: str) -> bool:
    """Whether `-set` or `-unset` loosens what the kernel checks."""
    name, _, value = setting.partition("=")
    folded = "".join(name.split()).lower()
    if folded in _CHECKS:
        return option == "-unset" or value.strip().lower() not in {"", "true"}
    return folded in _LOOSENS and option == "-set"
