"""Where the cache is."""

from pathlib import Path

import pytest

from holdfast.apps.cli.settings import cache_directory


@pytest.mark.parametrize(
    ("chosen", "environ", "expected"),
    [
        (Path("/c"), {"HOLDFAST_CACHE": "/h", "XDG_CACHE_HOME": "/x"}, Path("/c")),
        (None, {"HOLDFAST_CACHE": "/h", "XDG_CACHE_HOME": "/x"}, Path("/h")),
        (None, {"HOLDFAST_CACHE": "", "XDG_CACHE_HOME": "/x"}, Path("/x/holdfast")),
        (None, {"XDG_CACHE_HOME": "relative"}, Path.home() / ".cache" / "holdfast"),
        (None, {}, Path.home() / ".cache" / "holdfast"),
        (Path("here"), {}, Path.cwd() / "here"),
        (None, {"HOLDFAST_CACHE": "here"}, Path.cwd() / "here"),
    ],
)
def test_what_is_nearest_wins(chosen: Path | None, environ: dict[str, str], expected: Path) -> None:
    assert cache_directory(chosen, environ) == expected
