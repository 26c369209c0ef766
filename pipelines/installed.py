"""Versions of installed packages."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """The packages of these that are installed, with their versions.

    Args:
        names: Names on the package index; what is not installed is left out.

    Example:
        >>> list(installed_versions(["numpy", "no-such-package"]))
        ['numpy']
    """
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def pinned(names: Iterable[str]) -> list[str]:
    """The same as requirements, for example `["numpy==2.4.6"]`."""
    return [f"{name}=={version}" for name, version in installed_versions(names).items()]
