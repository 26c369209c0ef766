"""Who holds a claim: a name that no other search has, and how to see that its process is gone.

Neither host names nor wall clocks take part: two containers may have one host name, and a clock
may be set while a search runs.
"""

from __future__ import annotations

import functools
import os
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

_FIELDS = 5
_START_TICKS = 19  # field 22 of /proc/PID/stat, counted behind the name, which is field 2


@dataclass(frozen=True, kw_only=True)
class Owner:
    """One search in one process.

    Attributes:
        token: Random; tells apart what one process, or a clone of a machine, does twice.
        boot: The kernel's id of this start of the machine, empty where there is none.
        namespace: Where process ids are counted: each container has its own.
        pid: Process id there.
        ticks: Clock ticks from the start of the machine to that of the process.

    Example:
        >>> me = Owner.of_this_process()
        >>> Owner.parse(str(me)) == me, me.is_gone()
        (True, False)
    """

    token: str
    boot: str
    namespace: str
    pid: int
    ticks: int

    @classmethod
    def of_this_process(cls) -> Owner:
        """A new owner; two calls give two owners."""
        return cls(
            token=uuid.uuid4().hex,
            boot=boot_id(),
            namespace=_namespace(),
            pid=os.getpid(),
            ticks=_start_ticks(os.getpid()) or 0,
        )

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """Reads what `str` wrote; None for the form of an earlier version."""
        parts = text.split("/")
        if len(parts) != _FIELDS:
            return None
        token, boot, namespace, pid, ticks = parts
        return cls(token=token, boot=boot, namespace=namespace, pid=int(pid), ticks=int(ticks))

    def __str__(self) -> str:
        return "/".join(map(str, asdict(self).values()))

    def is_gone(self) -> bool:
        """Whether the process is known to have ended; False where that cannot be seen."""
        if not self.boot or (self.boot, self.namespace) != (boot_id(), _namespace()):
            return False
        return _start_ticks(self.pid) != self.ticks


@functools.cache
def boot_id() -> str:
    """The kernel's random id of this start of the machine, empty where there is none."""
    return _read("/proc/sys/kernel/random/boot_id").strip()


@functools.cache
def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _start_ticks(pid: int) -> int | None:
    """When a process began, in ticks since the machine's start; None when it has ended."""
    _, _, rest = _read(f"/proc/{pid}/stat").rpartition(")")
    fields = rest.split()
    if len(fields) <= _START_TICKS or fields[0] in "ZX":  # a zombie only waits to be collected
        return None
    return int(fields[_START_TICKS])


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
