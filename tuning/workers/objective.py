"""From an objective to bytes that a worker can run, and back."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuning._lazy import load_object
from tuning.errors import JobError
from tuning.workers.context import Context

Objective = Callable[[dict[str, Any], Context], Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class Payload:
    """An objective as it travels to the workers.

    Attributes:
        content: `"module:attribute"`, or a pickle.
        preload: Modules that the workers' server imports once for all workers.
        name: For messages.
    """

    content: str | bytes
    preload: tuple[str, ...]
    name: str


def pack(objective: Objective | str) -> Payload:
    """Prepares an objective for the workers.

    Args:
        objective: A callable `objective(params, context) -> metrics`, or `"module:attribute"`,
            which is imported by the workers only. An attribute `preload` of the callable names
            modules that are imported once for all workers.

    Returns:
        The payload.

    Raises:
        JobError: If the objective is not callable or cannot be pickled.
    """
    if isinstance(objective, str):
        module, _, attribute = objective.partition(":")
        if not module or not attribute:
            raise JobError(
                f'An objective by name is written "module:attribute". Got {objective!r}.'
            )
        return Payload(content=objective, preload=(module,), name=objective)
    if not callable(objective):
        raise JobError(f"An objective must be callable. Got {objective!r}.")
    import cloudpickle

    name = getattr(objective, "__qualname__", type(objective).__qualname__)
    preload: Sequence[str] = getattr(objective, "preload", ())
    by_value = _by_value_module(objective)
    if by_value is not None:
        cloudpickle.register_pickle_by_value(by_value)
    try:
        content = cloudpickle.dumps(objective)
    except Exception as error:
        raise JobError(
            f"The objective {name} cannot be sent to the workers ({error}): open files, locks "
            "and connections must be made inside of it."
        ) from error
    finally:
        if by_value is not None:
            cloudpickle.unregister_pickle_by_value(by_value)
    return Payload(content=content, preload=tuple(preload), name=name)


def _by_value_module(objective: Any) -> Any:
    """The objective's module when workers could not import it, for example a notebook's cell."""
    name = getattr(objective, "__module__", None) or type(objective).__module__
    module = sys.modules.get(name)
    if module is None or name == "__main__":
        return None  # cloudpickle sends these by value itself
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        found = None
    return None if found is not None else module


def unpack(content: str | bytes) -> Objective:
    """Restores an objective in a worker.

    Args:
        content: The payload's content.

    Raises:
        JobError: If the objective's modules cannot be imported or it is not there.
    """
    import cloudpickle

    try:
        if isinstance(content, bytes):
            loaded: Objective = cloudpickle.loads(content)
            return loaded
        found = load_object(content)
    except Exception as error:
        raise JobError(
            f"The objective cannot be loaded ({type(error).__name__}: {error})."
        ) from error
    if not callable(found):
        raise JobError(f"The objective {content!r} is not callable. Got {found!r}.")
    objective: Objective = found
    return objective
