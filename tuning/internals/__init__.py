"""Private names of Optuna and KerasTuner: nothing outside of this room uses any.

A name without promise may move with any release. Each one is in a table here, beside what needs
it; a missing one is refused with its name (`require`), never worked around in silence.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tuning._lazy import load_object


@dataclass(frozen=True, kw_only=True)
class PrivateName:
    """One name that a library does not promise to keep.

    Attributes:
        package: Distribution that it belongs to.
        owner: `"module"` or `"module:Class"` that has it; `"module:Class()"` when only its
            objects have it.
        name: The attribute.
        user: What needs it.
        parameters: Parameters of a method that is overridden here, in their order.
    """

    package: str
    owner: str
    name: str
    user: str
    parameters: tuple[str, ...] | None = None

    def fault(self, holder: Any) -> str | None:
        """What is wrong with the name in `holder`, or None."""
        found = getattr(holder, self.name, None)
        if not hasattr(holder, self.name):
            return f"`{self.owner}` has no `{self.name}`, which {self.user} needs"
        if self.parameters is None:
            return None
        received = tuple(inspect.signature(found).parameters)  # type: ignore[arg-type]
        if received == self.parameters:
            return None
        return (
            f"`{self.owner}.{self.name}` takes {received} instead of {self.parameters}, "
            f"which {self.user} needs"
        )


def faults(names: Iterable[PrivateName], holder: Any = None) -> list[str]:
    """Says which names have moved.

    Args:
        names: Rows of a table.
        holder: An object that should have all of them; by default each owner is imported, and
            the names that only objects have are left out.

    Example:
        >>> moved = PrivateName(package="optuna", owner="optuna:Study", name="_gone", user="a test")
        >>> faults([moved])
        ['`optuna:Study` has no `_gone`, which a test needs']
    """
    found = []
    for name in names:
        if holder is None and name.owner.endswith("()"):
            continue
        try:
            fault = name.fault(load_object(name.owner) if holder is None else holder)
        except (ImportError, AttributeError) as error:
            fault = f"`{name.owner}` is gone ({error}), which {name.user} needs"
        if fault is not None:
            found.append(fault)
    return found


def require(names: Iterable[PrivateName], holder: Any = None) -> None:
    """Refuses a version of a library whose private names have moved.

    Args:
        names: Rows of a table, all of one package.
        holder: As in `faults`.

    Raises:
        ImportError: If a name is missing or a method takes other parameters.
    """
    names = tuple(names)
    moved = faults(names, holder)
    if moved:
        package = names[0].package
        version = importlib.metadata.version(package)
        raise ImportError(
            f"{package} {version} is not supported: {'; '.join(moved)}. Install the version that "
            f"this release was tested with: pip install --force-reinstall keras-cookbook."
        )
