"""Many networks in one: members that share their kernels, heads of their own, and averages.

Parameter-efficient ensembles after BatchEnsemble (Wen, Tran and Ba 2020, arXiv:2002.06715) and TabM
(Gorishniy, Kotelnikov and Babenko 2025, arXiv:2410.24210). A tensor of members has the shape
`[batch, members, units]`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import keras

from cookbook._checks import check_count
from cookbook._names import unknown_name

AVERAGES = ("values", "probabilities")


@keras.saving.register_keras_serializable(package="cookbook")
class RandomSigns(keras.initializers.Initializer):
    """Draws -1 and 1 with equal odds: adapters that make members see different inputs.

    Args:
        seed: Seed; `None` lets Keras draw.

    Example:
        >>> signs = RandomSigns(seed=0)((4, 3))
        >>> sorted(set(signs.numpy().ravel().tolist()))
        [-1.0, 1.0]
    """

    def __init__(self, seed: int | None = None) -> None:
        # As Keras' own: from the generator that `keras.utils.set_random_seed` seeds.
        self.seed = random.randint(1, 10**9) if seed is None else seed  # noqa: S311

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> Any:
        """Makes a tensor of signs."""
        drawn = keras.random.uniform(tuple(shape), dtype="float32", seed=self.seed)
        return keras.ops.cast(keras.ops.where(drawn < 0.5, -1.0, 1.0), dtype or "float32")

    def get_config(self) -> dict[str, Any]:
        """Returns the seed."""
        return {"seed": self.seed}


@keras.saving.register_keras_serializable(package="cookbook")
class MemberDense(keras.layers.Layer):
    r"""A dense layer that all members share, each with its own scales and bias.

    Member `k` computes `y_k = s_k * (W (r_k * x_k)) + b_k`, `*` by element: `W` costs
    `inputs x units` parameters once, and each further member only `inputs + 2 units`. The
    members of one row and the rows of one batch go through a single matrix product.

    Args:
        units: Number of outputs of each member, at least 1.
        members: Number of members, at least 1.
        signs: Start the scales `r` at random signs instead of ones. The first layer needs that:
            it is what makes members differ that see the same rows.
        kernel_regularizer: Penalty of the shared kernel, a Keras regularizer.
        seed: Seed of the start weights; `None` lets Keras draw.
        **options: Keras' layer options, for example `name`.

    Raises:
        ValueError: If `units` or `members` is no positive integer.

    Example:
        >>> layer = MemberDense(5, members=4)
        >>> layer(keras.ops.ones((2, 3))).shape == (2, 4, 5)  # one row for all members
        True
        >>> layer.count_params()  # 3 * 5 shared, 3 + 5 + 5 for each of 4 members
        67
    """

    def __init__(
        self,
        units: int,
        *,
        members: int,
        signs: bool = False,
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.units, self.members = check_count("units", units), check_count("members", members)
        self.signs, self.seed = signs, seed

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes the shared kernel and each member's scales and bias."""
        inputs = input_shape[-1]
        seeds = [None if self.seed is None else self.seed + index for index in range(3)]
        bound = 1 / math.sqrt(inputs or 1)
        uniform = [keras.initializers.RandomUniform(-bound, bound, seed=s) for s in seeds]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(inputs, self.units),
            initializer=uniform[0],
            regularizer=self.kernel_regularizer,
        )
        self.input_scale = self.add_weight(
            name="input_scale",
            shape=(self.members, inputs),
            initializer=RandomSigns(seeds[1]) if self.signs else "ones",
        )
        shape = (self.members, self.units)
        self.output_scale = self.add_weight(name="output_scale", shape=shape, initializer="ones")
        self.bias = self.add_weight(name="bias", shape=shape, initializer=uniform[2])

    def call(self, inputs: Any) -> Any:
        """`float[batch, inputs]` or `float[batch, members, inputs]` to one vector a member."""
        x = keras.ops.expand_dims(inputs, 1) if len(inputs.shape) == 2 else inputs
        # One product of matrices: a kernel of two axes under three of inputs would be a loop.
        rows = keras.ops.reshape(x * self.input_scale, (-1, self.kernel.shape[0]))
        product = keras.ops.reshape(
            keras.ops.matmul(rows, self.kernel), (-1, self.members, self.units)
        )
        return product * self.output_scale + self.bias

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """`[batch, members, units]`."""
        return (input_shape[0], self.members, self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that rebuild the layer."""
        return {
            **super().get_config(),
            "units": self.units,
            "members": self.members,
            "signs": self.signs,
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "seed": self.seed,
        }


@keras.saving.register_keras_serializable(package="cookbook")
class MemberHeads(keras.layers.Layer):
    """A dense layer of its own for each member: `y_k = W_k x_k + b_k`, nothing shared.

    Args:
        units: Number of outputs of each member, at least 1.
        seed: Seed of the start weights; `None` lets Keras draw.
        **options: Keras' layer options, for example `name`.

    Example:
        >>> MemberHeads(2)(keras.ops.ones((5, 4, 3))).shape == (5, 4, 2)
        True
    """

    def __init__(self, units: int, *, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.seed = check_count("units", units), seed

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes one kernel and one bias a member."""
        _, members, inputs = input_shape
        bound = 1 / math.sqrt(inputs or 1)
        seeds = [None if self.seed is None else self.seed + index for index in range(2)]
        kernel, bias = (keras.initializers.RandomUniform(-bound, bound, seed=s) for s in seeds)
        self.kernel = self.add_weight(
            name="kernel", shape=(members, inputs, self.units), initializer=kernel
        )
        self.bias = self.add_weight(name="bias", shape=(members, self.units), initializer=bias)

    def call(self, inputs: Any) -> Any:
        """`float[batch, members, inputs] -> float[batch, members, units]`."""
        return keras.ops.einsum("bki,kio->bko", inputs, self.kernel) + self.bias

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """`[batch, members, units]`."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that rebuild the layer."""
        return {**super().get_config(), "units": self.units, "seed": self.seed}


@keras.saving.register_keras_serializable(package="cookbook")
class MemberAverage(keras.layers.Layer):
    r"""Averages what the members predict.

    `"values"`: `mean_k y_k`. `"probabilities"`: the members give logits, and out comes
    `log mean_k softmax(y_k)`: logits again, whose softmax is the mean of the members'
    probabilities. Members are the axis behind the batch, and a mask of the batch goes through.

    Args:
        kind: `"values"` or `"probabilities"`.
        **options: Keras' layer options, for example `name`.

    Raises:
        ValueError: If there is no such kind.

    Example:
        >>> logits = keras.ops.log([[[0.9, 0.1], [0.5, 0.5]]])
        >>> probabilities = keras.ops.exp(MemberAverage("probabilities")(logits))
        >>> [round(float(value), 3) for value in probabilities[0]]
        [0.7, 0.3]
    """

    def __init__(self, kind: str = "values", **options: Any) -> None:
        super().__init__(**options)
        if kind not in AVERAGES:
            raise ValueError(unknown_name("average", kind, AVERAGES))
        self.kind = kind
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """`float[batch, members, ..., units] -> float[batch, ..., units]`."""
        if self.kind == "values":
            return keras.ops.mean(inputs, axis=1)
        members = math.log(inputs.shape[1])
        return keras.ops.logsumexp(keras.ops.log_softmax(inputs, axis=-1), axis=1) - members

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """`[batch, ..., units]`."""
        return (input_shape[0], *input_shape[2:])

    def get_config(self) -> dict[str, Any]:
        """Returns the kind."""
        return {**super().get_config(), "kind": self.kind}
