"""What the environment says of sandboxes."""

from pathlib import Path

import pytest

from holdfast.apps import isolation
from holdfast.core.errors import SandboxUnavailableError, UserError
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.means import Means


def test_levels() -> None:
    assert isolation.wanted({}) is isolation.wanted({"HOLDFAST_SANDBOX": " "}) is None
    assert isolation.wanted({"HOLDFAST_SANDBOX": "wasm"}) is Level.WASM
    with pytest.raises(UserError, match="none of the levels namespaces, landlock, container, wasm, none"):
        isolation.wanted({"HOLDFAST_SANDBOX": "docker"})


def test_means(tmp_path: Path) -> None:
    assert isolation.means({}, None) == Means()
    file = tmp_path / "python.wasm"
    with pytest.raises(UserError, match="no such file"):
        isolation.means({"HOLDFAST_WASM_PYTHON": str(file)}, tmp_path)
    file.touch()
    named = {"HOLDFAST_WASM_PYTHON": str(file), "HOLDFAST_CONTAINER_IMAGE": "some/image:1"}
    assert isolation.means(named, tmp_path) == Means(image="some/image:1", wasm=file, cache=tmp_path)
    with pytest.raises(UserError, match="no name of an image"):
        isolation.means({"HOLDFAST_CONTAINER_IMAGE": "--privileged"}, tmp_path)


@pytest.mark.asyncio
async def test_no_other_level_than_the_one_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_SANDBOX", "none")
    with pytest.raises(UserError, match="--i-accept-unsafe-execution"):
        await isolation.find_sandbox(tmp_path)
    assert (await isolation.find_sandbox(tmp_path, accept_unsafe=True)).level is Level.NONE
    monkeypatch.setenv("HOLDFAST_SANDBOX", "wasm")
    monkeypatch.setenv("HOLDFAST_WASM_PYTHON", str(tmp_path / "no.wasm"))
    (tmp_path / "no.wasm").write_bytes(b"no module")
    with pytest.raises(SandboxUnavailableError, match="wasm"):
        await isolation.find_sandbox(tmp_path, accept_unsafe=True)


def test_an_exec_service_runs_everything_or_nothing() -> None:
    service = {"HOLDFAST_EXEC": "/run/it.sock"}
    assert isolation.wanted(service) is Level.CONTAINER
    assert isolation.wanted(service | {"HOLDFAST_SANDBOX": "container"}) is Level.CONTAINER
    assert isolation.means(service, None).service == Path("/run/it.sock")
    assert isolation.wanted({"HOLDFAST_EXEC": " "}) is None
    with pytest.raises(UserError, match="exclude each other"):
        isolation.wanted(service | {"HOLDFAST_SANDBOX": "landlock"})
