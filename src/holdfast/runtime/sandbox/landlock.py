"""The sandbox for machines without namespaces: Landlock, a filter of system calls, and a caretaker."""

import json
import os
import subprocess
from pathlib import Path

from holdfast.runtime.sandbox import tree
from holdfast.runtime.sandbox.bubblewrap import Inherited
from holdfast.runtime.sandbox.census import count_of_user
from holdfast.runtime.sandbox.filter import ON_DISK, WITHOUT_MOUNTS, open_filter
from holdfast.runtime.sandbox.hosted import Folder, Hosted
from holdfast.runtime.sandbox.identity import Identity
from holdfast.runtime.sandbox.jobs import Job

__all__ = ["LACKS", "start_landlock"]

LACKS = (
    "names and sizes of the machine's files can be seen, their contents cannot",
    "memory, disk and processor time of a job are looked at every tenth of a second at the latest",
    "processes are counted with all others of the same user",
)
"""What the level does not hold, in words."""
_MAIN = Path(__file__).with_name("landlock_main.py")
_DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")


def start_landlock(identity: Identity, job: Job, is_asked: bool) -> Hosted:  # noqa: FBT001
    """Start a job. Raises as `Jobs.run` does."""
    places = list(tree.readable(job.readable).values())
    prefix = identity.prefix([*tree.reached(job), _MAIN])
    command = tree.command(job, others=count_of_user(identity.uid), on_disk=True)
    folder = Folder(job, identity)
    answers, telling = os.pipe()
    os.set_blocking(answers, False)
    with Inherited() as inherited, Inherited() as ours:
        request = {
            "argv": command,
            "environment": folder.variables(job),
            "folder": os.fspath(folder.work),
            "own": os.fspath(folder.path),
            "writable": [os.fspath(folder.path), *([] if job.folder is None else [os.fspath(folder.work)])],
            "readable": [place for place, _ in tree.system()] + [os.fspath(place) for place in places],
            "devices": [device for device in _DEVICES if Path(device).exists()],
            "filter": int(inherited.take(open_filter(further=(*WITHOUT_MOUNTS, *ON_DISK)))),
            "told": int(inherited.take(telling)),
        }
        main = [os.fspath(tree.interpreter()), "-I", "-S", os.fspath(_MAIN), json.dumps(request)]
        stdin = subprocess.PIPE if is_asked else int(ours.data(job.stdin))
        return Hosted(
            [*prefix, *main], job, folder, stdin=stdin, environment={}, inherited=inherited, answers=answers
        )
