"""Serves one program inside the sandbox: loads it, calls its functions, writes back what came of it.

Runs in the program's own process, so nothing it says is trusted. What makes a forged answer worthless is on
the other side: each request has a number that nobody can know before, the next one is sent when this one is
answered, and what an answer has to be is never sent at all.
"""

import contextlib
import importlib
import io
import json
import linecache
import os
import sys
import types
from collections.abc import Callable, Iterator, Mapping

from holdfast.checkers.python.inside.wire import Malformed, Plain, Tree, decode, encode

__all__ = ["Host", "serve", "serve_with", "set_aside"]

_TEXT = 2_000
"""Most characters of an exception's message."""
_PRINTED = 100_000
"""Most characters of what a call printed."""
_CHUNK = 1 << 16


def serve() -> None:
    """Answer requests on standard input until there are no more; the program finds both streams empty."""
    serve_with(Host())


def serve_with(host: "Host") -> None:
    """The same with any kind of host."""
    source, sink = set_aside()
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - pathlib need not be loaded
    host.serve(source, sink)


def set_aside() -> tuple[int, int]:
    """Other descriptors for the two streams, whose own are empty from now on."""
    if sys.platform == "wasi":
        # Nothing can be copied there. A program that writes to the stream itself breaks its own answers.
        sys.stdin = io.StringIO()
        return 0, 1
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return source, sink


class Host:
    """One loaded program."""

    def __init__(self) -> None:
        self.module = types.ModuleType("program")
        self.verbs: dict[str, Callable[[Mapping[str, Tree]], Tree]] = {"load": self._load, "call": self._call}
        """What it can be asked to do."""
        self._lines: Iterator[bytes] = iter(())
        self._sink = -1
        self._nonce = ""

    def serve(self, source: int, sink: int) -> None:
        """Answer the lines that come from a descriptor."""
        self._lines, self._sink = _lines(source), sink
        for line in self._lines:
            request = json.loads(line)
            self._nonce = request["n"]
            self._write(self.answer(request))

    def turn(self, reply: dict[str, Tree]) -> dict[str, Tree]:
        """Write an answer that is a question in turn, and wait for the next request."""
        self._write(reply)
        request: dict[str, Tree] = json.loads(next(self._lines))
        self._nonce = request["n"]
        return request

    def _write(self, reply: dict[str, Tree]) -> None:
        data = json.dumps({"n": self._nonce} | reply).encode() + b"\n"
        while data:
            data = data[os.write(self._sink, data) :]

    def answer(self, request: Mapping[str, Tree]) -> dict[str, Tree]:
        """What came of one request: a value, an exception, or why there is neither."""
        with _printing() as printed:
            reply = self._tried(lambda: self.verbs[request["do"]](request))
        text = printed()
        return reply | {"p": text} if text else reply

    def _tried(self, work: Callable[[], Tree]) -> dict[str, Tree]:
        try:
            return {"v": work()}
        except _MissingError as error:
            return {"x": str(error)}
        except Malformed as error:
            return {"u": str(error)}
        except BaseException as error:  # noqa: BLE001 - whatever the program raises is an answer
            return self._raised(error)

    def _raised(self, error: BaseException) -> dict[str, Tree]:
        names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
        return {"e": names, "m": _message(error), "l": self._line(error), **self.details(error)}

    def details(self, error: BaseException) -> dict[str, Tree]:  # noqa: ARG002 - for others to fill
        """More on an exception."""
        return {}

    def _line(self, error: BaseException) -> int:
        """The last line of the program that the exception passed, 0 where there is none."""
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == getattr(self.module, "__file__", None):
                line = trace.tb_lineno
            trace = trace.tb_next
        return line

    def _load(self, request: Mapping[str, Tree]) -> Tree:
        name, text = request["name"], request["text"]
        if request.get("package"):
            self._load_member(request["package"], name, text)
            return None
        module = types.ModuleType(name)
        module.__file__ = os.path.join(os.getcwd(), f"{name}.py")  # noqa: PTH118, PTH109 - as imports do
        linecache.cache[module.__file__] = (len(text), None, text.splitlines(keepends=True), module.__file__)
        sys.modules[name] = self.module = module
        sys.argv = [module.__file__]
        exec(compile(text, module.__file__, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - its job
        return None

    def _load_member(self, package: str, name: str, text: str) -> None:
        """Import the program as a module of a package, whose other modules lie in the folder already."""
        folder = os.path.join(os.getcwd(), *package.split("."))  # noqa: PTH118, PTH109 - as imports do
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        self.module.__file__ = path = os.path.join(folder, f"{name}.py")  # noqa: PTH118
        with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:  # noqa: PTH123
            file.write(text)
        sys.argv = [path]
        importlib.invalidate_caches()
        self.module = sys.modules[name] = importlib.import_module(f"{package}.{name}")

    def _call(self, request: Mapping[str, Tree]) -> Tree:
        function = self.reach(request["f"])
        arguments = [decode(tree, {"x": self._evaluated}) for tree in request["a"]]
        keywords = {name: decode(tree, {"x": self._evaluated}) for name, tree in request["k"]}
        value = function(*arguments, **keywords)
        if request.get("w"):
            value = _inside(request["w"], value)
        return encode(value)

    def reach(self, path: str) -> Plain:
        """What the program calls by a name with dots."""
        value: Plain = self.module
        for name in path.split("."):
            try:
                value = getattr(value, name)
            except AttributeError as error:
                raise _MissingError(path) from error
        return value

    def _evaluated(self, text: str) -> object:
        return eval(text, self.module.__dict__)  # noqa: S307 - an expression of the test's


class _MissingError(Exception):
    """The program has nothing of that name."""


def _inside(name: str, value: Plain) -> Plain:
    if name == "str":
        return str(value)
    if name == "repr":
        return repr(value)
    import asyncio  # noqa: PLC0415 - costs more than a whole run without it

    return asyncio.run(value)


def _message(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT]
    except Exception:  # noqa: BLE001 - the program's own code
        return ""


def _lines(source: int) -> Iterator[bytes]:
    waiting = b""
    while data := os.read(source, _CHUNK):
        *lines, waiting = (waiting + data).split(b"\n")
        yield from lines


@contextlib.contextmanager
def _printing() -> Iterator[Callable[[], str]]:
    """Catch what is printed in the block."""
    buffer = io.BytesIO()
    sys.stdout = stream = io.TextIOWrapper(buffer, "utf-8", "backslashreplace", newline="\n")

    def printed() -> str:
        with contextlib.suppress(ValueError):
            stream.flush()
            return buffer.getvalue()[:_PRINTED].decode("utf-8", "replace")
        return ""

    try:
        yield printed
    finally:
        sys.stdout = sys.__stdout__
