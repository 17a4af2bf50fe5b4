"""Runs Rocq's second checker on a compiled library, and compares with a file that has the same imports only.

The second checker reports what hides behind sealed modules as axioms, in the standard library too; so only
what the library adds to its imports counts.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Built, Compiler, Declaration, Library, Rejected
from holdfast.core.errors import CheckerDiedError, CheckerError, CheckerTimeoutError, MissingToolError

__all__ = ["second_check"]

_SECTION = re.compile(r"^\* (?P<title>[^:\n]+):(?P<rest>.*?)(?=^\* |\Z)", re.MULTILINE | re.DOTALL)
_OTHER_COPY = re.compile(r"(?P<file>[^\s/]+\.vo) has been found in \[.*?\]; loading (?P<loaded>\S+)")
_LOAD_PATHS = {"-Q": 3, "-R": 3}


async def second_check(
    compiler: Compiler,
    library: Library,
    built: Built,
    requires: Sequence[str],
    declarations: Sequence[Declaration],
) -> list[str]:
    """What the second checker finds in the library that its imports do not have; empty if nothing.

    Axioms that the file declares are not reported: the audit proper judges those.

    Args:
        compiler: compiles the file that has the imports only.
        library: what was built.
        built: where it is.
        requires: the sentences of the file that require libraries.
        declarations: what the file declares.
    """
    empty = Library("HoldfastBaseline")
    folder = built.folder.parent / "baseline"
    baseline = await compiler.build("\n".join(requires) + "\n", empty, folder)
    known = {} if isinstance(baseline, Rejected) else await _summary(compiler, empty, baseline)
    if isinstance(known, str):
        return [f"the second checker refuses the imports: {known}"]
    found = await _summary(compiler, library, built)
    if isinstance(found, str):
        return [f"the second checker refuses the file: {found}"]
    ours = {f"{library.name}.{entry.qualified}" for entry in declarations}
    modules = tuple(f"{library.name}.{entry.qualified}." for entry in declarations if entry.kind == "mod")
    return [
        f"the second checker reports under `{title}`: {name}"
        for title, names in found.items()
        for name in sorted(names - known.get(title, set()))
        if not (title == "Axioms" and (name in ours or name.startswith(modules)))
    ]


async def _summary(compiler: Compiler, library: Library, built: Built) -> dict[str, set[str]] | str:
    """The parts of the context summary, or the message of a refusal."""
    program = compiler.installation.checker
    if program is None:
        raise MissingToolError("coqchk is not installed; install it with: sudo apt-get install coq")
    paths = _load_paths(compiler.arguments)
    words = [
        program,
        "-silent",
        "-o",
        *paths,
        "-Q",
        str(built.folder),
        library.prefix,
        "-norec",
        library.name,
    ]
    done = await compiler.run_apart(words, built.folder.parent / f"chk-{library.stem}")
    if done.ended == "timeout":
        raise CheckerTimeoutError(f"coqchk needed more than {compiler.limits.wall_s:g} s and was stopped")
    if done.ended != "exit":
        raise CheckerDiedError(f"coqchk was ended by {done.ended}")
    said = (done.stdout + b"\n" + done.stderr).decode(errors="replace")
    _refuse_other_copy(said, built.folder, library)
    if done.returncode:
        return " ".join(said.split())[-300:]
    _, found, summary = said.partition("CONTEXT SUMMARY")
    if not found:
        raise CheckerError("coqchk ended without its summary")
    return {
        part["title"]: {line.strip() for line in part["rest"].splitlines() if line.strip()} - {"<none>"}
        for part in _SECTION.finditer(summary)
    }


def _refuse_other_copy(said: str, folder: Path, library: Library) -> None:
    """Raise CheckerError when another compiled copy of the library was looked at."""
    for other in _OTHER_COPY.finditer(" ".join(said.split())):
        if other["file"] == f"{library.stem}.vo" and not Path(other["loaded"]).is_relative_to(folder):
            raise CheckerError(f"coqchk loaded {other['loaded']}, not the audited copy")


def _load_paths(arguments: Sequence[str]) -> list[str]:
    """Those arguments that both programs know: where libraries are, and the sort `Set`."""
    kept: list[str] = []
    at = 0
    while at < len(arguments):
        width = _LOAD_PATHS.get(arguments[at], 1)
        if arguments[at] in _LOAD_PATHS or arguments[at] == "-impredicative-set":
            kept += arguments[at : at + width]
        at += width
    return kept
