"""Slow tests take turns, so that each of them runs every now and then and none rots unseen."""

from __future__ import annotations

import os
import zlib

TURN = "SLOW_TESTS_TURN"
"""Environment variable: `7/32` is the turn of one test in 32; without it each has its turn."""


def has_turn(name: str) -> bool:
    """Whether a slow test has its turn.

    It follows from the name: new tests move no other.

    Args:
        name: Of the test, with its file.

    Raises:
        ValueError: If the variable is not of the form `7/32`.
    """
    turn, _, turns = os.environ.get(TURN, "0/1").partition("/")
    if not (turn.isdecimal() and turns.isdecimal() and int(turn) < int(turns)):
        raise ValueError(
            f"{TURN} is two numbers, the first one smaller, as in 7/32. Got "
            f"{os.environ[TURN]!r}: without it every slow test has its turn."
        )
    return zlib.crc32(name.encode()) % int(turns) == int(turn)
