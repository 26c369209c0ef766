"""What is used of Ray without its promise: the function that prints its messages."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from tuning.internals import PrivateName, require

PRIVATE_NAMES = (
    PrivateName(
        package="ray",
        owner="ray._private.worker",
        name="print_to_stdstream",
        user="keeping Ray's messages out of the terminal",
        parameters=("data", "ignore_prefix"),
    ),
)
_LOGGER = logging.getLogger("tuning.workers.ray")


def silence() -> None:
    """Sends to the logger `tuning.workers.ray` what Ray would print into the terminal.

    `log_to_driver=False` keeps what workers print away, but not what Ray itself has to say when a
    machine or a worker dies, which a search rides out.

    Raises:
        ImportError: If the installed Ray has moved a private name.
    """
    require(PRIVATE_NAMES)
    from ray._private import worker

    worker.print_to_stdstream = _to_logger


def _to_logger(data: Mapping[str, Any], ignore_prefix: bool) -> None:  # noqa: FBT001 - Ray's own
    for line in data.get("lines", ()):
        _LOGGER.info("%s", line)
