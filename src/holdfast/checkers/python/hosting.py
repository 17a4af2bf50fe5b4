"""What is sent into the sandbox to serve programs there: our own modules, as one text."""

from importlib.resources import files

__all__ = ["HOST", "host_text"]

HOST = "holdfast.checkers.python"
_PACKAGES = ("holdfast", "holdfast.checkers", HOST)
_FRAME = """\
import sys, types
for name in {packages!r}:
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
for name, text in {texts!r}.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, "<" + name + ">", "exec"), module.__dict__)
del name, text, module, sys, types
"""


def host_text(*modules: str) -> str:
    """A program that defines these modules of this package, in order, where the package is not installed."""
    folder = files(HOST)
    texts = {f"{HOST}.{name}": folder.joinpath(f"{name}.py").read_text(encoding="utf-8") for name in modules}
    return _FRAME.format(packages=_PACKAGES, texts=texts)
