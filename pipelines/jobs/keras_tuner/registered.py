"""Classes and functions that a script registered with Keras, in processes that do not run it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def registered_by_the_script() -> dict[str, Any]:
    """What this program's main module registered, by the name under which Keras saves it.

    It is pickled as it is, not by the name of a module: a worker that reads it runs no decorator,
    and Keras would save its models under names that nobody finds.
    """
    import keras

    found = keras.saving.get_custom_objects().items()
    return {name: one for name, one in found if getattr(one, "__module__", "") == "__main__"}


def register(found: Mapping[str, Any]) -> None:
    """Registers it again.

    Args:
        found: What `registered_by_the_script` found in another process.
    """
    import keras

    for name, one in found.items():
        package, separator, own_name = name.partition(">")
        if separator and keras.saving.get_registered_name(one) != name:
            keras.saving.register_keras_serializable(package, own_name)(one)
