"""The words that engines of containers are given, what stands for the filter, and what a container tells."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.core.errors import MissingToolError, SandboxUnavailableError, UserError
from holdfast.runtime.sandbox import container_main
from holdfast.runtime.sandbox.engine import Engine, find_engine, profile
from holdfast.runtime.sandbox.filter import FORBIDDEN
from holdfast.runtime.sandbox.jobs import Allowance

ALLOWANCE = Allowance(memory_mb=200, disk_mb=16, processes=8)


@pytest.mark.parametrize("program", ["/usr/bin/podman", "/usr/local/bin/docker"])
def test_words(program: str) -> None:
    words = Engine(program, "some/image").words("it", ALLOWANCE, [Path("/some/folder")], Path("/f.json"))
    assert words[:2] == [program, "run"]
    assert words[-2:] == ["--entrypoint=python3", "some/image"]
    assert set(words) >= {
        "--rm", "--pull=never", "--network=none", "--read-only", "--cap-drop=ALL", "--ipc=private",
        "--init=false", "--security-opt=no-new-privileges", "--security-opt=seccomp=/f.json",
        "--user=65534:65534",
        "--pids-limit=10", "--memory=264m", "--memory-swap=264m", "--shm-size=16m", "--ulimit=core=0:0",
        "--tmpfs=/box:rw,nosuid,nodev,size=16m,mode=1777",
        "--mount=type=bind,source=/some/folder,target=/some/folder,readonly",
    }  # fmt: skip
    assert ("--read-only-tmpfs=false" in words) == program.endswith("podman")
    assert not [word for word in words if word.startswith(("--volume", "-v", "--privileged", "--device"))]


def test_names_that_are_options_elsewhere() -> None:
    with pytest.raises(UserError, match="comma"):
        Engine("podman", "i").words("it", ALLOWANCE, [Path("/a,target=/etc")], Path("/f"))


def test_the_filter_of_engines_forbids_what_the_other_does() -> None:
    rules = json.loads(profile())["syscalls"]
    assert set(rules[0]["names"]) == set(FORBIDDEN)
    some = {"clone", "clone3", "ioctl", "socketpair", "mmap", "fcntl", "setxattr"}
    assert some <= {rule["names"][0] for rule in rules[1:]}
    assert all(rule["action"] == "SCMP_ACT_ERRNO" for rule in rules)
    flags = [rule["args"][0] for rule in rules if rule["names"] == ["clone"]]
    assert sum(flag["value"] for flag in flags) == 0x7E020000
    assert all(flag["value"] == flag["valueTwo"] for flag in flags)


def _engine(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_engines_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="neither Podman nor Docker"):
        find_engine("some/image")
    _engine(tmp_path, "podman", "exit 125")
    with pytest.raises(SandboxUnavailableError, match="podman cannot run"):
        find_engine("some/image")
    _engine(tmp_path, "docker", '[ "$1" = info ] && echo fine')
    with pytest.raises(MissingToolError, match="docker pull some/image"):
        find_engine("some/image")
    _engine(tmp_path, "docker", '[ "$1 $2 $4" = "image inspect some/image" ] && echo sha256:12')
    engine = find_engine("some/image")
    assert (Path(engine.program).name, engine.version.split()[0]) == ("docker", "sha256:12")


def test_frames_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"j\0\0\0\x03abc" + b"i\0\0\0\0" + b"c\0\0\0\x01x"
    pieces = [whole[at : at + 1] for at in range(len(whole))] + [b""]
    monkeypatch.setattr(container_main.os, "read", lambda *_: pieces.pop(0))
    frames, found = container_main._Frames(), []
    while not frames.over:
        frames.read()
        found += frames.take()
    assert found == [(b"j", b"abc"), (b"i", b""), (b"c", b"x")]


def test_its_first_process_needs_nothing_of_ours() -> None:
    """It is sent as a text into an image that has Python and no more."""
    words = [sys.executable, "-I", "-S", "-c", Path(container_main.__file__).read_text(encoding="utf-8")]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.stderr == b"this runs as the first process of a container only\n"
