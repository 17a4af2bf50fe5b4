"""What is taken along with a Python file, and what is not."""

from pathlib import Path

import pytest

from holdfast.apps.python.files import imports_of, surroundings
from holdfast.apps.python.libraries import find_libraries, own_libraries, preloaded
from holdfast.core.errors import UserError


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    put(
        tmp_path,
        {
            "pyproject.toml": "",
            "tools.py": "import os",
            "unasked.py": "",
            "src/shop/__init__.py": "from .prices import total",
            "src/shop/prices.py": "from . import names\nfrom .deep.er import x\nimport tools\n"
            "import numpy as np, json\nopen('rates.json')\nGRID = 'grid/a.txt'\n",
            "src/shop/names.py": "from ..other import nothing\nfrom .rest import *",
            "src/shop/rest.py": "def broken(:",
            "src/shop/deep/__init__.py": "",
            "src/shop/deep/er.py": "from shop import names\nx = 'conftest.py'",
            "src/shop/rates.json": "{}",
            "src/shop/secret.json": "{}",
            "src/shop/conftest.py": "",
            "src/shop/test_prices.py": "EXPECTED = 'rates.json'",
            "src/shop/grid/a.txt": "1",
            "src/shop/grid/test_a.py": "1",
        },
    )
    return tmp_path


def test_what_is_imported_and_named_is_taken_along_and_nothing_else(project: Path) -> None:
    found = surroundings(project / "src/shop/prices.py")
    assert found.package == "shop"
    assert set(found.files) == {
        "shop/__init__.py",
        "shop/names.py",
        "shop/rest.py",
        "shop/deep/__init__.py",
        "shop/deep/er.py",
        "shop/rates.json",
        "shop/grid/a.txt",
        "tools.py",
    }
    assert found.files["shop/rates.json"] == b"{}"


def test_tests_are_never_taken_along(project: Path) -> None:
    put(project, {"one.py": "import checks\nopen('cases.jsonl')", "checks.py": "", "cases.jsonl": ""})
    assert set(surroundings(project / "one.py").files) == {"checks.py", "cases.jsonl"}
    given = [project / "checks.py", project / "cases.jsonl"]
    assert surroundings(project / "one.py", given).files == {}


def test_a_file_that_cannot_be_read_has_nothing_beside_it(tmp_path: Path) -> None:
    assert surroundings(tmp_path / "absent.py").files == {}
    put(tmp_path, {"a.py": "import b", "b.py": "import a", "c.py": "\0"})
    assert set(surroundings(tmp_path / "a.py").files) == {"b.py"}
    assert surroundings(tmp_path / "c.py").files == {}


def test_imports_at_the_top_level_are_told(project: Path) -> None:
    assert imports_of(project / "src/shop/prices.py") == ("tools", "numpy", "json")
    assert preloaded(("tools", "numpy", "json"), own_libraries()) == ("numpy",)


def test_libraries_are_those_of_the_interpreter_named_or_of_the_nearest_environment(tmp_path: Path) -> None:
    (own,) = own_libraries()
    version = own.parent.name
    file = tmp_path / "a" / "b.py"
    assert find_libraries(file, None, {}) == (own,)
    put(tmp_path, {f".venv/lib/{version}/site-packages/x.py": "", ".venv/bin/python": ""})
    assert find_libraries(file, None, {}) == (own,), "it does not say that it is an environment"
    put(tmp_path, {".venv/pyvenv.cfg": ""})
    found = (tmp_path / f".venv/lib/{version}/site-packages",)
    assert find_libraries(file, None, {}) == found
    assert find_libraries(file, None, {"VIRTUAL_ENV": str(own.parents[2])}) == (own,)
    for named in (tmp_path / ".venv", tmp_path / ".venv/bin/python"):
        assert find_libraries(tmp_path / "x.py", named, {"VIRTUAL_ENV": str(own.parents[2])}) == found
    with pytest.raises(UserError, match=f"no libraries for {version}"):
        find_libraries(file, tmp_path / "python2", {})
