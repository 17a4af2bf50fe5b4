"""What bubblewrap is told, and which names files may have."""

import os
import shutil
from pathlib import Path

import pytest

from holdfast.core.errors import MissingToolError, UserError
from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.bubblewrap import Inherited, files_of, words
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job


@pytest.mark.parametrize("name", ["", ".", "..", "/etc/passwd", "../x", "a/../../x", "a\0b"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(UserError, match="stay in the job's folder"):
        files_of({name: b""})


def test_names_that_stay() -> None:
    assert files_of({"a.py": b"1", "b/./c": b"2", "é ü": b"3"}) == {"a.py": b"1", "b/c": b"2", "é ü": b"3"}


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap")
def test_words_of_a_job() -> None:
    job = Job(
        argv=(PYTHON,), files={"x": b"content"}, allowance=Allowance(disk_mb=7), environment={"A": "b c"}
    )
    with Inherited() as inherited:
        found = words(job, inherited)
        (descriptor,) = inherited.all
        assert os.read(descriptor, 100) == b"content"
        assert found[found.index("/box/job/x") - 2 :][:2] == ["--file", str(descriptor)]
    assert found[found.index("A") :][:2] == ["A", "b c"]
    assert found[found.index("--size") :][:4] == ["--size", str(7 << 20), "--tmpfs", "/box"]
    assert {"--unshare-all", "--disable-userns", "--clearenv", "--die-with-parent", "--new-session"} <= set(
        found
    )
    # The last change to the tree makes the rest of it read-only.
    assert found[found.index("--remount-ro") :][:2] == ["--remount-ro", "/"]
    assert "--bind" not in found


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap")
def test_only_nested_sandboxes_may_make_namespaces() -> None:
    with Inherited() as inherited:
        assert "--disable-userns" not in words(Job(argv=(PYTHON,)), inherited, nested=True)


def test_programs() -> None:
    assert tree.command(Job(argv=(PYTHON, "x.py")))[-4:] == [
        os.fspath(tree.interpreter()),
        "-s",
        "-P",
        "x.py",
    ]
    assert tree.command(Job(argv=("./own",)))[-1] == "./own"
    with pytest.raises(MissingToolError, match="no-such is not installed"):
        tree.command(Job(argv=("no-such",)))


def test_folders_below_the_system_are_seen_already(tmp_path: Path) -> None:
    assert Path("/usr/lib") not in tree.readable([Path("/usr/lib")])
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert tree.readable([link])[link] == tmp_path.resolve()
