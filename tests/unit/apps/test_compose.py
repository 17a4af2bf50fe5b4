"""What `compose.yaml` and the Dockerfile promise. No engine reads them here: this looks at what they say."""

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdfast.apps.execution import parser
from holdfast.apps.isolation import SETTINGS

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPS = {"app", "app-postgres", "app-gpu"}
SECRET = re.compile(r"TOKEN|PASSWORD|KEY|SECRET|DATABASE")
_KNOWN = {
    "build", "cap_drop", "cpus", "depends_on", "deploy", "environment", "healthcheck", "image", "init", "ipc",
    "mem_limit", "memswap_limit", "network_mode", "networks", "pids_limit", "ports", "profiles", "read_only",
    "restart", "security_opt", "shm_size", "tmpfs", "user", "volumes",
}  # fmt: skip


def stages(text: str) -> dict[str, list[list[str]]]:
    """The instructions of each stage of a Dockerfile, as words."""
    found: dict[str, list[list[str]]] = {}
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        words = line.split(maxsplit=1)
        if words and words[0] == "FROM":
            found[line.split()[-1]] = []
        if words:
            list(found.values())[-1].append(words)
    return found


def faults(text: str, root: Path) -> Iterator[str]:
    """What a linter of Dockerfiles would say, and what is not there to be copied."""
    known = stages(text)
    for stage, lines in known.items():
        base = lines[0][1].split()[0]
        if base not in known and not re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*", base):
            yield f"{stage}: {base} is not pinned to a version"
        for kind, words in lines[1:]:
            yield from (f"{stage}: {each}" for each in _wrong(kind, words, known, root))


def _wrong(kind: str, words: str, known: Mapping[str, object], root: Path) -> Iterator[str]:
    match kind:
        case "COPY" if words.startswith("--from="):
            if words.split()[0][7:] not in known:
                yield f"{words} copies from nowhere"
        case "COPY":
            yield from (f"no {name}" for name in words.split()[:-1] if not (root / name).exists())
        case "RUN" if "apt-get install" in words:
            wanted = ("--no-install-recommends", "--yes", "rm -rf /var/lib/apt/lists", "apt-get update")
            yield from (f"apt-get without {each}" for each in wanted if each not in words)
        case "CMD" | "ENTRYPOINT" if not words.startswith("["):
            yield f"{kind} goes through a shell"
        case "ADD":
            yield "ADD"
    if kind in {"RUN", "ENV", "ARG"} and re.search(r"sudo|curl|wget|TOKEN=|PASSWORD=|KEY=", words):
        yield words


def test_the_linter_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = "FROM python:latest AS one\nADD x /\nCOPY gone /\nRUN apt-get install --yes git\nCMD run it\n"
    assert [each.split(": ", 1)[1] for each in faults(wrong, tmp_path)] == [
        "python:latest is not pinned to a version",
        "ADD",
        "no gone",
        "apt-get without --no-install-recommends",
        "apt-get without rm -rf /var/lib/apt/lists",
        "apt-get without apt-get update",
        "CMD goes through a shell",
    ]


def test_the_dockerfile() -> None:
    text = (ROOT / "docker" / "Dockerfile").read_text()
    assert list(faults(text, ROOT)) == []
    found = stages(text)
    for service in SERVICES.values():
        if "build" in service:
            assert ROOT / service["build"]["dockerfile"] == ROOT / "docker" / "Dockerfile"
            assert service["build"]["target"] in found
    assert ["USER", "10001:10001"] in found["common"]
    for stage in ("app", "exec"):
        kinds = [words[0] for words in found[stage]]
        assert "USER" not in kinds
        assert {"HEALTHCHECK", "ENTRYPOINT"} <= set(kinds)
    bases = {lines[0][1].split()[0] for lines in found.values()} - set(found)
    assert len(bases) == 1, "all stages have the same Python: an environment is copied from one to another"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = re.findall(r"EXTRAS[=:] *\"?([\w,]+)", text + (ROOT / "compose.yaml").read_text())
    assert len(named) == 2
    assert {extra for each in named for extra in each.split(",")} <= set(extras)


def test_what_the_build_needs_is_sent() -> None:
    """The list of what is left out lets through what is copied, and nothing else."""
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    copied = [
        words for _, *rest in stages((ROOT / "docker" / "Dockerfile").read_text())["build"] for words in rest
    ]
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert sent == {
        name for line in copied for name in line.split() if (ROOT / name).exists() and name != "./"
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_walled_in(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= _KNOWN, "a key that nobody looks at here"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    user, group = map(int, service["user"].split(":"))
    assert user > 0
    assert group > 0
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    assert ("build" in service) == service["image"].endswith(":local")
    assert re.search(r":(local|\d+\.\d+[\w.-]*)$", service["image"])
    for volume in service["volumes"]:
        assert volume.split(":")[0] in COMPOSE["volumes"], (
            "only volumes with a name, no folder of the machine"
        )
    assert set(service.get("networks", ())) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", ())) <= set(SERVICES)
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:")


def test_the_exec_service_has_neither_network_nor_secrets() -> None:
    service = SERVICES["exec"]
    assert service["network_mode"] == "none"
    assert not {"networks", "ports", "environment", "env_file", "secrets", "configs"} & set(service)
    assert service["volumes"] == ["socket:/run/holdfast"]
    lines = stages((ROOT / "docker" / "Dockerfile").read_text())
    for stage in ("common", "exec"):
        assert not [words for kind, words in lines[stage] if kind in {"ENV", "ARG"} and SECRET.search(words)]
    entry = next(words for kind, words in lines["exec"] if kind == "ENTRYPOINT")
    asked = parser().parse_args(yaml.safe_load(entry)[3:])
    assert str(asked.socket) == "/run/holdfast/exec.sock"


@pytest.mark.parametrize("name", sorted(APPS))
def test_the_app_runs_nothing_by_itself(name: str) -> None:
    service = SERVICES[name]
    assert service["environment"]["HOLDFAST_EXEC"] == "/run/holdfast/exec.sock"
    assert {key for key in service["environment"] if key in SETTINGS} == {"HOLDFAST_EXEC"}
    assert "socket:/run/holdfast:ro" in service["volumes"]
    assert service["depends_on"]["exec"]["condition"] == "service_healthy"
    assert ":?" in service["environment"]["HOLDFAST_TOKEN"]
    assert "deploy" not in service or service["profiles"] == ["gpu"]


def test_the_app_starts_as_the_image_says() -> None:
    """Its words are ones that the command takes."""
    lines = stages((ROOT / "docker" / "Dockerfile").read_text())["app"]
    words = yaml.safe_load(next(words for kind, words in lines if kind == "ENTRYPOINT"))
    assert words[:2] == shlex.split("holdfast app")
    command = (ROOT / "src/holdfast/apps/cli/studio.py").read_text()
    for option in words[2::2]:
        name = option.removeprefix("--")
        assert f"\n        {name}: " in command, f"no option {option}"
    assert SERVICES["database"]["image"].startswith("postgres:")
    assert COMPOSE["networks"]["inside"] == {"internal": True}
