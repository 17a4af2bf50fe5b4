"""`holdfast check` as a shell sees it: table, records, exit codes, bad input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rocq_here import seed

HOLDFAST = Path(sys.executable).parent / "holdfast"
GOOD = 'def f(x):\n    """\n    >>> f(1)\n    2\n    """\n    return x + 1\n'


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(seed(tmp_path_factory.mktemp("cache")))
    (folder / "f.py").write_text(GOOD)
    done = check(folder, folder, "f.py")
    if done.returncode == 3 and "sandbox" in done.stderr:
        pytest.skip(done.stderr)
    return folder


def check(folder: Path, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [HOLDFAST, "check", "--cache", cache, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_file_that_passes(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "m.py").write_text(GOOD)
    done = check(tmp_path, cache, "m.py")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 of 1 tests passed")
    assert [path.name for path in tmp_path.iterdir()] == ["m.py"]


def test_records_of_a_file_that_fails(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "m.py").write_text(GOOD.replace("+ 1", "- 1"))
    (tmp_path / "test_m.py").write_text("from m import f\n\ndef test_f():\n    assert f(3) == f(2) + 1\n")
    done = check(tmp_path, cache, "m.py", "--json", "--tests", "test_m.py")
    assert done.returncode == 1
    doctest, apart, summary = map(json.loads, done.stdout.splitlines())
    assert (doctest["kind"], doctest["name"], doctest["passed"], doctest["reason"]) == (
        "test",
        "f:3",
        False,
        "wrong_value",
    )
    assert (apart["name"], apart["passed"], apart["origin"]) == ("test_f", True, "test_m.py:3")
    assert (summary["kind"], summary["passed"], summary["failed"], summary["exit_code"]) == (
        "summary",
        1,
        1,
        1,
    )


def test_records_of_benchmarks_and_whole_programs(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "m.py").write_text(
        'def f(x):\n    return x + 1\n\n\nif __name__ == "__main__":\n    print(f(int(input())))\n'
    )
    records = (
        {"test_list": ["assert f(1) == 2"], "test_setup_code": ""},
        {"entry_point": "f", "test": "def check(candidate):\n    assert candidate(2) == 3\n"},
        {
            "entry_point": "f",
            "prompt": "def f(x):\n",
            "canonical_solution": "    return 1 + x\n",
            "base_input": [[3]],
            "plus_input": [[2**70], [1.5]],
            "atol": 0,
        },
        {"stdin": "4\n", "stdout": "5\n"},
        {"stdin": "4\n", "stdout": "6\n"},
    )
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    done = check(tmp_path, cache, "m.py", "--json", "--tests", "t.jsonl")
    *tests, summary = map(json.loads, done.stdout.splitlines())
    assert (summary["passed"], summary["failed"], done.returncode) == (6, 1, 1)
    assert [one["reason"] for one in tests if not one["passed"]] == ["wrong_value"]


def test_modules_beside_the_file_are_there(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "helper.py").write_text("def one():\n    return 1\n")
    (tmp_path / "m.py").write_text("from helper import one\n" + GOOD.replace("x + 1", "x + one()"))
    assert check(tmp_path, cache, "m.py").returncode == 0


@pytest.mark.parametrize(
    ("text", "tests", "said"),
    [
        (None, None, "m.py"),
        ("def f(:\n", None, "m.py:1:"),
        (b"x = '\xff'\n", None, "UTF-8"),
        ("def f(): pass\n", None, "no tests"),
        (GOOD, "", "no tests"),
        (GOOD, "def test_f(:\n", "test_m.py:1:"),
        (GOOD, "import no_such_module\n\ndef test_f():\n    no_such_module.g()\n", "no_such_module"),
        (GOOD, "from m import f\n\nx = 1 / 0\n\ndef test_f():\n    assert f(x)\n", "ZeroDivisionError"),
        ("import no_such_module\n" + GOOD, None, "no_such_module"),
        ("import sys\nsys.exit(0)\n" + GOOD, None, "SystemExit"),
        ("while True: pass\n" + GOOD, None, "in time"),
        ("import os\nos._exit(0)\n" + GOOD, None, "ended before"),
    ],
)
def test_bad_input(
    tmp_path: Path, cache: Path, text: str | bytes | None, tests: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "m.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    options = [] if tests is None else ["--tests", "test_m.py"]
    if tests is not None:
        (tmp_path / "test_m.py").write_text(tests)
    done = check(tmp_path, cache, "m.py", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("holdfast: ") == 1


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "m.py").write_text(GOOD.replace("x + 1", r"'\x1b[31m' + chr(27)"))
    done = check(tmp_path, cache, "m.py")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
