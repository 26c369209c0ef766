"""What is wrong with data, and where."""

from __future__ import annotations

from pathlib import Path


class DataError(ValueError):
    """Data that is missing, damaged or inconsistent.

    Args:
        message: What rule is broken, what was found, and the way out.
        path: The file or folder at fault; it is put in front of the message.
        line: Line (text) or row (table) in that file, counted from 1, the header included.

    Example:
        >>> raise DataError("2 columns expected, got 3.", path="pairs.txt", line=7)
        Traceback (most recent call last):
        ...
        pipelines.datasets.errors.DataError: pairs.txt:7: 2 columns expected, got 3.
    """

    def __init__(
        self, message: str, *, path: Path | str | None = None, line: int | None = None
    ) -> None:
        self.path = None if path is None else Path(path)
        self.line = line
        where = "" if path is None else f"{path}{'' if line is None else f':{line}'}: "
        super().__init__(where + message)


def here_and_more(others: int, place: str = "row") -> str:
    """Where a fault is, beside the place that a message names.

    Args:
        others: Further places with the same fault.
        place: What they are, as one.

    Example:
        >>> here_and_more(0), here_and_more(1), here_and_more(7, "step")
        ('here', 'here and in 1 more row', 'here and in 7 more steps')
    """
    if not others:
        return "here"
    return f"here and in {others} more {place}{'' if others == 1 else 's'}"


class TestSplitError(RuntimeError):
    """The sealed test split was opened a second time, or outside the job that loaded it."""

    # The name begins with "Test": pytest must not take it for a test class.
    __test__ = False
