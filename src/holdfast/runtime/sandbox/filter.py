"""The filter on system calls: what no job needs, and what has let programs out of sandboxes before.

Forbidden calls fail with EPERM instead of killing, so that a program says what it missed. Filters of the kind
that the kernel runs come from libseccomp, which knows the numbers of every processor.
"""

import errno
import functools
import importlib
import os
from typing import Any

from holdfast.core.errors import MissingToolError

__all__ = ["FORBIDDEN", "ON_DISK", "WITHOUT_MOUNTS", "filter_profile", "filter_program", "open_filter"]

FORBIDDEN = (
    # The network, and sockets in the file system: those of daemons reach out of any file tree.
    "socket", "socketcall", "connect", "bind", "listen", "accept", "accept4",
    # Other namespaces and file trees.
    "unshare", "setns", "mount", "umount2", "umount", "pivot_root", "chroot", "open_tree", "move_mount",
    "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "statmount", "listmount",
    "open_tree_attr", "listns",
    # Other processes.
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    "move_pages", "migrate_pages",
    # Parts of the kernel with a record of faults.
    "bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd",
    "keyctl", "add_key", "request_key", "fanotify_init", "vmsplice", "modify_ldt",
    # Memory that is counted for nobody, and that of other processes.
    "memfd_create", "memfd_secret", "mq_open", "ipc", "shmget", "shmat", "shmdt", "shmctl",
    "semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl",
    "landlock_create_ruleset",
    # What there is little of for a whole machine, or for all that its user runs.
    "io_setup", "inotify_init", "inotify_init1",
    # Files by handle, past the file tree.
    "open_by_handle_at", "name_to_handle_at",
    # The machine itself.
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon",
    "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "settimeofday", "clock_settime", "clock_adjtime",
    "adjtimex", "stime", "iopl", "ioperm", "sethostname", "setdomainname", "vhangup", "lookup_dcookie",
    "nfsservctl", "uselib", "ustat", "sysfs", "_sysctl", "personality",
)  # fmt: skip
WITHOUT_MOUNTS = (
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat",
    "utime", "utimes", "utimensat", "futimesat", "file_setattr", "inotify_add_watch",
    "removexattr", "lremovexattr", "fremovexattr", "removexattrat",
    # What other processes of the same user may use, and when they run.
    "setpriority", "ioprio_set", "sched_setscheduler", "sched_setparam", "sched_setattr",
)  # fmt: skip
"""What has to be forbidden as well where a job shares file tree and processes with the machine: Landlock says
nothing on it. Some of it needs no more than a file that may be read."""
ON_DISK = ("sendmsg", "sendmmsg")
"""What has to be forbidden as well where a job writes to a disk: a file that was unlinked and sent, but not
received, is open nowhere, and fills the disk unseen."""
_ATTRIBUTES = ("setxattr", "lsetxattr", "fsetxattr", "setxattrat")
"""Lists of who may use a file take memory of the kernel, as much as a job likes. Programs know file systems
that have no attributes."""
_ONLY_ITS_OWN = ("prlimit64", "sched_setaffinity")
"""Calls whose first argument is a process, 0 for the caller: forbidden there for all others."""
_KINDS_OF_FILES = (0x5800, 0x6600, 0x7600, 0x9400, 0xBC00)
"""The kinds of ioctl that are for file systems: some change files that may only be read."""
_YOUNG = {
    "quotactl_fd": 443, "landlock_create_ruleset": 444, "memfd_secret": 447, "fchmodat2": 452,
    "statmount": 457, "listmount": 458, "setxattrat": 463,
    "removexattrat": 466, "open_tree_attr": 467, "file_setattr": 469, "listns": 470,
}  # fmt: skip
"""Numbers, the same on every processor, of calls that a libseccomp may be too old to know."""
_NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
"""The flags of clone that ask for namespaces: mount, cgroup, uts, ipc, user, pid, net."""
_WORD = 0xFFFFFFFF
_BY_ARGUMENT = (
    *(("clone", 0, flag, flag) for flag in _NEW_NAMESPACES),
    # TIOCSTI and TIOCLINUX, with which a program types on the terminal of its caller.
    ("ioctl", 1, _WORD, 0x5412),
    ("ioctl", 1, _WORD, 0x541C),
    # Pairs of datagram sockets, also called raw: these can send to sockets that they are no pair with.
    ("socketpair", 1, 0xF, 2),
    ("socketpair", 1, 0xF, 3),
    # Memory that is shared and has no name: a job can fill it, hide it from every count, and keep it.
    *(("mmap", 3, 0x2F, 0x21), ("mmap2", 3, 0x2F, 0x21)),
    # Leases and notices (fcntl): with them, who may only read a file holds up those who write to it.
    *((name, 1, _WORD, command) for name in ("fcntl", "fcntl64") for command in (1024, 1026)),
)
"""Calls that are forbidden for some arguments: the place of the argument, which bits of it, what they are."""


@functools.cache
def filter_program(further: tuple[str, ...] = ()) -> bytes:
    """The filter as the kernel takes it, with `further` calls forbidden.

    Raises MissingToolError where libseccomp is not installed.
    """
    seccomp = _library()
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in (*FORBIDDEN, *further, *_ATTRIBUTES):
        number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
        # A call that this processor never had needs no rule.
        if number >= 0 or name in _YOUNG:
            answer = seccomp.ERRNO(errno.ENOTSUP) if name in _ATTRIBUTES else refuse
            rules.add_rule(answer, number if number >= 0 else _YOUNG[name])
    if set(WITHOUT_MOUNTS) <= set(further):
        _guard_neighbours(rules, refuse, seccomp)
    for name, place, mask, value in _BY_ARGUMENT:
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(refuse, name, seccomp.Arg(place, seccomp.MASKED_EQ, mask, value))
    # Its flags lie in memory, where no filter can look; without it, libraries fall back to clone.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    return _exported(rules)


def _guard_neighbours(rules: Any, refuse: Any, seccomp: Any) -> None:  # noqa: ANN401
    for name in _ONLY_ITS_OWN:
        rules.add_rule(refuse, name, seccomp.Arg(0, seccomp.NE, 0))
    for kind in _KINDS_OF_FILES:
        rules.add_rule(refuse, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFF00, kind))


def filter_profile() -> dict[str, object]:
    """The same filter for an engine of containers, which knows the numbers of the calls itself."""
    refuse = {"action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM}
    rules: list[dict[str, object]] = [{"names": list(FORBIDDEN), **refuse}]
    rules.append({"names": list(_ATTRIBUTES), "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOTSUP})
    for name, place, mask, value in _BY_ARGUMENT:
        argument = {"index": place, "op": "SCMP_CMP_MASKED_EQ", "value": mask, "valueTwo": value}
        rules.append({"names": [name], "args": [argument], **refuse})
    rules.append({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS})
    return {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}


def open_filter(further: tuple[str, ...] = ()) -> int:
    """A descriptor to read the filter from, at its beginning; the caller closes it."""
    descriptor = os.memfd_create("filter")
    os.write(descriptor, filter_program(further))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _exported(rules: Any) -> bytes:  # noqa: ANN401 - the library has no types
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _library() -> Any:  # noqa: ANN401
    # Importing it starts programs that look for the library.
    try:
        return importlib.import_module("pyseccomp")
    except (ImportError, OSError, RuntimeError) as error:
        raise MissingToolError(
            f"the sandbox needs libseccomp and the package pyseccomp ({error}): apt-get install libseccomp2"
        ) from error
