"""Runs tests in a sandbox of their own; the program that they test is in another one.

The program's part in this process is plain data and stand-ins, so that it cannot reach what judges it.
"""

import ast
import builtins
import contextlib
import doctest
import importlib
import importlib.util
import io
import json
import os
import sys
import types
from collections.abc import Iterator, Mapping

from holdfast.checkers.python.inside.candidate_host import set_aside
from holdfast.checkers.python.inside.proxies import Far, RemoteModule
from holdfast.checkers.python.inside.wire import Plain, Tree

__all__ = ["SuiteHost", "serve"]

_TEXT = 2_000
"""Most characters of a failure's message."""
_CHUNK = 1 << 16
_PLUGINS = {"asyncio": "pytest_asyncio", "anyio": "anyio", "mocker": "pytest_mock"}
"""Plugins of pytest, by a word that files use which need them."""


def serve() -> None:
    """Run one test program as standard input says, then write what became of it."""
    source, sink = set_aside()
    sys.dont_write_bytecode = True
    SuiteHost(source, sink).run()


class SuiteHost:
    """One test program."""

    def __init__(self, source: int, sink: int) -> None:
        """Talk over two descriptors."""
        self._source = source
        self._sink = sink
        self._waiting = b""
        self.current = ""
        """The test that runs."""
        self._missing = ""
        self._verdicts: dict[str, Tree] = {}
        self._fault = ""
        self._namespace: dict[str, Plain] = {"__name__": "tests"}

    def run(self) -> None:
        """Take the first line, run what it names, write the end."""
        job = self._read()
        # The tests' libraries come before others of the same interpreter, with which they may not agree.
        sys.path[:0] = [os.getcwd(), *job["packages"]]  # noqa: PTH109 - pathlib need not be loaded
        try:
            self._prepare(job)
            {"doctest": self._doctest, "assert": self._asserts, "pytest": self._pytest}[job["kind"]](job)
        except BaseException as error:  # noqa: BLE001 - told to the other side
            self._fault = self._fault or _said(error)
        self._write({"done": {"verdicts": self._verdicts, "fault": self._fault, "missing": self._missing}})

    def _prepare(self, job: Mapping[str, Plain]) -> None:
        module = self._beside(job) if "program" in job else self._apart(job)
        for name in (job["module"], *job["aliases"]):
            sys.modules[name] = module
        for name in (job["module"], *job["aliases"]):
            self._surround(name, module)
        if not job["open"]:
            return
        for name in job["names"]:
            with contextlib.suppress(AttributeError):
                self._namespace[name] = getattr(module, name)

    def _surround(self, name: str, module: types.ModuleType) -> None:
        """Make the packages around the tested module known: as they are where they are there, else empty."""
        *parents, last = name.split(".")
        for at in range(len(parents)):
            whole = ".".join(parents[: at + 1])
            try:
                importlib.import_module(whole)
            except Exception:  # noqa: BLE001 - tests that need it will tell
                package = sys.modules[whole] = types.ModuleType(whole)
                package.__path__ = [os.path.join(os.getcwd(), *parents[: at + 1])]  # noqa: PTH118, PTH109
        if parents:
            setattr(sys.modules[".".join(parents)], last, module)

    def _apart(self, job: Mapping[str, Plain]) -> types.ModuleType:
        """A stand-in for the tested module."""
        far = Far(self._ask, lambda text: sys.stdout.write(text))
        return RemoteModule(job["module"], far, tuple(job["names"]))

    def _beside(self, job: Mapping[str, Plain]) -> types.ModuleType:
        """The tested module itself; what is said here from now on is the program's own word."""
        module = types.ModuleType(job["module"])
        sys.modules[job["module"]] = module
        exec(compile(job["program"], f"{job['module']}.py", "exec"), module.__dict__)  # noqa: S102
        return module

    def _ask(self, fields: dict[str, Tree]) -> dict[str, Tree]:
        self._write({"ask": fields, "test": self.current})
        reply = self._read()
        if "e" in reply and reply["e"][0] == "builtins.AttributeError" and fields.get("h") == -1:
            self._missing = self._missing or str(fields.get("name"))
        return reply

    def _read(self) -> dict[str, Plain]:
        while b"\n" not in self._waiting:
            data = os.read(self._source, _CHUNK)
            if not data:
                os._exit(0)
            self._waiting += data
        line, _, self._waiting = self._waiting.partition(b"\n")
        message: dict[str, Plain] = json.loads(line)
        return message

    def _write(self, message: Tree) -> None:
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self._sink, data) :]

    def _tell(self, test: str, failure: str | None) -> None:
        self._verdicts[test] = failure if failure is None else failure[:_TEXT]

    def _doctest(self, job: Mapping[str, Plain]) -> None:
        test = doctest.DocTestParser().get_doctest(job["text"], self._namespace, "docstring", None, 0)
        said: list[str] = []
        runner = doctest.DocTestRunner(verbose=False, optionflags=job["options"] | doctest.FAIL_FAST)
        runner.run(test, out=said.append, clear_globs=False)
        self._tell("", None if not runner.failures else _example(said))

    def _asserts(self, job: Mapping[str, Plain]) -> None:
        for statement in ast.parse(job["text"]).body:
            self.current = str(statement.lineno)
            wanted = "" if job["tests"] == [""] else self.current
            code = compile(ast.Module([statement], []), "<tests>", "exec")
            try:
                with _quiet():
                    exec(code, self._namespace)  # noqa: S102 - tests are run
            except BaseException as error:  # noqa: BLE001 - told as the failure of this test
                self._tell(wanted, _said(error, ast.unparse(statement)))
                if wanted not in job["tests"] or wanted == "":
                    self._fault = "" if wanted == "" else _said(error)
                    return
            else:
                if wanted:
                    self._tell(wanted, None)
        if job["tests"] == [""]:
            self._tell("", None)

    def _pytest(self, job: Mapping[str, Plain]) -> None:
        for name, value in self._namespace.items():
            if not hasattr(builtins, name):
                setattr(builtins, name, value)
        import pytest  # noqa: PLC0415 - not everybody has it

        plugin = _Plugin(self, set(job["tests"]))
        options = [
            "-q",
            "-p",
            "no:cacheprovider",
            "--noconftest",
            "-c",
            os.devnull,
            "--rootdir=.",
            job["file"],
        ]
        with _quiet():
            pytest.main(options, plugins=[plugin])
        self._fault = plugin.fault
        for test, failures in plugin.outcomes.items():
            self._tell(test, "; ".join(failures) if failures else None)


class _Plugin:
    """Hears what pytest says of the wanted tests."""

    def __init__(self, host: SuiteHost, wanted: set[str]) -> None:
        self._host = host
        self._wanted = wanted
        self.outcomes: dict[str, list[str]] = {}
        self.fault = ""

    def pytest_collectreport(self, report: Plain) -> None:
        if report.failed:
            self.fault = self.fault or _last(report.longreprtext)

    def pytest_collection_modifyitems(self, items: list[Plain]) -> None:
        items[:] = [item for item in items if _name(item.nodeid) in self._wanted]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._host.current = _name(nodeid)

    def pytest_runtest_logreport(self, report: Plain) -> None:
        failures = self.outcomes.get(_name(report.nodeid), [])
        if report.failed:
            failures.append(_last(report.longreprtext))
        elif report.skipped:
            failures.append("it was skipped")
        if failures or report.when == "teardown":
            self.outcomes[_name(report.nodeid)] = failures


def _needed(text: str) -> list[str]:
    """The plugins that a test file needs, as far as they are there."""
    return [name for word, name in _PLUGINS.items() if word in text and importlib.util.find_spec(name)]


def _name(nodeid: str) -> str:
    """`Class.function` of a test's full name."""
    _, *parts = nodeid.partition("[")[0].split("::")
    return ".".join(parts)


def _last(text: str) -> str:
    """The lines that pytest marks as the error."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E  ")]
    return " ".join(marked) or text.strip().rpartition("\n")[2]


def _example(said: list[str]) -> str:
    """What doctest says of the first example that fails, in one line."""
    text = "".join(said)
    _, _, kept = text.partition("Failed example:")
    return " ".join((kept or text).split())


def _said(error: BaseException, asserted: str = "") -> str:
    if isinstance(error, AssertionError) and asserted:
        return f"{asserted} does not hold{f': {error}' if str(error) else ''}"
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg} (line {error.lineno})"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what tests print away from the terminal, which they do not have."""
    sys.stdout = io.StringIO()
    try:
        yield
    finally:
        sys.stdout = sys.__stdout__
