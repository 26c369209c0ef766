"""An ensemble in one network for tables, with embeddings of numeric columns."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

import keras
from typing_extensions import override

from cookbook._checks import check_count, check_input_shape, check_rate, check_widths
from cookbook._names import unknown_name
from cookbook.layers.members import MemberAverage, MemberDense, MemberHeads
from cookbook.layers.numeric_embeddings import (
    Columns,
    PeriodicEmbedding,
    PiecewiseLinearEmbedding,
    normal_edges,
)
from cookbook.models._parts import Activation, Parts

EMBEDDINGS = ("both", "piecewise", "periodic", "none")
PREDICTIONS = "predictions"
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


@keras.saving.register_keras_serializable(package="cookbook")
class MemberEnsemble(keras.Model):
    """A functional model whose last layer averages members that are trained one by one.

    Called for inference, it gives the average. Called with `training=True`, it gives the members,
    `float[batch, members, outputs]`, and `fit` minimises the mean of their losses: each member
    learns the targets itself. A loss of the average would let members err in opposite directions,
    and the ensemble would be one large network (Gorishniy et al. 2025, section 3.2). Every Keras
    loss, metric, sample weight and backend works unchanged. Make it with `tabular_ensemble`.
    """

    @override
    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """The average `float[batch, outputs]`; the members in training."""
        if not training:
            return super().call(inputs, training=training, mask=mask)
        return self._members(inputs, training=training, mask=mask)

    @override
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The mean of the members' losses; of an average, its loss."""
        if y is not None and len(y_pred.shape) == 3:
            members = y_pred.shape[1]
            y_pred = keras.ops.reshape(y_pred, (-1, y_pred.shape[2]))
            y = keras.ops.repeat(y, members, axis=0)
            if sample_weight is not None:
                sample_weight = keras.ops.repeat(sample_weight, members, axis=0)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    @override
    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Metrics of the average, in training too."""
        if len(y_pred.shape) == 3:
            y_pred = self.get_layer(PREDICTIONS)(y_pred)
        return super().compute_metrics(x, y, y_pred, sample_weight)

    def activated(self, activation: Activation) -> MemberEnsemble:
        """The same layers with an activation behind each member, before the average.

        Args:
            activation: A Keras name or function, for example `"softplus"` for a loss of positive
                numbers.

        Returns:
            An uncompiled model that shares its weights with this one.

        Example:
            >>> model = tabular_ensemble((3,), members=2, widths=(4,)).activated("softplus")
            >>> bool(keras.ops.all(model(keras.ops.ones((5, 3))) > 0))
            True
        """
        average = self.get_layer(PREDICTIONS)
        dtype = average.dtype_policy
        x = keras.layers.Activation(activation, dtype=dtype, name="activated")(average.input)
        again = MemberAverage.from_config(average.get_config())
        return MemberEnsemble(self.input, again(x), name=self.name)

    @functools.cached_property
    def _members(self) -> Any:
        """The same layers up to the average, behind a function: Keras would save a model twice."""
        inner = keras.Model(self.input, self.get_layer(PREDICTIONS).input)
        return functools.partial(inner.call)


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
    # As the cookbook's logits: in the precision of the weights, also under mixed precision.
    dtype = keras.config.dtype_policy().variable_dtype
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
