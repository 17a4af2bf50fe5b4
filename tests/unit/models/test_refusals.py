"""What refusals mean, and how long servers want to be left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.errors import ModelBusyError, ModelError
from holdfast.models.refusals import message_in, refusal


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"error": {"message": "no"}}', "no"),
        ('{"error": "no"}', "no"),
        ('{"detail": [{"loc": 1}]}', '[{"loc": 1}]'),
        ('{"object": "error", "message": "no"}', "no"),
        ("<html>much</html>", ""),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_messages(text: str, said: str) -> None:
    assert message_in(text) == said


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "99999999"}, 3600.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", "date": "Sat, 21 Nov 2026 12:00:00 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, None),
    ],
)
def test_waits(headers: dict[str, str], wait_s: float | None) -> None:
    error = refusal(429, "", "http://x", headers, key_variable="KEY")
    assert isinstance(error, ModelBusyError)
    assert error.retry_after_s == wait_s


@given(st.integers(300, 599), st.text(max_size=60))
def test_every_refusal_is_some_error(status: int, said: str) -> None:
    error = refusal(status, said, "http://x", {}, key_variable="KEY")
    assert isinstance(error, ModelError)
    assert "http://x" in str(error)
