"""Attributes that are imported when first used, so that listings never import Keras."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any


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
        return load_object(references[name])

    return load, lambda: sorted(references)


def load_object(reference: str) -> Any:
    """Imports what `"module:attribute"` names; without an attribute the module itself.

    Args:
        reference: For example `"math:sqrt"`; an attribute may lie deeper, as `"a.b:Kind.make"`.

    Raises:
        ImportError: If the module cannot be imported.
        AttributeError: If it has no such attribute.

    Example:
        >>> load_object("math:sqrt")(9.0), load_object("math").pi > 3
        (3.0, True)
    """
    module, _, attribute = reference.partition(":")
    found: Any = importlib.import_module(module)
    return functools.reduce(getattr, attribute.split("."), found) if attribute else found
