"""What a fault in the data is, and ways to write bad files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way in which data can be bad.

    Attributes:
        label: Shown by pytest.
        name: Dataset in the registry.
        spoil: Writes the bad files below the given folder.
        match: Pattern of the message.
        path: What is loaded, below the folder, for the user's own data.
    """

    label: str
    name: str
    spoil: Callable[[Path], None]
    match: str
    path: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def nothing(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def truncated(make: Callable[[Path, int], None], pattern: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        make(folder, 1)
        (file,) = folder.glob(pattern)
        os.truncate(file, file.stat().st_size // 2)

    return spoil


def made(make: Callable[[Path, int], None], pattern: str, data: bytes) -> Callable[[Path], None]:
    """Makes sound files and replaces the first that matches."""

    def spoil(folder: Path) -> None:
        make(folder, 1)
        sorted(folder.glob(pattern))[0].write_bytes(data)

    return spoil


def table(*lines: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "table.csv").write_text("\n".join(lines) + "\n")

    return spoil


def text(name: str, data: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return spoil
