"""No attack gets through, at any level, in any way of running, as root or not."""

import json
import os
import subprocess
import sys

import pytest

from holdfast.runtime.sandbox.attack import Attack
from holdfast.runtime.sandbox.attacks import ATTACKS
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox
from holdfast.runtime.sandbox.selftest import attacked

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@each_attack
@pytest.mark.asyncio
async def test_once(sandbox: Sandbox, attack: Attack) -> None:
    (outcome,) = await attacked(sandbox.run, sandbox.identity, [attack])
    assert outcome.held, outcome.detail


@each_attack
@pytest.mark.asyncio
async def test_from_a_zygote(namespaces: Sandbox, attack: Attack) -> None:
    async with namespaces.zygote() as zygote:
        (outcome,) = await attacked(zygote.run, namespaces.identity, [attack])
    assert outcome.held, outcome.detail


HARMLESS = ("abstract socket", "socket file", "secret file", "file modes", "link outside", "see processes",
            "other environments", "namespaces", "tcp", "udp", "segments", "limits of others")  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.asyncio
async def test_attacks_get_through_where_nothing_holds_them(name: str) -> None:
    """Else the tests above could not fail. Only attacks that change nothing but their bait."""
    bare = level_sandbox(Level.NONE)
    attack = next(one for one in ATTACKS if one.name == name)
    (outcome,) = await attacked(bare.run, bare.identity, [attack])
    assert not outcome.held


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_as_an_ordinary_user(namespaces: Sandbox) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from holdfast.apps.cli.main import main; main()",
            "sandbox",
            "test",
            "--json",
        ],
        capture_output=True,
        timeout=280,
    )
    records = [json.loads(line) for line in done.stdout.splitlines()]
    ordinary = [one for one in records if one.get("user") == "ordinary user" and one["kind"] == "attack"]
    ways = {(one["level"], one["way"]) for one in ordinary}
    assert {("namespaces", "once"), ("namespaces", "zygote")} <= ways
    assert len(ordinary) == len(ATTACKS) * len(ways)
    assert [one for one in ordinary if not one["held"]] == []
    assert done.returncode == 0
