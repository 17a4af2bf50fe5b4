"""A program that tries to get out of a sandbox, or to take more than it was given.

Each is a program in Python. It says `held` after it has tried in vain and `through` when it got what it
wanted. One that takes more than it was given says `taken` when it has all of it, and keeps it until it is
ended: for passing the limit that it attacked, and it was held; for anything else, and it got through.
Whatever else comes of it is no answer. No answer depends on how fast the machine is: nothing is measured in
seconds, and the time that attacks are given is many times what they need. They do little harm where they
succeed: what they reach for is bait that was laid out for them.
"""

from dataclasses import dataclass

from holdfast.runtime.sandbox.jobs import Allowance, Ended

__all__ = ["Attack"]

_USUAL = Allowance(wall_s=50.0, cpu_s=20.0)
"""Shorter than what is put in a control group, which would hide that a watchdog sees nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One way out."""

    name: str
    aim: str
    """What it tries, in words."""
    source: str
    """Sees `bait`, `through`, `taken`, `held`, `refused` and the modules of `_PRELUDE`."""
    allowance: Allowance = _USUAL
    lingers: bool = False
    """Whether it may leave a process behind, which is then looked for."""
    ends: tuple[Ended, ...] = ()
    """Ends of the job that mean that it was held; never one that a slow machine brings about."""

    @property
    def program(self) -> str:
        """The whole program; its argument is the bait, as JSON."""
        return _PRELUDE + self.source


_PRELUDE = r"""
import errno, importlib, json, os, platform, signal, sys, time
WASM = sys.platform == "wasi"
class Absent:
    def __getattr__(self, name): raise OSError(errno.ENOSYS, "there is no such module")
def module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        if WASM: return Absent()
        raise
ctypes, fcntl, socket = map(module, ("ctypes", "fcntl", "socket"))
bait = json.loads(sys.argv[1])
libc = Absent() if WASM else ctypes.CDLL(None, use_errno=True)
ARM = platform.machine() == "aarch64"
def through(what=""):
    os.write(1, f"through {what}\n".encode()); os._exit(0)
def rest():
    while True: time.sleep(60)
def taken(what=""):
    os.write(1, f"taken {what}\n".encode()); rest()
def held():
    os.write(1, b"held\n"); os._exit(0)
def refused(action, *arguments):
    try:
        result = action(*arguments)
    except OSError:
        return
    except MemoryError:
        return
    through(repr(result)[:60])
def call(number, *arguments):
    if WASM: return
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result >= 0: through(f"call {number} gave {result}")
def read(path):
    with open(path, "rb") as file: return file.read(1000)
def stopped(kind, error, trace):
    absent = isinstance(error, (ImportError, AttributeError)) or getattr(error, "errno", 0) == errno.ENOSYS
    if absent or str(error) == "can't start new thread": held()
    sys.__excepthook__(kind, error, trace)
# A program cannot use what is not there at all; elsewhere all of it is there, so that this hides no mistake.
if WASM: sys.excepthook = stopped
"""
