"""Versions of clients and workers, which need not all be upgraded at once."""

from __future__ import annotations

import functools
import importlib.metadata

from packaging.version import Version

_PACKAGE = "keras-cookbook"


@functools.cache
def own_version() -> str:
    """The version of this process."""
    return importlib.metadata.version(_PACKAGE)


def newest(*versions: str | None) -> str:
    """The newest of some versions and of one's own; None is one that did not say.

    Example:
        >>> newest("0.0.1", None) == own_version()
        True
    """
    return max((own_version(), *filter(None, versions)), key=Version)


def is_newer(version: str | None) -> bool:
    """Whether somebody's version is newer than one's own.

    Example:
        >>> is_newer("1000.0"), is_newer(None)
        (True, False)
    """
    return newest(version) != own_version()
