"""An ensemble in one network for tables, with embeddings of numeric columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

import keras

from cookbook._checks import check_count, check_input_shape, check_rate, check_widths
from cookbook._names import unknown_name
from cookbook.layers.members import MemberAverage, MemberDense, MemberHeads
from cookbook.layers.numeric_embeddings import (
    Columns,
    PeriodicEmbedding,
    PiecewiseLinearEmbedding,
    normal_edges,
)
from cookbook.models._parts import Activation, Parts, output_dtype
from cookbook.models.ensembles import PREDICTIONS, MemberEnsemble

EMBEDDINGS = ("both", "piecewise", "periodic", "none")
# Chosen on validation rows, as the defaults below (docs/tables.md).
BINS = 16
SCALE = 0.3


class TabularOptions(TypedDict, total=False):
    """Further arguments of `tabular_ensemble`.

    Attributes:
        embedding_units: Size of each number's vector, at least 2; 4 by default.
        batch_norm: Normalise before the activation; false by default.
        l2: Factor of the sum of squared shared weights, at least 0 (no half); 0 by default.
    """

    embedding_units: int
    batch_norm: bool
    l2: float


def tabular_ensemble(
    input_shape: Sequence[int],
    num_outputs: int = 1,
    *,
    num_classes: int | None = None,
    num_numeric: int | None = None,
    members: int = 8,
    widths: Sequence[int] = (128, 128),
    embedding: str = "both",
    activation: Activation = "relu",
    dropout: float = 0.1,
    seed: int | None = None,
    **options: Unpack[TabularOptions],
) -> keras.Model:
    """Builds TabM: many multi-layer perceptrons in one, behind embeddings of the numbers.

    Numeric columns are embedded (see `cookbook.layers.numeric_embeddings`), and all columns go
    through perceptrons that share their kernels and differ in rank-one adapters and heads (see
    `cookbook.layers.members`). Each member is trained on its own loss; see `MemberEnsemble`.
    With `members=1` and `embedding="none"` it is a plain multi-layer perceptron.

    Args:
        input_shape: `(columns,)`: first the numeric ones, about standard normal (a quantile
            transformation does that), then the others, for example one-hot: the first kernel's
            rows are then the embeddings of the categories.
        num_outputs: Number of target values, at least 1.
        num_classes: Number of classes, at least 2, for a classifier: one logit each, and the
            members' probabilities are averaged. It replaces `num_outputs`.
        num_numeric: How many of the columns are embedded; `None`: all.
        members: Networks in the ensemble, at least 1.
        widths: Units of the hidden layers.
        embedding: `"piecewise"`, `"periodic"`, `"both"` side by side, or `"none"`.
        activation: Hidden activation, a Keras name or function.
        dropout: Drop rate behind every hidden layer, in [0, 1).
        seed: Seed of weights and dropout; `None` lets Keras draw.
        **options: See `TabularOptions`.

    Returns:
        An uncompiled functional model,
        `float32[batch, columns] -> float32[batch, num_outputs]`, in training
        `float32[batch, members, num_outputs]`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> model = tabular_ensemble((8,), members=4, widths=(16,))
        >>> model.output_shape, model(keras.ops.zeros((2, 8)), training=True).shape == (2, 4, 1)
        ((None, 1), True)
    """
    columns = _column_count(input_shape)
    numeric = columns if num_numeric is None else check_count("num_numeric", num_numeric, least=0)
    if numeric > columns:
        raise ValueError(
            f"`num_numeric` counts some of the columns. Got num_numeric={numeric} of {columns}."
        )
    count = check_count("members", members)
    sizes = check_widths("widths", widths)
    check_rate("dropout", dropout)
    units = check_count("num_outputs", num_outputs)
    if num_classes is not None:
        units = check_count("num_classes", num_classes, least=2)
    parts = Parts(activation=activation, l2=options.get("l2", 0.0), seed=seed)
    table = keras.Input((columns,), name="features")
    x = _embedded(parts, table, numeric, embedding, options.get("embedding_units", 4))
    norm = options.get("batch_norm", False)
    for index, width in enumerate(sizes, start=1):
        x = _shared_dense(parts, x, width, count, index)
        if norm:
            x = parts.norm(x, f"hidden{index}_norm")
        x = parts.activate(x, f"hidden{index}_activation")
        if not norm or index == len(sizes):
            x = parts.dropout(x, dropout, f"hidden{index}_dropout")
    dtype = output_dtype()
    x = MemberHeads(units, seed=parts.next_seed(), dtype=dtype, name="members")(x)
    kind = "values" if num_classes is None else "probabilities"
    outputs = MemberAverage(kind, dtype=dtype, name=PREDICTIONS)(x)
    return MemberEnsemble(table, outputs, name="tabular_ensemble")


def _column_count(input_shape: Sequence[int]) -> int:
    shape = check_input_shape(input_shape)
    if len(shape) != 1:
        raise ValueError(
            f"A row of a table has one axis. Got input_shape={shape}: write ({shape[0]},) for "
            f"{shape[0]} columns."
        )
    return shape[0]


def _embedded(parts: Parts, table: Any, numeric: int, embedding: str, units: int) -> Any:
    """Vectors of the numeric columns, then the other columns as they are."""
    if embedding not in EMBEDDINGS:
        raise ValueError(unknown_name("embedding", embedding, EMBEDDINGS))
    if embedding == "none" or not numeric:
        return table
    columns = table.shape[1]
    numbers = table if numeric == columns else Columns(0, numeric, name="numeric")(table)
    vectors = [
        keras.layers.Flatten(name=f"{layer.name}_vectors")(layer(numbers))
        for layer in _embeddings(parts, embedding, units)
    ]
    if numeric < columns:
        vectors.append(Columns(numeric, name="others")(table))
    return keras.layers.Concatenate(name="vectors")(vectors) if len(vectors) > 1 else vectors[0]


def _embeddings(parts: Parts, embedding: str, units: int) -> list[keras.Layer]:
    layers: list[keras.Layer] = []
    if embedding in ("both", "piecewise"):
        edges = normal_edges(BINS)
        layers.append(
            PiecewiseLinearEmbedding(units, edges=edges, seed=parts.next_seed(), name="piecewise")
        )
    if embedding in ("both", "periodic"):
        layers.append(
            PeriodicEmbedding(units, scale=SCALE, seed=parts.next_seed(), name="periodic")
        )
    return layers


def _shared_dense(parts: Parts, x: Any, width: int, members: int, index: int) -> Any:
    return MemberDense(
        width,
        members=members,
        signs=index == 1 and members > 1,
        kernel_regularizer=keras.regularizers.L2(parts.l2) if parts.l2 else None,
        seed=parts.next_seed(),
        name=f"hidden{index}",
    )(x)
