"""The connection to Ray: a cluster of this machine's own, or one that is there.

Rules:
    1. Nothing is reported to Ray's makers, and Ray writes nothing into the terminal.
    2. A cluster that is started here listens on this machine alone, and ends no worker because
       other programs need memory: limits of memory are those of the search (`memory_limit`).
    3. A cluster that was there is left as it was.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Mapping
from typing import Any

from tuning.errors import JobError
from tuning.internals.ray import silence

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # a worker without a GPU sees none
    "RAY_IGNORE_UNHANDLED_ERRORS": "1",  # of an order to a worker that died
}
# Ray's own memory is for objects; a search sends none that is large.
_OBJECT_BYTES = 100 * 2**20
_LOOK_SECONDS = 5.0  # between looks at the machines of a cluster


def connect(address: str | None, *, cpus: int | None) -> bool:
    """Connects this process to Ray.

    Args:
        address: `auto`, or `host:port` of a cluster that this machine is part of; None starts one
            on this machine.
        cpus: Cores that a cluster started here has to give away, None for those of this machine.

    Returns:
        Whether this call connected, so that `disconnect` is the caller's; False when the process
        was connected before.

    Raises:
        JobError: If Ray is not installed, or there is no such cluster.
    """
    ray = imported()
    if ray.is_initialized():
        return False
    if address is not None and "://" in address:
        raise JobError(
            f"`ray_address` is `auto` or host:port of a cluster that this machine is part of. "
            f"Got {address!r}: start the search on a machine of the cluster."
        )
    os.environ.update(_ENVIRONMENT)
    silence()
    quiet: dict[str, Any] = {
        "log_to_driver": False,
        "logging_level": logging.ERROR,
        "include_dashboard": False,
    }
    try:
        if address is None:
            ray.init(
                address="local",
                num_cpus=cpus,
                object_store_memory=_OBJECT_BYTES,
                _node_ip_address="127.0.0.1",
                _system_config={"memory_monitor_refresh_ms": 0},
                **quiet,
            )
        else:
            del quiet["include_dashboard"]
            ray.init(address=address, **quiet)
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        where = "on this machine" if address is None else f"at {address}"
        raise JobError(
            f"Ray does not answer {where}: {_first_line(error)} Start it with `ray start --head`, "
            "or leave `ray_address` out for a cluster of this machine's own."
        ) from error
    return True


def disconnect() -> None:
    """Ends the connection, and the cluster that was started with it."""
    with contextlib.suppress(Exception):
        imported().shutdown()


def imported() -> Any:
    """Ray's module.

    Raises:
        JobError: If it is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise JobError(
            'The pool "ray" needs the extra `ray`: pip install "keras-cookbook[ray]".'
        ) from error
    return ray


def check_room(request: Mapping[str, float]) -> None:
    """Refuses what no machine of the cluster can hold, which Ray would wait for in silence.

    Args:
        request: Resource to amount, for one worker.

    Raises:
        JobError: If no machine has that much of everything.
    """
    nodes = [node["Resources"] for node in imported().nodes() if node["Alive"]]
    if any(all(node.get(name, 0) >= amount for name, amount in request.items()) for node in nodes):
        return
    asked = ", ".join(f"{name} {amount:g}" for name, amount in request.items() if amount)
    there = "; ".join(
        ", ".join(f"{name} {node.get(name, 0):g}" for name in request) for node in nodes
    )
    raise JobError(
        f"No machine of the Ray cluster can hold one worker. A worker needs {asked}; the machines "
        f"have {there or 'nothing'}: ask for less (`threads`, `gpus`, `memory`)."
    )


class Room:
    """How many workers the machines of a cluster hold, looked at every few seconds.

    Args:
        request: Resource to amount, for one worker.
    """

    def __init__(self, request: Mapping[str, float]) -> None:
        self._needs = {name: amount for name, amount in request.items() if amount}
        self._known, self._look_at = 1, 0.0

    def workers(self) -> int:
        """How many there is room for, at least 1; as before while Ray does not answer."""
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _LOOK_SECONDS
            with contextlib.suppress(Exception):
                machines = [node["Resources"] for node in imported().nodes() if node["Alive"]]
                self._known = max(1, sum(map(self._held, machines)))
        return self._known

    def _held(self, machine: Mapping[str, float]) -> int:
        return min(int(machine.get(name, 0) // amount) for name, amount in self._needs.items())


def _first_line(error: BaseException) -> str:
    line = str(error).strip().partition("\n")[0]
    return line if line.endswith(".") else f"{line}."
