"""Wide and deep model for tables with numeric and categorical columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from cookbook._checks import check_count, check_rate, check_widths
from cookbook._names import unknown_name
from cookbook.models._parts import Activation, Initializer, Parts, output_dtype
from cookbook.models.dense import hidden_layers

NUMERIC = "numeric"
"""Name of the input that holds all numeric columns."""


@keras.saving.register_keras_serializable(package="cookbook")
class CategoryCross(keras.layers.Layer):
    """Numbers the combinations of categorical columns.

    `code = ((a * |B| + b) * |C| + c) ...`: exact, one code per combination, nothing is hashed.

    Args:
        cardinalities: Number of codes of each column, at least 1.
        **options: Keras' layer options, for example `name`.

    Example:
        >>> import numpy as np
        >>> cross = CategoryCross((3, 4))
        >>> int(cross([np.array([2]), np.array([1])])[0])  # 2 * 4 + 1
        9
    """

    def __init__(self, cardinalities: Sequence[int], **options: Any) -> None:
        super().__init__(**options)
        self.cardinalities = tuple(cardinalities)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Combines `int32[batch]` columns into one `int32[batch]`."""
        code = keras.ops.cast(inputs[0], "int32")
        for column, cardinality in zip(inputs[1:], self.cardinalities[1:], strict=True):
            code = code * cardinality + keras.ops.cast(column, "int32")
        return code

    def compute_output_spec(self, inputs: Sequence[Any]) -> Any:
        """Tells Keras that integers come out, whatever the precision policy."""
        return keras.KerasTensor(inputs[0].shape, dtype="int32")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that rebuild the layer."""
        return {**super().get_config(), "cardinalities": self.cardinalities}


def embedding_width(cardinality: int) -> int:
    """Coordinates for a column of so many codes: `min(50, ceil(1.6 * cardinality ** 0.56))`.

    fastai's rule of thumb for tables: 3 for 2 codes, 22 for 100, 50 from 467 on.

    Example:
        >>> [embedding_width(cardinality) for cardinality in (2, 100, 10_000)]
        [3, 22, 50]
    """
    return min(50, math.ceil(1.6 * cardinality**0.56))


def wide_and_deep(
    num_numeric: int,
    cardinalities: Mapping[str, int],
    num_outputs: int = 1,
    *,
    crosses: Sequence[Sequence[str]] = (),
    widths: Sequence[int] = (64, 32),
    activation: Activation = "relu",
    dropout: float = 0.0,
    l2: float = 0.0,
    initializer: Initializer = "he_normal",
    seed: int | None = None,
) -> keras.Model:
    """Builds a linear model and a network with embeddings that add their outputs.

    The wide part (Cheng et al. 2016) is linear in the numeric columns and has one weight per
    category and per crossed combination: it memorises. The deep part is a multi-layer
    perceptron on the numeric columns and an embedding of each categorical one (see
    `embedding_width`): it generalises. Both are trained together.

    Args:
        num_numeric: Number of numeric columns, standardised by the pipeline; may be 0.
        cardinalities: Number of codes of each categorical column. Codes are integers in
            `[0, cardinality)`; the pipeline keeps one for unknown values.
        num_outputs: Number of logits or target values, at least 1.
        crosses: Groups of at least two categorical columns whose combinations get weights in
            the wide part, for example `[("region", "season")]`.
        widths: Units of the deep part's hidden layers.
        activation: Hidden activation, see `cookbook.models.dense.mlp`.
        dropout: Drop rate behind the hidden layers, in [0, 1).
        l2: Factor of the sum of squared weights of the dense layers and of the wide part, at
            least 0 (no half); the embeddings are free.
        initializer: Kernel initialiser of the deep part, a name in `cookbook.initializers` or
            an object. The wide part starts at zero.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model. Its input is a dictionary:
        `"numeric": float32[batch, num_numeric]` (absent if there are none) and one
        `int32[batch]` per categorical column; its output is `float32[batch, num_outputs]`.

    Raises:
        ValueError: If there is no column, a column has a name that cannot be used, a cross
            names an unknown column, or an argument is out of its range.

    Example:
        >>> model = wide_and_deep(8, {"ocean": 5}, widths=(16,))
        >>> sorted(model.input), model.output_shape
        (['numeric', 'ocean'], (None, 1))
    """
    numeric = check_count("num_numeric", num_numeric, least=0)
    _check_columns(numeric, cardinalities, crosses)
    check_rate("dropout", dropout)
    widths = check_widths("widths", widths)
    units = check_count("num_outputs", num_outputs)
    parts = Parts(activation=activation, initializer=initializer, l2=l2, seed=seed)
    columns = {name: keras.Input((), dtype="int32", name=name) for name in cardinalities}
    table = keras.Input((numeric,), name=NUMERIC) if numeric else None
    x = _deep_features(parts, table, columns, cardinalities)
    x = hidden_layers(parts, x, widths, batch_norm=False, dropout=dropout)
    terms = [parts.logits(x, units), *_wide(parts, columns, cardinalities, crosses, units)]
    if table is not None:
        penalty = keras.regularizers.L2(l2) if l2 else None
        linear = keras.layers.Dense(
            units,
            use_bias=False,
            kernel_initializer="zeros",
            kernel_regularizer=penalty,
            name="wide_numeric",
        )
        terms.append(linear(table))
    outputs = (
        keras.layers.Add(dtype=output_dtype(), name="sum")(terms) if len(terms) > 1 else terms[0]
    )
    inputs = columns if table is None else {NUMERIC: table, **columns}
    return keras.Model(inputs, outputs, name="wide_and_deep")


def _deep_features(
    parts: Parts, table: Any, columns: Mapping[str, Any], cardinalities: Mapping[str, int]
) -> Any:
    features = [] if table is None else [table]
    for name, column in columns.items():
        width = embedding_width(cardinalities[name])
        start = keras.initializers.RandomUniform(-0.05, 0.05, seed=parts.next_seed())
        embed = keras.layers.Embedding(cardinalities[name], width, start, name=f"embed_{name}")
        features.append(embed(column))
    return keras.layers.Concatenate(name="features")(features) if len(features) > 1 else features[0]


def _wide(
    parts: Parts,
    columns: Mapping[str, Any],
    cardinalities: Mapping[str, int],
    crosses: Sequence[Sequence[str]],
    units: int,
) -> list[Any]:
    """One weight per output for each category and each crossed combination."""
    codes = {name: (columns[name], cardinalities[name]) for name in columns}
    for cross in crosses:
        name, sizes = "_x_".join(cross), [cardinalities[column] for column in cross]
        layer = CategoryCross(sizes, name=f"cross_{name}")
        codes[name] = layer([columns[column] for column in cross]), math.prod(sizes)
    penalty = keras.regularizers.L2(parts.l2) if parts.l2 else None
    return [
        keras.layers.Embedding(
            size, units, "zeros", embeddings_regularizer=penalty, name=f"wide_{name}"
        )(code)
        for name, (code, size) in codes.items()
    ]


def _check_columns(
    numeric: int, cardinalities: Mapping[str, int], crosses: Sequence[Sequence[str]]
) -> None:
    if not numeric and not cardinalities:
        raise ValueError(
            "`wide_and_deep` needs a column. Got num_numeric=0 and no cardinalities: "
            "give at least one of them."
        )
    for name, cardinality in cardinalities.items():
        check_count(f"cardinalities[{name!r}]", cardinality)
        if name == NUMERIC or not name or "/" in name:
            raise ValueError(
                f"A categorical column's name becomes a Keras input: not empty, without '/', and "
                f"not {NUMERIC!r}, which holds the numeric columns. Got {name!r}: rename it."
            )
    for cross in crosses:
        if isinstance(cross, str) or len(cross) < 2 or len(set(cross)) < len(cross):
            raise ValueError(
                f"Each entry of `crosses` names at least two different columns. Got {cross!r}: "
                f"write [('region', 'season')]."
            )
        for name in cross:
            if name not in cardinalities:
                raise ValueError(unknown_name("categorical column", name, cardinalities))
