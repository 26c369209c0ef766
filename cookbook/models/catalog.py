"""Every model of the cookbook by name, known without importing Keras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from cookbook._names import unknown_name
from cookbook.models.catalog_dense import DENSE
from cookbook.models.catalog_images import COMPACTS, CONVNETS, LENETS, UNETS
from cookbook.models.catalog_resnets import RESNETS
from cookbook.models.catalog_sequences import SEQUENCES
from cookbook.models.entry import ModelEntry


def index_entries(entries: Iterable[ModelEntry]) -> Mapping[str, ModelEntry]:
    """Makes the read-only mapping from name to entry, in the given order.

    Raises:
        ValueError: If two entries have the same name.
    """
    index: dict[str, ModelEntry] = {}
    for entry in entries:
        if entry.name in index:
            raise ValueError(
                f"Each model of the catalogue needs its own name. Got {entry.name!r} for "
                f"{index[entry.name].builder} and {entry.builder}: rename one of them."
            )
        index[entry.name] = entry
    return MappingProxyType(index)


MODELS: Mapping[str, ModelEntry] = index_entries(
    (*DENSE, *CONVNETS, *LENETS, *COMPACTS, *RESNETS, *UNETS, *SEQUENCES)
)


def get_model(name: str) -> ModelEntry:
    """Looks a model up.

    Args:
        name: One of `MODELS`.

    Returns:
        The entry; its `build(**overrides)` makes the model.

    Raises:
        ValueError: If no model has that name; the message says which one is close.

    Example:
        >>> get_model("cifar10-cnn").trainable
        122570
    """
    if name not in MODELS:
        raise ValueError(unknown_name("model", name, MODELS))
    return MODELS[name]
