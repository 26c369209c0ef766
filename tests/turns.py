"""Longer tests take turns, so that each of them runs every now and then and none rots unseen."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable

TURN = "TESTS_TURN"
"""Environment variable: a whole number, as that of a commit; without it each test has its turn."""

OF = {"slow": 64, "exhaustive": 16, "data": 16}
"""So many turns the tests of a mark take; all others run each time."""

OF_ANOTHER_BACKEND = 16
"""On JAX each operation is compiled: there all tests take turns."""


def turns_of(marks: Iterable[str]) -> int:
    """How many turns the tests with such marks take.

    Args:
        marks: Names of a test's marks.
    """
    another = os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow"
    return max([OF_ANOTHER_BACKEND if another else 1, *(OF.get(mark, 1) for mark in marks)])


def has_turn(name: str, turns: int) -> bool:
    """Whether a test has its turn.

    It follows from the name: new tests move no other.

    Args:
        name: Of the test, with its file.
        turns: Each number has those of one part in so many.

    Raises:
        ValueError: If the variable is no whole number.
    """
    number = os.environ.get(TURN)
    if number is None:
        return True
    if not (number.isascii() and number.isdecimal()):
        raise ValueError(
            f"{TURN} is a whole number, at least 0. Got {number!r}: without it every test has its "
            "turn."
        )
    return zlib.crc32(name.encode()) % turns == int(number) % turns
