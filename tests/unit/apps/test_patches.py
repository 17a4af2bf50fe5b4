"""Patches."""

from holdfast.apps.patches import patch
from holdfast.core.documents import Source


def test_lines_end_in_line_feeds_alone() -> None:
    before, after = Source("a.v", "a\fb\r\nend"), Source("a.v", "a\fc\r\nend")
    assert patch(before, after).splitlines(keepends=True) != []
    assert patch(before, after).split("\n")[3:] == [
        "-a\fb\r", "+a\fc\r", " end", "\\ No newline at end of file", "",
    ]  # fmt: skip
    assert patch(before, before) == ""
