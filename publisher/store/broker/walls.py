"""Walls around a worker that the kernel holds up: no sockets, no huge files, no core dumps, first to go for memory.

Two of them stand around every process that a server begins: it ends with its parent, and no terminal stops it.
Linux only, but for the terminal; elsewhere each wall says that it does not stand. See prctl(2), seccomp(2), proc(5).
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050001  # SECCOMP_RET_ERRNO with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000
_IO_URING_SETUP = 425
# machine: (AUDIT_ARCH, number of socket, number of socketpair)
_MACHINES = {"x86_64": (0xC000003E, 41, 53), "aarch64": (0xC00000B7, 198, 199)}
_STACK = 64 * 1024 * 1024
_LINUX = sys.platform == "linux"


def end_with_parent() -> None:
    """Have the kernel end this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def leave_terminal() -> None:
    """Let no key of the terminal and no word to it stop this process, whose parent ends it: it stays in its session.

    A session of its own would do so too, but the kernel weighs sessions apart: a priority means nothing beside another.
    """
    with contextlib.suppress(PermissionError):  # it leads a session, so it has a group of its own
        os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)


def bar_sockets() -> bool:
    """Forbid this process to open a socket, for ever; False where the kernel or the machine cannot."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or not _prctl(_PR_SET_NO_NEW_PRIVS, 1):
        return False
    program = _filter(*machine)
    held = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    return _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header))


def limit_files(size: int) -> None:
    """Cap what this process writes into one file, in bytes, and switch core dumps off."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(private: int) -> None:
    """Let this process allocate so many bytes beyond what it has now: an allocation past that ends it."""
    limit = _status_bytes("VmData") + private
    if _LINUX and limit > private:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def deepen_stack() -> None:
    """Let the stack grow to 64 MiB, so that a deep query is answered rather than fatal."""
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    wanted = _STACK if hard == resource.RLIM_INFINITY else min(_STACK, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))


def go_first() -> None:
    """Offer this process to the kernel first when the machine's memory ends."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def private_bytes(pid: int) -> int:
    """Give the private memory of a process in bytes: what it does not share with the store it was forked from."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (OSError, ValueError):
        return 0
    rows = (line.split() for line in text.splitlines())
    return sum(int(row[1]) * 1024 for row in rows if row[0] in ("Private_Clean:", "Private_Dirty:"))


def _status_bytes(name: str) -> int:
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    rows = (line.split() for line in text.splitlines())
    return next((int(row[1]) * 1024 for row in rows if row and row[0] == f"{name}:"), 0)


def _filter(architecture: int, *numbers: int) -> bytes:
    """Give a BPF program: another architecture, the x32 numbers, socket, socketpair and io_uring answer EPERM."""
    refused = (*numbers, _IO_URING_SETUP)
    end = len(refused) + 1
    program = [
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_EQUAL, 0, end + 2, architecture),
        (_LOAD, 0, 0, 0),  # its number
        (_AT_LEAST, end, 0, _X32),
        *((_EQUAL, end - 1 - place, 0, number) for place, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)


def _prctl(option: int, value: int, pointer: object = 0) -> bool:
    if not _LINUX:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.prctl(option, value, pointer, 0, 0)) == 0


def end(pid: int) -> None:
    """End a process at once; one that is gone already is no failure."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
