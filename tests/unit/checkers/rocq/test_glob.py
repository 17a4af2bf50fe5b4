"""Reading `.glob` files."""

import pytest

from holdfast.checkers.rocq.glob import read_glob
from holdfast.core.errors import SourceError

TEXT = """DIGEST cc07a847cabd203d9dacea2149fb998e
Flib.nat
R30:34 Coq.Init.Logic <> ::type_scope:x_'='_x not
R10:12 lib.nat Inner addnC thm
R10:12 lib.nat Inner addnC thm
R4:8 Coq.NArith.BinNat <> <> lib
prf 20:24 Inner addnC
binder 26:26 <> n:3
not 40 <> ::nat_scope:x_'+'_x
"""


def test_uses_are_in_order_and_each_once() -> None:
    glob = read_glob(TEXT)
    assert glob.library == "lib.nat"
    assert [(use.start, use.end, use.full_name, use.kind) for use in glob.used] == [
        (4, 9, "Coq.NArith.BinNat", "lib"),
        (10, 13, "lib.nat.Inner.addnC", "thm"),
        (30, 35, "Coq.Init.Logic.::type_scope:x_'='_x", "not"),
    ]


def test_definitions_have_their_place() -> None:
    proved = read_glob(TEXT).defined[0]
    assert (proved.kind, proved.path, proved.name, proved.start, proved.end) == (
        "prf",
        ("Inner",),
        "addnC",
        20,
        25,
    )


def test_a_stretch_has_the_uses_that_begin_in_it() -> None:
    glob = read_glob(TEXT)
    assert [use.name for use in glob.within(10, 30)] == ["addnC"]
    assert list(glob.within(11, 30)) == []


@pytest.mark.parametrize("text", ["", "DIGEST NO\n", "Flib\nR10:", "Flib\nnot a line\n"])
def test_what_is_cut_off_or_something_else_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"\.glob file"):
        read_glob(text, "x.glob")
