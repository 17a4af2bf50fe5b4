"""No attack gets through, at any level, in any way of running, as root or not."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from tests.integration.sandbox.conftest import reason_against

from holdfast.runtime.sandbox.attacks import ATTACKS
from holdfast.runtime.sandbox.jobs import Level
from holdfast.runtime.sandbox.sandbox import Sandbox, level_sandbox
from holdfast.runtime.sandbox.selftest import attacked

HARMLESS = ("abstract socket", "socket file", "secret file", "file modes", "link outside", "see processes",
            "other environments", "namespaces", "tcp", "udp", "segments", "limits of others",
            "datagrams", "memory of others", "scarce things")  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.asyncio
async def test_attacks_get_through_where_nothing_holds_them(name: str) -> None:
    """Else the test below could not fail. Only attacks that change nothing but their bait."""
    bare = level_sandbox(Level.NONE)
    attack = next(one for one in ATTACKS if one.name == name)
    (outcome,) = await attacked(bare.run, bare.identity, [attack])
    assert not outcome.held


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_attack_gets_through(namespaces: Sandbox) -> None:
    """The command attacks each level that is here, and as an ordinary user too where we are root."""
    command = "from holdfast.apps.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "sandbox", "test", "--json"], capture_output=True, check=False
    )
    records = [one for one in map(json.loads, done.stdout.splitlines()) if one["kind"] == "attack"]
    attacked_by = Counter((one["user"], one["level"], one["way"]) for one in records)
    ways = {(str(namespaces.level), "once"), (str(namespaces.level), "zygote")}
    if not reason_against(Level.LANDLOCK):
        ways.add((str(Level.LANDLOCK), "once"))
    users = {"ordinary user", *(["root"] if os.geteuid() == 0 else [])}
    assert {(user, *way) for user in users for way in ways} <= attacked_by.keys()
    assert set(attacked_by.values()) == {len(ATTACKS)}
    assert [one for one in records if not one["held"]] == []
    assert done.returncode == 0
