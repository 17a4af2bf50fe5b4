"""`holdfast prove FILE.py` as a shell sees it: what is printed, what is written, what is refused."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox_here import sandbox_here

HOLDFAST = Path(sys.executable).parent / "holdfast"
HEAD = '"""Grüße."""\r\n\r\n'
LENGTHS = '''\
def lengths(words: list[str]) -> list[int]:\r
\t"""How long each word is.\r
\r
\t>>> lengths(["a", "bcd", ""])\r
\t[1, 3, 0]\r
\t>>> lengths([])\r
\t[]\r
\t>>> lengths(["bcd", "xy"])\r
\t[3, 2]\r
\t"""\r
\t...  # kept\r
'''
VAGUE = '''\r

def clip(number, low, high):\r
\t"""Put a number between two others.\r
\r
\t>>> clip(5, 3, 9)\r
\t5\r
\t"""\r
\traise NotImplementedError\r
'''
QUICK = ("--budget", "5")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.fixture(scope="session", autouse=True)
def _sandbox() -> None:
    sandbox_here()


def prove(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COLUMNS": "80"}
    return subprocess.run(
        [HOLDFAST, "prove", *QUICK, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def records(done: subprocess.CompletedProcess[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *holes, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert summary["exit_code"] == done.returncode
    return holes, summary


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_function_is_written_and_nothing_else(tmp_path: Path) -> None:
    path = put(tmp_path, "a.py", HEAD + LENGTHS)
    done = prove(tmp_path, "a.py", "--write", "--json")
    assert done.returncode == 0, done.stderr
    (hole,), summary = records(done)
    assert hole["status"] == "proved"
    assert (hole["tests_seen"], hole["tests_hidden"]) == (["lengths:6", "lengths:8", "lengths:10"], [])
    assert (hole["name"], hole["line"], hole["under_specified"]) == ("lengths", 13, None)
    assert (summary["holes"], summary["proved"]) == (1, 1)
    (body,) = hole["steps"]
    written = path.read_bytes().decode()
    before, _, after = (HEAD + LENGTHS).partition("...  # kept")
    assert written.startswith(before)
    assert written.endswith("  # kept" + after)
    assert body.splitlines()[0] in written


def test_diff_and_output_leave_the_file_alone(tmp_path: Path) -> None:
    path = put(tmp_path, "a.py", HEAD + LENGTHS)
    done = prove(tmp_path, "a.py", "--diff", "-o", "b.py")
    assert done.returncode == 0, done.stderr
    assert "-\t...  # kept" in done.stdout
    assert "3 tests, all seen" in done.stdout
    assert "1 of 1 holes proved and audited" in done.stdout
    assert path.read_bytes().decode() == HEAD + LENGTHS
    assert b"..." not in (tmp_path / "b.py").read_bytes()


def test_tests_that_say_too_little_are_told(tmp_path: Path) -> None:
    path = put(tmp_path, "a.py", HEAD + LENGTHS + VAGUE)
    done = prove(tmp_path, "a.py", "--json", "--write")
    assert done.returncode == 1
    holes, _ = records(done)
    assert [hole["status"] for hole in holes] == ["proved", "not_found"]
    assert holes[1]["under_specified"] == "return number"
    assert "return number passes all of its tests" in holes[1]["reason"]
    assert b"NotImplementedError" in path.read_bytes()
    accepted = prove(tmp_path, "a.py", "--accept", "--strengthen")
    assert accepted.returncode == 0, accepted.stderr
    assert "1 of 1 holes proved" in accepted.stdout
    assert ">>> clip(" in accepted.stdout


def test_a_test_file_is_a_specification_with_hidden_tests(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "def last(items: list[int]) -> int:\n    raise NotImplementedError\n")
    rows = ["[1]", "[1, 2]", "[4, 4, 9]", "[7, 0]", "[3, 1, 2]", "[5, 6, 7, 8]", "[0]", "[2, 2]"]
    tests = [f"    assert last({row}) == {json.loads(row)[-1]}\n" for row in rows]
    put(tmp_path, "test_a.py", "from a import last\n\ndef test_last():\n" + "".join(tests))
    done = prove(tmp_path, "a.py", "--tests", "test_a.py", "--json")
    (hole,), _ = records(done)
    assert hole["status"] == "proved", hole
    assert (len(hole["tests_seen"]), len(hole["tests_hidden"])) == (6, 2)
    assert "6 tests seen, 2 hidden" in prove(tmp_path, "a.py", "--tests", "test_a.py").stdout


def test_a_hole_whose_tests_need_another_one_is_filled_after_it(tmp_path: Path) -> None:
    text = (
        "def twice(n: int) -> int:\n    ...\n\n\ndef add(a: int, b: int) -> int:\n    ...\n\n\n"
        "def test_add():\n    assert add(1, 2) == 3\n    assert add(5, 9) == 14\n    assert add(0, 4) == 4\n"
        "def test_twice():\n    assert twice(3) == add(3, 3)\n    assert twice(5) == add(5, 5)\n"
        "    assert twice(0) == add(0, 0)\n"
    )
    put(tmp_path, "a.py", text)
    holes, _ = records(prove(tmp_path, "a.py", "--json"))
    by_name = {hole["name"]: hole for hole in holes}
    assert by_name["add"]["status"] == "proved"
    assert "needs" not in by_name["twice"]["reason"], by_name["twice"]


def test_a_hole_that_waits_for_one_that_is_never_filled_costs_nothing_else(tmp_path: Path) -> None:
    text = (
        "def half(n: int) -> int:\n    ...\n\n\ndef dark(n: int) -> int:\n    ...\n\n\n"
        "def both(n: int) -> int:\n    ...\n\n\n"
        "def test_half():\n    assert half(8) == 4\n    assert half(0) == 0\n    assert half(14) == 7\n\n\n"
        "def test_both():\n    assert both(3) == half(3) + dark(3)\n"
    )
    path = put(tmp_path, "a.py", text)
    done = prove(tmp_path, "a.py", "--json", "--write")
    assert done.returncode == 1, done.stderr
    holes, _ = records(done)
    assert [hole["status"] for hole in holes] == ["proved", "not_found", "not_found"]
    assert "dark" in holes[2]["reason"]
    assert path.read_text().count("...") == 2


def test_modules_beside_the_file_are_found(tmp_path: Path) -> None:
    put(
        tmp_path, "alphabet.py", "VOWELS = 'aeiou'\n\ndef is_vowel(c: str) -> bool:\n    return c in VOWELS\n"
    )
    text = (
        "from alphabet import is_vowel\n\n\ndef yes(letter: str) -> bool:\n    return is_vowel(letter)\n\n\n"
        "def vowels(text: str) -> int:\n    ...\n\n\ndef test_vowels():\n    assert vowels('banana') == 3\n"
        "    assert vowels('') == 0\n    assert vowels('sky') == 0\n    assert vowels('aeiou') == 5\n"
    )
    put(tmp_path, "a.py", text)
    holes, _ = records(prove(tmp_path, "a.py", "--json"))
    assert [hole["status"] for hole in holes] == ["proved"], holes


def test_a_function_is_done_anew(tmp_path: Path) -> None:
    text = (HEAD + LENGTHS).replace("...", "return None")
    path = put(tmp_path, "a.py", text)
    done = prove(tmp_path, "a.py", "-t", "lengths", "-w")
    assert done.returncode == 0, done.stderr
    assert b"return None" not in path.read_bytes()


def test_a_run_is_resumed(tmp_path: Path) -> None:
    put(tmp_path, "a.py", HEAD + LENGTHS)
    first, _ = records(prove(tmp_path, "a.py", "--run", "run", "--json"))
    again = prove(tmp_path, "a.py", "--run", "run", "--json")
    assert records(again)[0] == first
    assert "lengths: found" not in again.stderr


ENDLESS = "while True:\n    pass\n\n"
BROKEN_TESTS = (
    "import nothing_of_that_name\nfrom a import lengths\n\ndef test_it():\n    assert lengths([]) == []\n"
)


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        ("def f(:\n", (), "a.py:1:7: Python does not accept this"),
        ("def f(x):\n    ...\n", (), "no test speaks of f: give its docstring examples"),
        (LENGTHS, ("--tests", "missing.py"), "cannot read missing.py: No such file"),
        (LENGTHS, ("--tests", "empty.py"), "no tests are found here"),
        (LENGTHS, ("--tests", "bad.py"), "bad.py:1"),
        (LENGTHS, ("--tests", "broken.py"), "nothing_of_that_name"),
        ("import nothing_like_it\n" + LENGTHS, (), "No module named 'nothing_like_it'"),
        ("raise SystemExit\n" + LENGTHS, (), "SystemExit"),
        (ENDLESS + LENGTHS, (), "it cannot be imported"),
        ("# coding: latin-1\n" + LENGTHS, (), "save it as UTF-8"),
        (LENGTHS, ("-t", "length"), "did you mean lengths"),
        (LENGTHS, ("a.py", "--tests", "empty.py"), "--tests goes with one .py file"),
        ("def f(x): 'D.'; ...\n", (), "on a line of its own"),
    ],
)
def test_the_users_mistakes(tmp_path: Path, text: str, arguments: tuple[str, ...], words: str) -> None:
    put(tmp_path, "a.py", text)
    put(tmp_path, "empty.py", "x = 1\n")
    put(tmp_path, "bad.py", "def (\n")
    put(tmp_path, "broken.py", BROKEN_TESTS)
    before = sorted(path.name for path in tmp_path.iterdir())
    done = prove(tmp_path, "a.py", "--write", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert (tmp_path / "a.py").read_bytes().decode() == text
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_what_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = '\xe9'\n")
    done = prove(tmp_path, "a.py")
    assert (done.returncode, done.stderr) == (2, "holdfast: a.py:1:6: this is not UTF-8 text\n")


def test_a_module_of_a_package_finds_what_its_users_find(tmp_path: Path) -> None:
    shop = tmp_path / "src" / "shop"
    shop.mkdir(parents=True)
    put(tmp_path, "pyproject.toml", "")
    put(shop, "__init__.py", "from .prices import total\n")
    put(shop, "names.py", "HUNDRED = 100\n")
    put(shop, "rates.json", '{"tax": 3}')
    put(
        shop,
        "prices.py",
        "import json\nfrom pathlib import Path\n\nimport numpy as np\n\nfrom . import names\n\n"
        "TAX = json.loads(Path(__file__).with_name('rates.json').read_text())['tax']\n\n\n"
        "def widest(values: list[int]) -> int:\n    return int(np.ptp(np.array(values))) + TAX\n\n\n"
        "def total(prices: list[int]) -> int:\n    ...\n",
    )
    put(
        tmp_path,
        "test_prices.py",
        "from shop import prices\nfrom shop.names import HUNDRED\nfrom shop.prices import total, widest\n\n\n"
        "def test_total():\n    assert total([1, 2]) == 3\n    assert total([]) == 0\n"
        "    assert prices.total([5, 7, 9]) == 21\n\n\n"
        "def test_more():\n    assert total([7, HUNDRED]) == widest([0, 104])\n",
    )
    done = prove(tmp_path, "src/shop/prices.py", "--tests", "test_prices.py", "--json")
    assert done.returncode == 0, (done.stdout, done.stderr)
    (hole,), _ = records(done)
    assert (hole["status"], len(hole["tests_seen"])) == ("proved", 3)
    elsewhere = prove(tmp_path, "src/shop/prices.py", "-T", "test_prices.py", "--python", "/nowhere/python")
    assert (elsewhere.returncode, "has no libraries for python" in elsewhere.stderr) == (2, True)


def test_a_run_that_was_interrupted_is_taken_up_where_it_was(tmp_path: Path) -> None:
    endless = (
        "\n\ndef record(n: int) -> str:\n    ...\n\n\ndef test_record():\n"
        "    assert record(27) == 'steps=111;top=9232'\n    assert record(97) == 'steps=118;top=9232'\n"
        "    assert record(703) == 'steps=170;top=250504'\n    assert record(9) == 'steps=19;top=52'\n"
    )
    text = LENGTHS.replace("\r", "") + endless
    path = put(tmp_path, "a.py", text)
    arguments = ["prove", "a.py", "--budget", "6", "--run", "run", "--write", "--json"]
    process = subprocess.Popen(
        [HOLDFAST, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    kept = tmp_path / "run" / "results.jsonl"
    while not kept.exists() or not kept.read_text().count("\n"):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, "stopped by SIGINT" in err) == (130, True)
    assert path.read_text() == text
    (first,) = (json.loads(line) for line in kept.read_text().splitlines())
    assert (first["hole"], first["status"], first["learnable"]) == ("lengths", "found", False)
    again = prove(tmp_path, "a.py", "--budget", "6", "--run", "run", "--write", "--json")
    holes, _ = records(again)
    assert [(hole["name"], hole["status"]) for hole in holes] == [
        ("lengths", "proved"),
        ("record", "not_found"),
    ]
    assert holes[0]["wall_s"] == round(first["wall_s"], 4), "it was not searched again"
    assert "lengths: found" not in again.stderr
    assert path.read_text().count("...") == 1


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that an ordinary user can reach; those of pytest are its owner's alone."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_an_ordinary_user_can_do_it_too(open_folder: Path) -> None:
    python = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    if os.getuid() != 0 or not python.exists():
        pytest.skip("it takes root to become somebody else, and an interpreter that others may run")
    libraries = [each for each in sys.path if each.endswith("site-packages")]
    root = Path(__file__).parents[2] / "src"
    if not all(each.stat().st_mode & 0o001 for each in root.parents):
        pytest.skip(f"others may not enter the folders above {root}")
    path = put(open_folder, "a.py", LENGTHS.replace("\r", ""))
    for each in (open_folder, path):
        os.chown(each, 65534, 65534)
    command = "import sys; from holdfast.apps.cli.main import main; main(sys.argv[1:])"
    done = subprocess.run(
        [*NOBODY, python, "-c", command, "prove", "a.py", "--write", "--json", *QUICK],
        cwd=open_folder,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(open_folder),
            "PYTHONPATH": ":".join([str(root), *libraries]),
            "HOLDFAST_CACHE": str(open_folder / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "..." not in path.read_text()
    hole = json.loads(done.stdout.splitlines()[0])
    assert (hole["level"], hole["learnable"]) == ("namespaces", True)


def test_generators_coroutines_and_methods_of_classes(tmp_path: Path) -> None:
    text = (
        "import asyncio\nfrom collections.abc import Iterator\n\n\nclass A:\n    @classmethod\n"
        "    def half(cls, n: int) -> int:\n        ...\n\n    def size(self) -> int:\n        ...\n\n\n"
        "async def later(n: int) -> int:\n    ...\n\n\ndef evens(n: int) -> Iterator[int]:\n    ...\n\n\n"
        "def outer():\n    def inner():\n        ...\n\n    return inner\n\n\n"
        "def test_it():\n    assert A.half(6) == 3\n    assert A.half(0) == 0\n    assert A.half(11) == 5\n"
        "def test_size():\n    assert A().size() == 1\n    assert A().size() > 0\n\n\n"
        "def test_later():\n    assert asyncio.run(later(1)) == 2\n    assert asyncio.run(later(5)) == 6\n"
        "def test_evens():\n    assert list(evens(3)) == [0, 2, 4]\n    assert list(evens(0)) == []\n"
        "    assert list(evens(1)) == [0]\n"
    )
    path = put(tmp_path, "a.py", text)
    done = prove(tmp_path, "a.py", "--write", "--json")
    holes, _ = records(done)
    assert {hole["name"]: hole["status"] for hole in holes} == {
        "A.half": "proved",
        "A.size": "not_found",
        "later": "proved",
        "evens": "proved",
    }
    assert "take a language model" in holes[1]["reason"]
    assert "outer.inner has no body; functions inside functions are not filled" in done.stderr
    assert "    yield from " in path.read_text()
