"""Every loss by name; importing this module imports no Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cookbook._registry import find, table
from cookbook.losses.catalog_classification import CLASSIFICATION
from cookbook.losses.catalog_regression import REGRESSION
from cookbook.losses.catalog_structured import STRUCTURED

if TYPE_CHECKING:
    import keras

LOSSES = table((*REGRESSION, *CLASSIFICATION, *STRUCTURED))
"""Every loss by name."""


def make_loss(name: str, **options: Any) -> keras.losses.Loss:
    """Makes a loss by name.

    Cross-entropies expect logits unless `from_logits=False` is given, because the models of
    this package return logits.

    Args:
        name: A key of `LOSSES`.
        **options: Arguments of the loss; they win over the defaults of its entry.

    Returns:
        A Keras loss.

    Raises:
        ValueError: If the name is unknown or an option is out of its range.

    Example:
        >>> float(make_loss("huber", delta=2.0)([[0.0]], [[3.0]]))  # 2 * 3 - 2 ** 2 / 2
        4.0
    """
    return find("loss", name, LOSSES).make(**options)
