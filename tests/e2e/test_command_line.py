"""The installed command, as a shell sees it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import holdfast

HOLDFAST = Path(sys.executable).parent / "holdfast"


HALF_INSTALLED = """#!/bin/sh
case $1 in
  --print-version) echo "8.16.1 4.13.1" ;;
  -where) echo /nowhere ;;
  *) echo "Error: no prelude" >&2; exit 1 ;;
esac
"""
"""A compiler whose libraries are another package, which is not installed."""


def shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `holdfast` with little more than the given environment."""
    return subprocess.run(
        [HOLDFAST, *arguments],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "COLUMNS": "80"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_version() -> None:
    done = shell("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"holdfast {holdfast.__version__}\n", "")


def test_help_names_every_command_and_fits_80_columns() -> None:
    done = shell("--help")
    assert done.returncode == 0
    for command in ("prove", "learn", "audit", "doctor"):
        assert command in done.stdout
        one = shell(command, "--help")
        assert one.returncode == 0
        assert all(len(line) <= 80 for line in one.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "frobnicate"),
        (["prove"], "FILE"),
        (["prove", "a.v", "--budget", "-1"], "--budget"),
        (["prove", "a.v", "--jobs", "0"], "--jobs"),
        (["learn", "latin"], "latin"),
        (["audit", "--frob", "a.v"], "--frob"),
    ],
)
def test_wrong_use_is_told_on_standard_error(arguments: list[str], words: str) -> None:
    done = shell(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["doctor"], ["doctor", "--json"]])
def test_a_full_disk_behind_standard_output(arguments: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [HOLDFAST, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].endswith("No space left on device")
    assert "Traceback" not in done.stderr


@pytest.mark.rocq
def test_doctor_finds_what_is_here(tmp_path: Path) -> None:
    done = shell("doctor", "--json", "--cache", str(tmp_path))
    *checks, summary = (json.loads(line) for line in done.stdout.splitlines())
    status = {check["name"]: check["status"] for check in checks}
    assert done.returncode == 0
    assert summary["ready"] is True
    assert [status[name] for name in ("Python", "Rocq", "coqidetop", "Rocq compiles")] == ["ok"] * 4
    people = shell("doctor", "--cache", str(tmp_path))
    assert people.returncode == 0
    assert "holdfast prove can run." in people.stdout
    assert all(check["name"] in people.stdout for check in checks)


def test_doctor_without_rocq_names_the_command_that_installs_it(tmp_path: Path) -> None:
    (tmp_path / "apt-get").symlink_to("/bin/true")
    done = shell("doctor", "--json", PATH=str(tmp_path))
    *checks, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == summary["exit_code"] == 3
    assert {"Rocq": "missing"}.items() <= {check["name"]: check["status"] for check in checks}.items()
    assert summary["ready"] is False
    assert "apt-get install coq libcoq-stdlib" in summary["fix"]


def test_doctor_sees_a_rocq_that_is_there_and_does_not_work(tmp_path: Path) -> None:
    for name in ("coqc", "coqidetop"):
        (tmp_path / name).write_text(HALF_INSTALLED, encoding="ascii")
        (tmp_path / name).chmod(0o755)
    done = shell("doctor", "--json", PATH=f"{tmp_path}:/usr/sbin:/bin")
    checks = {record.get("name"): record for record in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 3
    assert checks["Rocq compiles"]["status"] == "broken"
    assert "no prelude" in checks["Rocq compiles"]["detail"]
    assert checks["standard library"]["status"] == "missing"
