"""The workers' server: imports the heavy modules once and forks a worker whenever one is needed.

It knows no pool: each order to fork says where the worker reports and what it prints to, so that
one server may serve one search after the other. Where a process cannot be forked, an interpreter
becomes a worker itself, and every worker pays for its own imports.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection

from tuning.imports import without_collections
from tuning.workers.module_files import ModuleFiles, module_files
from tuning.workers.worker_process import kill_group, kill_tree

DEVICES_VARIABLE = "CUDA_VISIBLE_DEVICES"
FORK, REST = "fork", "rest"  # orders to a server
READY, FAILED, FORKED, EXIT, RESTED = "ready", "failed", "forked", "exit", "rested"  # its messages
_REAP_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Imports:
    """What an interpreter imports before anything else.

    Attributes:
        path: `sys.path` of the pool's process.
        modules: Names of modules.
    """

    path: Sequence[str]
    modules: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class WorkerSetup:
    """What a worker has to know.

    Attributes:
        address: Where the pool listens.
        key: Authentication key of the connections.
        slot: Index of the worker.
        log: File that receives what it prints.
        environment: Variables that differ from the server's. They count for what libraries read
            when they first compute, such as GPUs and threads, and not for what an import reads.
    """

    address: str
    key: bytes
    slot: int
    log: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a server says of itself when its imports are done.

    Attributes:
        environment: Its environment variables, with those that the imports have set.
        files: Files of the modules that belong to no library, as they were imported.
    """

    environment: Mapping[str, str]
    files: ModuleFiles


def serve_forks() -> None:
    """Runs a server; standard input is the connection to the process that started it."""
    began = time.time()
    control = Connection(os.dup(sys.stdin.fileno()))
    _redirect(os.devnull, 0, flags=os.O_RDONLY)  # else every worker would hold the connection
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the search to handle
    try:
        failure = _import_all(control.recv())
        if failure is not None:
            control.send((FAILED, failure))
            return
        loaded = Loaded(environment=dict(os.environ), files=module_files(before=began))
        control.send((READY, loaded))
        _Server(control).run()
    except (EOFError, ConnectionError):
        pass  # the process that started it ended, or was killed
    from tuning.workers.worker import leave

    leave()  # somebody may wait for it, and the libraries take long to say goodbye


def work_alone() -> None:
    """Becomes one worker; standard input holds `Imports` and `WorkerSetup`, pickled."""
    imports, setup = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the pool itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_all(imports)
    _work(setup)


def _import_all(imports: Imports) -> str | None:
    sys.path[:] = imports.path
    try:
        with without_collections():
            for module in ("tuning.workers.worker", "cloudpickle", *imports.modules):
                importlib.import_module(module)
    except Exception:
        return traceback.format_exc()[-4000:]
    # Nothing of it is ever garbage; workers that never walk through it also go on sharing it.
    gc.freeze()
    return None


class _Server:
    """Forks workers, and says when one has ended.

    Args:
        control: Brings `(FORK, WorkerSetup)` and `(REST,)`; receives `(FORKED, slot, pid)`,
            `(EXIT, pid, status)` and `(RESTED,)`.
    """

    def __init__(self, control: Connection) -> None:
        self._control = control
        self._children: set[int] = set()

    def run(self) -> None:
        """Serves until nobody is connected any more."""
        try:
            while True:
                # Without children there is nobody to look after: it sleeps until it is needed.
                if self._control.poll(_REAP_SECONDS if self._children else None):
                    name, *arguments = self._control.recv()
                    self._rest() if name == REST else self._fork(*arguments)
                for pid, status in self._ended():
                    self._control.send((EXIT, pid, status))
        finally:
            self._end_all()

    def _fork(self, setup: WorkerSetup) -> None:
        with contextlib.suppress(OSError):  # the disk is full, which is no end of the workers
            sys.stdout.flush()
            sys.stderr.flush()
        try:
            pid = os.fork()
        except OSError:  # no process or no memory is free: the pool asks again when it is late
            traceback.print_exc()
            return
        if pid == 0:
            self._control.close()
            _work(setup)
        _lead_a_group(pid)
        self._children.add(pid)
        # Told apart from the worker's own report: it may be killed before that.
        self._control.send((FORKED, setup.slot, pid))

    def _rest(self) -> None:
        """Ends every worker; afterwards nothing is left of the search it served."""
        self._end_all()
        self._control.send((RESTED,))

    def _end_all(self) -> None:
        for pid in self._children:
            kill_tree(pid)
            os.waitpid(pid, 0)
        self._children.clear()

    def _ended(self) -> list[tuple[int, int]]:
        ended = []
        for pid in list(self._children):
            # Looked at before it is collected: until then nobody else can have its process id.
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            kill_group(pid)
            _, status = os.waitpid(pid, 0)
            self._children.discard(pid)
            ended.append((pid, os.waitstatus_to_exitcode(status)))
        return ended


def _lead_a_group(pid: int) -> None:
    """Gives a worker a group of its own, with which what its trials start can be ended."""
    # Both parent and child do it: whichever comes first, it is done before either goes on.
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)


def _redirect(path: str, *descriptors: int, flags: int) -> None:
    opened = os.open(path, flags, 0o666)
    for descriptor in descriptors:
        os.dup2(opened, descriptor)
    os.close(opened)


def _print_to(log: str) -> None:
    """Sends what this process prints to the log of its own search."""
    try:
        _redirect(log, 1, 2, flags=os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    except OSError:  # its folder is gone: nobody reads it, and no other search shall
        _redirect(os.devnull, 1, 2, flags=os.O_WRONLY)


def _work(setup: WorkerSetup) -> None:
    from tuning.workers.worker import leave, serve

    status = 1
    try:
        _lead_a_group(os.getpid())
        _print_to(setup.log)
        os.environ.update(setup.environment)
        connection = Client(setup.address, authkey=setup.key)
        connection.send((os.getpid(), setup.slot))
        serve(connection)
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        leave(status)
