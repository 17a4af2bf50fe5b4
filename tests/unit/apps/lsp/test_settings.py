"""Settings."""

from holdfast.apps.lsp.settings import Settings, read_settings


def test_what_does_not_hold_is_told_and_the_defaults_do() -> None:
    assert read_settings(None) == (Settings(), "")
    assert read_settings({"budget": 3, "of another": 1}) == (Settings(budget=3), "")
    for wrong in ({"budget": -1}, {"suggestions": "many"}, [1], "text", {"budget": float("nan")}):
        settings, sentence = read_settings(wrong)
        assert settings == Settings()
        assert "the defaults do" in sentence
