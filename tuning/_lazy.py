"""Attributes that are imported when first used, so that listings never import Keras."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def lazy_attributes(
    package: str, references: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Makes the `__getattr__` and `__dir__` of a package whose names load on first use.

    Args:
        package: `__name__` of the package.
        references: Public name to `"module:attribute"`.

    Returns:
        The two functions, to be bound as `__getattr__, __dir__` in the package.

    Example:
        >>> load, names = lazy_attributes("demo", {"sqrt": "math:sqrt"})
        >>> load("sqrt")(9.0), names()
        (3.0, ['sqrt'])
    """

    def load(name: str) -> object:
        if name not in references:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, attribute = references[name].partition(":")
        return getattr(importlib.import_module(module), attribute)

    return load, lambda: sorted(references)
