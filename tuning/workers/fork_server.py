"""The workers' server: imports the heavy modules once and forks a worker whenever one is needed.

Started with a pickled `Setup` on standard input. Where a process cannot be forked it becomes a
worker itself, and every worker pays for its own imports.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import signal
import sys
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection

from tuning.workers.worker_process import kill_group, kill_tree

DEVICES_VARIABLE = "CUDA_VISIBLE_DEVICES"
_REAP_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a server has to know.

    Attributes:
        address: Where the pool listens.
        key: Authentication key of the connections.
        path: `sys.path` of the pool's process.
        preload: Modules to import before the first worker.
        slot: Index of the worker this process becomes, or None to fork workers.
        devices: GPU that the worker of each slot sees alone; empty for what this machine has.
    """

    address: str
    key: bytes
    path: list[str]
    preload: tuple[str, ...]
    slot: int | None = None
    devices: tuple[str, ...] = ()


def main() -> None:
    """Reads the setup and serves."""
    setup: Setup = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the pool itself
    sys.path[:] = setup.path
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the search to handle
    if setup.slot is not None:
        _import_all(setup.preload)
        _work(setup, setup.slot)
        return
    connection = Client(setup.address, authkey=setup.key)
    failure = _import_all(setup.preload)
    connection.send(("server", os.getpid(), failure))
    if failure is None:
        _fork_workers(setup, connection)


def _import_all(modules: tuple[str, ...]) -> str | None:
    try:
        for module in ("tuning.workers.worker", "cloudpickle", *modules):
            importlib.import_module(module)
    except Exception:
        return traceback.format_exc()[-4000:]
    # Nothing of it is ever garbage; workers that never walk through it also go on sharing it.
    gc.collect()
    gc.freeze()
    return None


def _fork_workers(setup: Setup, connection: Connection) -> None:
    children: set[int] = set()
    try:
        while True:
            if connection.poll(_REAP_SECONDS):
                _, slot = connection.recv()
                sys.stdout.flush()
                sys.stderr.flush()
                pid = os.fork()
                if pid == 0:
                    connection.close()
                    _work(setup, slot)
                _lead_a_group(pid)
                children.add(pid)
                # Told apart from the worker's own report: it may be killed before that.
                connection.send(("forked", slot, pid))
            for pid, status in _finished(children):
                connection.send(("exit", pid, status))
    except (EOFError, ConnectionError):
        pass  # the pool's process ended, or was killed
    finally:
        for pid in children:
            kill_tree(pid)


def _finished(children: set[int]) -> list[tuple[int, int]]:
    ended = []
    for pid in list(children):
        # Looked at before it is collected: until then nobody else can have its process id.
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            continue
        kill_group(pid)
        _, status = os.waitpid(pid, 0)
        children.discard(pid)
        ended.append((pid, os.waitstatus_to_exitcode(status)))
    return ended


def _lead_a_group(pid: int) -> None:
    """Gives a worker a group of its own, with which what its trials start can be ended."""
    # Both parent and child do it: whichever comes first, it is done before either goes on.
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)


def _work(setup: Setup, slot: int) -> None:
    from tuning.workers.worker import leave, serve

    status = 1
    try:
        _lead_a_group(os.getpid())
        if setup.devices:  # read when a library first asks for GPUs, which no import does
            os.environ[DEVICES_VARIABLE] = setup.devices[slot]
        connection = Client(setup.address, authkey=setup.key)
        connection.send(("worker", os.getpid(), slot))
        serve(connection)
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        leave(status)


if __name__ == "__main__":
    # The module that pickles look for is `tuning.workers.fork_server`, not `__main__`.
    importlib.import_module("tuning.workers.fork_server").main()
