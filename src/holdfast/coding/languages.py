"""The languages that code is written in: their names, their files, and what it takes to run them."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from holdfast.coding.records import LanguageInfo
from holdfast.core.errors import UserError
from holdfast.runtime.sandbox.jobs import PYTHON, Level
from holdfast.runtime.sandbox.tree import ENVIRONMENT

__all__ = ["LANGUAGES", "PROGRAM", "Language", "describe", "language_named"]

PROGRAM = "{file}"
"""Stands for the file of the program in the words of a command."""
_RUNNING: Mapping[Level, bool] = {Level.NAMESPACES: True, Level.LANDLOCK: True, Level.NONE: True}
"""The levels whose jobs find the programs of this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language."""

    name: str
    title: str
    file: str
    """What the file of a program is called; messages name it."""
    fences: tuple[str, ...]
    """The words that blocks of it are fenced with; the first one is asked for."""
    grammar: str = ""
    """The module with its grammar; empty where it is read otherwise, or not at all."""
    run: tuple[str, ...] = ()
    """The command that runs a program; empty where none is run."""
    build: str = ""
    """A shell command that compiles the file `$1` and writes what comes of it to standard output."""
    uncompiled: str = ""
    """What `run` says of a program that does not compile, where compiling is part of it."""
    tools: tuple[str, ...] = ()
    """The programs that have to be there."""
    advice: str = ""
    """What installs them; where there is no `run`, why not."""
    settings: tuple[str, ...] = ()
    """Patterns of further places, below the root, that it reads its settings from."""
    memory_mb: int = 256
    """What the language takes by itself, beside the program, in units of 2**20 bytes."""
    place: str = ""
    """A pattern of the places in its messages, with groups `line` and perhaps `column`."""
    latest: bool = False
    """Whether the last place in a message is the one that is meant, as in a traceback of Python."""
    tests: Literal["python", "cases", "proofs", ""] = "cases"


_C_PLACE = r"^main\.\w+:(?P<line>\d+)(?::(?P<column>\d+))?: (?:fatal )?error"
_BUILT = 'out=$(mktemp) && {compiler} -o "$out" "$1" {libraries} >&2 && cat "$out"'
# What a job is given need not be its own, and modes of files cannot be changed everywhere: a copy of what may
# be run is filled with the program.
_START = 'cp /bin/sh run && cat program > run && exec ./run "$@"'
_ALL = (
    Language(
        name="python",
        title="Python",
        file="main.py",
        fences=("python", "py", "python3"),
        run=(PYTHON, PROGRAM),
        place=r'File "(?:[^"\n]*/)?main\.py", line (?P<line>\d+)',
        latest=True,
        tests="python",
    ),
    Language(
        name="bash",
        title="Bash",
        file="main.sh",
        fences=("bash", "sh", "shell"),
        grammar="tree_sitter_bash",
        run=("bash", PROGRAM),
        tools=("bash",),
        advice="apt-get install bash",
        place=r"main\.sh: line (?P<line>\d+):",
    ),
    Language(
        name="javascript",
        title="JavaScript",
        file="main.js",
        fences=("javascript", "js", "node"),
        grammar="tree_sitter_javascript",
        run=("node", "--max-old-space-size=256", PROGRAM),
        tools=("node",),
        advice="apt-get install nodejs",
        settings=("etc/ssl/openssl.cnf",),
        memory_mb=512,
        place=r"(?:^|[/(])main\.js:(?P<line>\d+)(?::(?P<column>\d+))?",
    ),
    Language(
        name="c",
        title="C",
        file="main.c",
        fences=("c",),
        grammar="tree_sitter_c",
        build=_BUILT.format(compiler="gcc -std=c17 -O1 -g -Wall", libraries="-lm"),
        run=("sh", "-c", _START, "program"),
        tools=("gcc",),
        advice="apt-get install gcc libc6-dev",
        place=_C_PLACE,
    ),
    Language(
        name="c++",
        title="C++",
        file="main.cpp",
        fences=("cpp", "c++", "cxx"),
        grammar="tree_sitter_cpp",
        build=_BUILT.format(compiler="g++ -std=c++20 -O1 -g -Wall", libraries=""),
        run=("sh", "-c", _START, "program"),
        tools=("g++",),
        advice="apt-get install g++",
        place=_C_PLACE,
    ),
    Language(
        name="java",
        title="Java",
        file="Main.java",
        fences=("java",),
        grammar="tree_sitter_java",
        # The launcher compiles in memory and starts the first class, whatever it is called.
        run=("java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", PROGRAM),
        uncompiled="error: compilation failed",
        tools=("java", "javac"),
        advice="apt-get install default-jdk-headless",
        settings=("etc/java-*-openjdk",),
        memory_mb=768,
        place=r"Main\.java:(?P<line>\d+)",
    ),
    Language(
        name="scala",
        title="Scala",
        file="Main.scala",
        fences=("scala",),
        grammar="tree_sitter_scala",
        advice="Scala is written and read here, not run",
        tests="",
    ),
    Language(
        name="sql",
        title="SQL (SQLite)",
        file="main.sql",
        fences=("sql", "sqlite"),
        grammar="tree_sitter_sql",
        run=(PYTHON, "sqlite_main.py", PROGRAM),
        place=r"^main\.sql:(?P<line>\d+)",
    ),
    Language(name="rocq", title="Rocq", file="main.v", fences=("coq", "rocq"), tests="proofs"),
    Language(name="lean", title="Lean", file="main.lean", fences=("lean", "lean4"), tests="proofs"),
)

LANGUAGES: Mapping[str, Language] = {each.name: each for each in _ALL}
"""All languages by name, in the order in which they are offered."""


def language_named(name: str) -> Language:
    """The language of a name. Raises UserError."""
    if name not in LANGUAGES:
        raise UserError(f"there is no language {name!r}: there are {', '.join(LANGUAGES)}")
    return LANGUAGES[name]


def describe(
    language: Language, level: Level | None, *, no_sandbox: str = "", prover: str | None = None
) -> LanguageInfo:
    """What can be done with a language here.

    Args:
        language: which one.
        level: how programs are kept apart here, None where nothing may run.
        no_sandbox: why not, in that case.
        prover: for languages whose programs are proofs: why they cannot be checked, empty where they can.
    """
    reason = (
        _obstacle(language, level, no_sandbox) if language.tests != "proofs" else _unproved(language, prover)
    )
    return LanguageInfo(
        name=language.name,
        title=language.title,
        suffix=language.file[language.file.index(".") :],
        runs=not reason,
        tests=language.tests if not reason else "",
        reason=reason,
    )


def _unproved(language: Language, prover: str | None) -> str:
    return f"no checker for {language.title} was set up" if prover is None else prover


def _obstacle(language: Language, level: Level | None, no_sandbox: str) -> str:
    """Why programs do not run here, empty where they do."""
    if not language.run:
        return language.advice
    if level is None:
        return no_sandbox or "no sandbox holds here"
    if language.run[0] == PYTHON:
        return ""
    if not _RUNNING.get(level, False):
        return f"the sandbox of level {level} runs Python only"
    missing = [tool for tool in language.tools if shutil.which(tool, path=ENVIRONMENT["PATH"]) is None]
    return f"{missing[0]} is not installed: {language.advice}" if missing else ""
