"""Which key goes to which server."""

import sys
from pathlib import Path

import pytest

from holdfast.apps.keys import find_key

ENVIRON = {"HOLDFAST_API_KEY": "general", "OPENAI_API_KEY": "openai", "HOLDFAST_API_KEY_GPU_7_LAN": "own"}


@pytest.mark.parametrize(
    ("url", "environ", "key"),
    [
        ("https://models.example.org/v1", ENVIRON, "general"),
        ("http://localhost:8000/v1", ENVIRON, "general"),
        ("http://127.0.0.1:8000", ENVIRON, "general"),
        ("http://[::1]:8000", ENVIRON, "general"),
        ("http://models.example.org/v1", ENVIRON, None),
        ("http://gpu-7.lan:8000/v1", ENVIRON, "own"),
        ("https://GPU-7.lan/v1", ENVIRON, "own"),
        ("https://api.openai.com/v1", {"OPENAI_API_KEY": "openai"}, "openai"),
        ("https://api.openai.com/v1", ENVIRON, "general"),
        ("http://api.openai.com/v1", {"OPENAI_API_KEY": "openai"}, None),
        ("https://api.openai.com.evil.org/v1", {"OPENAI_API_KEY": "openai"}, None),
        ("https://models.example.org/v1", {"HOLDFAST_API_KEY": "  "}, None),
        ("https://models.example.org/v1", {}, None),
    ],
)
def test_keys_go_where_they_were_meant_for(url: str, environ: dict[str, str], key: str | None) -> None:
    assert find_key(url, environ).key == key


def test_the_user_is_told_the_right_variable() -> None:
    assert find_key("http://gpu.lan/v1", {}).variable == "HOLDFAST_API_KEY_GPU_LAN"
    assert find_key("https://gpu.lan/v1", {}).variable == "HOLDFAST_API_KEY"
    assert find_key("https://api.openai.com/v1", {}).variable == "OPENAI_API_KEY"


def test_a_key_is_not_shown_by_accident() -> None:
    assert "general" not in repr(find_key("https://x.org", ENVIRON))


def test_the_keyring_is_asked_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for the package, which is not among what tests need."""
    package = tmp_path / "keyring"
    package.mkdir()
    entry = "('holdfast', 'models.example.org')"
    answer = f"def get_password(service, host):\n    return 'kept' if (service, host) == {entry} else None\n"
    (package / "__init__.py").write_text(answer, encoding="utf-8")
    (package / "errors.py").write_text("class KeyringError(Exception): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert find_key("https://models.example.org/v1", {}).key == "kept"
    assert find_key("https://models.example.org/v1", ENVIRON).key == "general"
    assert find_key("https://example.org/v1", {}).key is None
    for name in ("keyring", "keyring.errors"):
        monkeypatch.delitem(sys.modules, name)
