"""A folder of files, and the command that serves it to agents."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rocq_here import seed
from tests.sandbox_here import sandbox_here

HOLDFAST = str(Path(sys.executable).parent / "holdfast")
SWAP = r"""Lemma swap (A B : Prop) : A /\ B -> B /\ A.
Proof.
  intros [a b]. split.
  - exact b.
  -
Admitted.
"""
WORDS = '''\
def lengths(words: list[str]) -> list[int]:
    """How long each word is.

    >>> lengths(["a", "bcd", ""])
    [1, 3, 0]
    >>> lengths([])
    []
    >>> lengths(["bcd", "xy"])
    [3, 2]
    """
    ...
'''


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return seed(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def sandbox() -> None:
    sandbox_here()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Nothing but what is asked for is written there."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "swap.v").write_text(SWAP, encoding="utf-8")
    (root / "words.py").write_text(WORDS, encoding="utf-8")
    (tmp_path / "secret.v").write_text(SWAP, encoding="utf-8")
    (root / "link.v").symlink_to(tmp_path / "secret.v")
    yield root
    assert {path.name for path in root.iterdir()} == {"swap.v", "words.py", "link.v"}
