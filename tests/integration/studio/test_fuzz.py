"""Requests made up from the app's own description: whatever comes, the answer has a known shape."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.integration.studio.apps import OPEN, TOKEN, Client, served
from tests.integration.studio.test_sessions import session

from holdfast.apps.studio import app as app_module
from holdfast.apps.studio.app import include_routes

_DESCRIBED = FastAPI()
include_routes(_DESCRIBED)
SCHEMA = schemathesis.openapi.from_dict(_DESCRIBED.openapi())
OPERATIONS = [(path, method) for path in SCHEMA for method in SCHEMA[path]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with served(f"sqlite:///{folder / 'app.sqlite'}", guard=OPEN) as app:
        yield app.url


def _check(case: schemathesis.Case, url: str) -> None:
    answer = case.call(base_url=url, timeout=60, headers={"Authorization": f"Bearer {TOKEN}"})
    # 503 is told apart from bugs: a model that is being loaded, programs that do not run here.
    assert answer.status_code not in {500, 502, 504}, answer.text
    if answer.status_code >= 400:
        body = answer.json()
        assert set(body) == {"code", "message", "hint", "job"}
        assert body["code"]
        assert body["message"]
    elif answer.status_code != 204:
        case.validate_response(answer, checks=[response_schema_conformance])


@pytest.fixture(scope="module")
def there(url: str) -> dict[str, str]:
    """One of everything that a path may name."""
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as http:
        client = Client(http)
        made = session(client)
        version = client.post(f"/v1/sessions/{made}/versions", {"code": "x = 1"})["id"]
        turn, job = client.turn(made, "print")
        snippet = client.post("/v1/snippets", {"title": "t", "version": version})["id"]
    return {
        "session_id": made,
        "version_id": version,
        "turn_id": turn["id"],
        "job_id": job["id"],
        "snippet_id": snippet,
    }


# An import is a file and no JSON; what is wrong with files has a test of its own.
@pytest.mark.parametrize(("path", "method"), [each for each in OPERATIONS if "import" not in each[0]])
def test_whatever_is_sent_is_answered_in_a_known_shape(
    url: str, there: dict[str, str], path: str, method: str
) -> None:
    operation = SCHEMA[path][method]
    modes = list(GenerationMode)

    @settings(
        max_examples=1 if method == "get" else 3,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.one_of([operation.as_strategy(generation_mode=mode) for mode in modes]))
    def fuzz(case: schemathesis.Case) -> None:
        for name in set(case.path_parameters or {}) & set(there):
            case.path_parameters[name] = there[name]
        _check(case, url)

    fuzz()
    assert SCHEMA["/ready"]["GET"].Case().call(base_url=url, timeout=60).status_code == 200


def test_everything_that_is_answered_is_described() -> None:
    answered = {
        (route.path, method.upper())
        for module in app_module._ROUTES
        for route in module.router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods
    }
    assert {(path, method.upper()) for path, method in OPERATIONS} == answered
    assert len(answered) > 50
