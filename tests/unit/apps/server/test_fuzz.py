"""Requests made up from the server's own description: whatever comes, the answer has a known shape."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.unit.apps.server.rooms import described, served

from holdfast.apps.server.guard import GuardSettings

SCHEMA = schemathesis.openapi.from_dict(described())
OPERATIONS = [(path, method) for path in SCHEMA for method in SCHEMA[path]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("served"), GuardSettings(body_bytes=50_000)) as address:
        yield address


def _check(case: schemathesis.Case, url: str) -> None:
    answer = case.call(base_url=url, timeout=60)
    # 501 to 503 are told apart from bugs: what is not supported, not there, or offers nothing.
    assert answer.status_code not in {500, 504}, answer.text
    if answer.status_code >= 400:
        body = answer.json()
        assert set(body) == {"error"}
        assert set(body["error"]) == {"message", "type", "code", "param"}
        assert body["error"]["message"]
    elif "json" in answer.headers["content-type"][0]:
        case.validate_response(answer, checks=[response_schema_conformance])


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    # What takes nothing cannot be asked wrongly.
    [
        (*each, mode)
        for each in OPERATIONS
        for mode in GenerationMode
        if each[1] == "post" or mode.is_positive
    ],
)
def test_whatever_is_sent_is_answered_in_a_known_shape(
    url: str, path: str, method: str, mode: GenerationMode
) -> None:
    operation = SCHEMA[path][method]

    @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case: schemathesis.Case) -> None:
        _check(case, url)

    fuzz()
    assert SCHEMA["/ready"]["GET"].Case().call(base_url=url, timeout=60).status_code == 200


def test_everything_that_is_served_is_described() -> None:
    assert {path for path, _ in OPERATIONS} >= {
        "/", "/v1/suggest", "/v1/feedback", "/generate", "/encode", "/model_info", "/health", "/ready",
        "/metrics", "/v1/completions", "/v1/chat/completions", "/v1/embeddings", "/v1/models",
    }  # fmt: skip
