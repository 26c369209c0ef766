"""Which files the modules of a process came from, and whether they are still the same."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

# Time of the last change in nanoseconds and size in bytes; None for one that cannot be relied on.
ModuleFiles = Mapping[str, tuple[int, int] | None]

_LIBRARY_FOLDERS = frozenset({"site-packages", "dist-packages"})
_OURS = str(Path(__file__).resolve().parents[2]) + os.sep


def module_files(*, before: float) -> ModuleFiles:
    """Files of the imported modules, without those of installed libraries.

    Args:
        before: When the imports began, seconds since 1970; which version of a file that changed
            later was imported nobody can say.
    """
    standard = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib") if name)
    names = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    own = [name for name in names if name and not _is_library(name, standard)]
    found = {name: _state(name) for name in own}
    return {
        name: state if state is not None and state[0] < before * 1e9 else None
        for name, state in found.items()
    }


def are_unchanged(files: ModuleFiles) -> bool:
    """Whether a process that imported these files has what a new one would import.

    That can be said of this program's own modules. Modules of the user may also have read what
    lies beside them while they were imported, so they are never relied on.

    Args:
        files: What `module_files` returned in that process.
    """
    return all(
        state is not None and name.startswith(_OURS) and _state(name) == state
        for name, state in files.items()
    )


def _is_library(name: str, standard: tuple[str, ...]) -> bool:
    return name.startswith(standard) or not _LIBRARY_FOLDERS.isdisjoint(Path(name).parts)


def _state(name: str) -> tuple[int, int] | None:
    try:
        found = Path(name).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
