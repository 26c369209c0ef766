"""What the catalogue knows of a model before Keras is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cookbook._lazy import load_object

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """One row of the catalogue; the counts are held by a test against the built model.

    Attributes:
        name: Name in listings, unique.
        builder: `"module:function"` of the builder.
        reference: Arguments that make the model whose counts are stated.
        trainable: Trainable parameters of that model.
        total: All parameters, the moving statistics of batch normalisation included.
        summary: One line for the listing.
        source: Paper or document the architecture comes from.
        torch_trainable: Trainable parameters of the same network in PyTorch, where its
            second bias vector in recurrent layers makes the count differ.
        small: Arguments that shrink the reference model until it trains in a second, for
            tests and demonstrations; empty where the reference is small.
    """

    name: str
    builder: str
    reference: Mapping[str, Any] = field(default_factory=dict)
    trainable: int
    total: int
    summary: str
    source: str
    torch_trainable: int | None = None
    small: Mapping[str, Any] = field(default_factory=dict)

    def build(self, **overrides: Any) -> keras.Model:
        """Builds the reference model, with some of its arguments replaced."""
        model: keras.Model = load_object(self.builder)(**{**self.reference, **overrides})
        return model
