"""Texts that attack while they are checked: nothing of them gets out, and Rocq does its work all the same.

What an attack does is looked at from outside. Where it matters that the attack itself works, it is first run
without a sandbox, on bait that is ours.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.integration.sandbox.conftest import LEVELS, reason_against
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.audit import audit
from holdfast.checkers.rocq.audit_build import Built, Compiler, Library, Rejected
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.toplevel import RejectedError, Toplevel, ToplevelSettings
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerError, CheckerTimeoutError
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]

PLUGIN = """
let read file = let source = open_in file in let text = input_line source in close_in source; text
let write file text = let sink = open_out file in output_string sink text; close_out sink
let attempt action = try action () with _ -> ()
let () =
  attempt (fun () -> write "{outside}/written" "x");
  attempt (fun () -> Unix.kill {victim} Sys.sigkill);
  attempt (fun () ->
    let line = Unix.socket Unix.PF_INET Unix.SOCK_STREAM 0 in
    Unix.connect line (Unix.ADDR_INET (Unix.inet_addr_loopback, {port})));
  attempt (fun () ->
    let ready, tell = Unix.pipe () in
    if Unix.fork () = 0 then begin
      ignore (Unix.setsid ());
      ignore (Unix.write tell (Bytes.make 1 'x') 0 1);
      attempt (fun () -> Unix.execv "/bin/sleep" [| "sleep"; "{nap}" |]);
      exit 1
    end;
    (* Until then it still belongs to the group that ends with Rocq. *)
    Unix.close tell;
    ignore (Unix.read ready (Bytes.create 1) 0 1));
  let stolen = try read "{secret}" with _ -> "nothing" in
  failwith ("read " ^ stolen)
"""
DEAF = "let () = List.iter (fun s -> Sys.set_signal s Sys.Signal_ignore) Sys.[sigint; sigterm; sighup]"
DEAF_LOOP = DEAF + "\nlet () = while true do () done\n"
META = 'package "plugin" (\n  version = "1"\n  requires = ""\n  plugin(native) = "evil.cmxs"\n)\n'


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> Level:
    if reason := reason_against(request.param):
        pytest.skip(reason)
    return Level(request.param)


async def walled(level: Level) -> Installation:
    return replace(await find_installation(), sandbox=level_sandbox(level))


@dataclass
class Bait:
    """What lies outside, for an attack to reach."""

    outside: Path
    project: Path
    listener: socket.socket
    victim: "subprocess.Popen[bytes]"
    nap: str

    @property
    def secret(self) -> Path:
        return self.outside / "secret.v"

    def harm(self) -> set[str]:
        """What has been done."""
        done = {path.name for path in self.outside.iterdir()} - {"secret.v"}
        with contextlib.suppress(BlockingIOError):
            self.listener.accept()[0].close()
            done.add("connected")
        if self.victim.poll() is not None:
            done.add("killed")
        napping = [path for path in Path("/proc").glob("[0-9]*/cmdline") if self._is_nap(path)]
        for path in napping:
            os.kill(int(path.parent.name), signal.SIGKILL)
        return done | ({"lingers"} if napping else set())

    def _is_nap(self, path: Path) -> bool:
        try:
            return path.read_bytes() == b"\0".join((b"sleep", self.nap.encode(), b""))
        except OSError:
            return False


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    project.mkdir()
    outside.chmod(0o777)
    (outside / "secret.v").write_text("Definition stolen := 1.\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener, subprocess.Popen(["sleep", "600"]) as victim:
        listener.setblocking(False)
        yield Bait(outside, project, listener, victim, f"600.{os.getpid()}")
        victim.kill()


def reaching(bait: Bait) -> str:
    """A plugin that does all that a program can do, as far as it is let."""
    return PLUGIN.format(
        outside=bait.outside,
        victim=bait.victim.pid,
        port=bait.listener.getsockname()[1],
        nap=bait.nap,
        secret=bait.secret,
    )


def plant(bait: Bait, text: str) -> None:
    """Put a plugin into the project."""
    if shutil.which("ocamlfind") is None:
        pytest.skip("no OCaml to build a plugin with")
    folder = bait.project / "evil"
    folder.mkdir()
    (folder / "META").write_text(META, encoding="ascii")
    (bait.project / "evil.ml").write_text(text, encoding="ascii")
    command = ["ocamlfind", "ocamlopt", "-w", "-a", "-shared", "-package", "unix", "evil.ml"]
    subprocess.run([*command, "-o", "evil/evil.cmxs"], cwd=bait.project, check=True)


async def run_plugin(installation: Installation, bait: Bait) -> str:
    """What Rocq says of a file that loads the planted plugin."""
    async with Toplevel(installation, ("-I", str(bait.project))) as toplevel:
        with pytest.raises(RejectedError) as caught:
            await toplevel.execute('Declare ML Module "evil.plugin".')
        assert await toplevel.execute("Lemma l : 1 = 1.") is not None
    return str(caught.value)


async def test_a_plugin_of_the_project_gets_nowhere(bait: Bait, level: Level) -> None:
    plant(bait, reaching(bait))
    said = await run_plugin(await walled(level), bait)
    assert "read nothing" in said
    assert bait.harm() == set()


async def test_a_plugin_that_hears_no_signal_is_ended_all_the_same(bait: Bait, level: Level) -> None:
    plant(bait, DEAF_LOOP)
    async with Toplevel(await walled(level), ("-I", str(bait.project))) as toplevel:
        await toplevel.execute("Lemma l : 1 = 1.")
        limits = Limits(cpu_s=0.3, wall_s=60.0)
        with pytest.raises(CheckerTimeoutError):
            await toplevel.attempt('Declare ML Module "evil.plugin".', await toplevel.tip(), limits)
        assert await toplevel.goal() is not None
        assert toplevel.boots == 2
        assert toplevel.cpu_s() > 0.3


async def test_a_plugin_gets_everywhere_without_a_sandbox(bait: Bait) -> None:
    plant(bait, reaching(bait))
    said = await run_plugin(replace(await find_installation(), sandbox=None), bait)
    assert "stolen" in said
    wanted, done = {"written", "killed", "connected", "lingers"}, set[str]()
    deadline = time.monotonic() + 60
    while done != wanted and time.monotonic() < deadline:
        done |= bait.harm()
        await asyncio.sleep(0.05)
    assert done == wanted


async def test_commands_that_act_on_the_machine(bait: Bait, level: Level) -> None:
    outside = bait.outside
    refused = (
        f'Redirect "{outside}/r" Print nat.',
        f'Print Universes "{outside}/universes.gv".',
        f'Extraction "{outside}/e.ml" nat.',
        f'Redirect "{Path.home()}/holdfast-redirected" Print nat.',
        'Load "/etc/passwd".',
    )
    async with Toplevel(await walled(level), ("-Q", str(bait.project), "P")) as toplevel:
        await toplevel.execute("Require Extraction.")
        for sentence in refused:
            with pytest.raises(RejectedError):
                await toplevel.execute(sentence)
        with pytest.raises(RejectedError, match=f"does not show {bait.secret}: name its folder"):
            await toplevel.execute(f'Load "{outside}/secret".')
        await toplevel.execute(f'Add LoadPath "{outside}" as Out.')
        with pytest.raises(RejectedError, match="secret"):
            await toplevel.execute('Load "secret".')
        with contextlib.suppress(RejectedError):
            await toplevel.execute(f'Set Extraction Output Directory "{outside}".')
            await toplevel.execute("Recursive Extraction Library Nat.")
        with contextlib.suppress(RejectedError):
            await toplevel.execute(f'Cd "{outside}".')
            await toplevel.execute('Redirect "moved" Print nat.')
        with pytest.raises(RejectedError):
            await toplevel.execute("Check stolen.")
    assert bait.harm() == set()
    assert not (Path.home() / "holdfast-redirected.out").exists()


async def test_greed_ends_with_the_step_or_the_process(level: Level) -> None:
    settings = ToplevelSettings(memory_mb=700, step_cpu_s=0.5)
    limits = Limits(cpu_s=0.5, wall_s=60.0)
    flood = 'do 1000000 idtac "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".'
    bombs = (
        "let x := eval vm_compute in (Nat.pow 2 40) in idtac x.",
        "let rec f n := f (n, n) in f 1.",
        "let x := eval cbv in (List.repeat 0 (Nat.pow 2 24)) in pose x.",
        flood,
    )
    async with Toplevel(await walled(level), settings=settings) as toplevel:
        await toplevel.execute("Require Import List.")
        await toplevel.execute("Lemma l : True.")
        for bomb in bombs:
            with contextlib.suppress(CheckerError):
                attempt = await toplevel.attempt(bomb, await toplevel.tip(), limits)
                assert attempt.interrupted or not attempt.done.good
            assert toplevel.rss_mb() < 1000
        before = toplevel.cpu_s()
        assert await toplevel.goal() is not None
        assert before <= toplevel.cpu_s()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where an audit works; pytest's own folders are closed to other users."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


async def test_the_compiler_writes_to_its_folder_and_nowhere_else(
    bait: Bait, level: Level, folder: Path
) -> None:
    """The scan refuses such texts before; here they get past it."""
    installation = await walled(level)
    assert installation.sandbox is not None
    installation.sandbox.lend(folder)
    compiler = Compiler(installation, (), Limits(wall_s=120.0, memory_mb=4000))
    built = await compiler.build('Redirect "here" Print nat.\n', Library("A"), folder / "a")
    assert isinstance(built, Built)
    assert "nat" in (built.folder / "here.out").read_text(encoding="utf-8")
    for place in (bait.outside / "r", folder / "r", built.folder / "r"):
        text = f'Redirect "{place}" Print nat.\n'
        rejected = await compiler.build(text, Library("B"), folder / f"b{len(os.listdir(folder))}")  # noqa: PTH208
        assert isinstance(rejected, Rejected)
    assert bait.harm() == set()
    assert not (folder / "r.out").exists()
    assert not (built.folder / "r.out").exists()


async def test_an_audit_says_where_it_ran(level: Level) -> None:
    source = Source("a.v", "Require Import Lia.\nLemma l n : n < n + 1.\nProof. lia. Qed.\n")
    report = await audit(source, installation=await walled(level))
    assert (report.level, report.problems, report.theorems[0].verdict) == (level, (), "proved")


SCRIPT = """
import asyncio, sys
from dataclasses import replace
from holdfast.checkers.rocq.installation import find_installation
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import level_sandbox

async def main(level, mark):
    installation = replace(await find_installation(), sandbox=level_sandbox(Level(level)))
    async with Toplevel(installation, ("-Q", mark, "P")) as toplevel:
        await toplevel.execute("Lemma l : True.")
        print("ready", flush=True)
        await toplevel.execute("let x := eval vm_compute in (Nat.ltb (Nat.pow 2 40) 1) in idtac.")

asyncio.run(main(*sys.argv[1:]))
"""


def started(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE)


async def test_rocq_dies_with_us(level: Level, tmp_path: Path) -> None:
    mark = str(tmp_path)

    def living() -> list[str]:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if mark.encode() in path.read_bytes():
                    found.append(path.parent.name)
        return found

    with started(SCRIPT, level, mark) as ours:
        assert ours.stdout is not None
        assert ours.stdout.readline() == b"ready\n"
        assert len(living()) > 1
        ours.kill()
        ours.wait()
        deadline = time.monotonic() + 60
        while living() and time.monotonic() < deadline:
            time.sleep(0.05)  # noqa: ASYNC251
        assert living() == []
