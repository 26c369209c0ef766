"""Embeddings of numeric columns: each number becomes a vector before the first dense layer.

A multi-layer perceptron is smooth in its inputs, and many targets of tables are not: they jump at
a threshold or oscillate. An embedding gives every column functions of its own to bend
(Gorishniy, Rubachev and Babenko 2022, "On Embeddings for Numerical Features in Tabular Deep
Learning", arXiv:2203.05556).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import keras
import numpy as np

from cookbook._checks import check_count


def normal_edges(bins: int) -> tuple[float, ...]:
    """Borders of bins that are equally likely under the standard normal distribution.

    Columns that a quantile transformation made normal have the same number of training rows in
    each of them: they are the quantile bins of the paper, known without the data. The outermost
    borders are the quantiles 0.001 and 0.999: beyond them the first and the last bin go on.

    Args:
        bins: Number of bins, at least 1.

    Returns:
        `bins + 1` increasing numbers, in standard deviations.

    Example:
        >>> [round(edge, 2) for edge in normal_edges(4)]
        [-3.09, -0.67, 0.0, 0.67, 3.09]
    """
    count = check_count("bins", bins)
    shares = [0.001, *(index / count for index in range(1, count)), 0.999]
    return tuple(NormalDist().inv_cdf(share) for share in shares)


class _NumericEmbedding(keras.layers.Layer):
    """`float[batch, columns] -> float[batch, columns, units]`; each column has its own weights."""

    def __init__(self, units: int, *, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.units = check_count("units", units)
        self.seed = seed

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Adds the axis of the embedding."""
        return (*input_shape, self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that rebuild the layer."""
        return {**super().get_config(), "units": self.units, "seed": self.seed}

    def _weight(self, name: str, shape: Sequence[int | None], scale: float, offset: int = 0) -> Any:
        """Uniform in `[-scale, scale]`; several weights of a layer differ by their `offset`."""
        seed = None if self.seed is None else self.seed + offset
        start = keras.initializers.RandomUniform(-scale, scale, seed=seed)
        return self.add_weight(name=name, shape=tuple(shape), initializer=start)


@keras.saving.register_keras_serializable(package="cookbook")
class PiecewiseLinearEmbedding(_NumericEmbedding):
    r"""Embeds each number by a piecewise linear function whose slopes change at bin borders.

    With borders `b_0 < ... < b_T`, the encoding of `x` is
    `e_t = clip((x - b_{t-1}) / (b_t - b_{t-1}), 0, 1)`; the first bin has no lower and the last no
    upper limit. The output for column `f` is `V_f x + W_f e + c_f`. `W_f` starts at zero, so the
    layer begins as a linear one and bends where the data asks for it (Gorishniy et al. 2022,
    section 3.1; the linear term is that of TabM, arXiv:2410.24210).

    Args:
        units: Size of each column's vector, at least 1.
        edges: The borders, at least two and increasing, shared by all columns; see
            `normal_edges` for columns that are about normal.
        seed: Seed of the start weights; `None` lets Keras draw.
        **options: Keras' layer options, for example `name`.

    Raises:
        ValueError: If the borders do not increase, or `units` is no positive integer.

    Example:
        >>> layer = PiecewiseLinearEmbedding(2, edges=(0.0, 1.0, 3.0))
        >>> layer.encode([[2.0], [4.0]]).numpy()[:, 0].tolist()
        [[1.0, 0.5], [1.0, 1.5]]
        >>> layer(np.zeros((5, 3), "float32")).shape == (5, 3, 2)
        True
    """

    def __init__(
        self, units: int, *, edges: Sequence[float], seed: int | None = None, **options: Any
    ) -> None:
        super().__init__(units, seed=seed, **options)
        self.edges = tuple(float(edge) for edge in edges)
        widths = np.diff(self.edges)
        if len(self.edges) < 2 or not (widths > 0).all() or not np.isfinite(self.edges).all():
            raise ValueError(
                "`edges` must be at least two finite numbers, each larger than the one before. "
                f"Got edges={tuple(edges)!r}: use `normal_edges(bins)` or the distinct quantiles "
                "of training rows."
            )
        bins = len(widths)
        # One fused clip: -inf and inf leave the outer bins open.
        self._low = np.array([-np.inf, *[0.0] * (bins - 1)], "float32")
        self._high = np.array([*[1.0] * (bins - 1), np.inf], "float32")
        self._slopes = (1 / widths).astype("float32")
        self._shifts = (-np.array(self.edges[:-1]) / widths).astype("float32")

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes the slopes."""
        columns = input_shape[-1]
        self.linear = self._weight("linear", (columns, self.units), 1.0)
        self.bias = self._weight("bias", (columns, self.units), 1.0, 1)
        self.slopes = self.add_weight(
            name="slopes", shape=(columns, len(self._slopes), self.units), initializer="zeros"
        )

    def encode(self, inputs: Any) -> Any:
        """`float[batch, columns] -> float[batch, columns, bins]`, without weights."""
        x = keras.ops.expand_dims(keras.ops.convert_to_tensor(inputs, self.compute_dtype), -1)
        low, high = (keras.ops.cast(end, x.dtype) for end in (self._low, self._high))
        slopes, shifts = (keras.ops.cast(end, x.dtype) for end in (self._slopes, self._shifts))
        return keras.ops.minimum(keras.ops.maximum(x * slopes + shifts, low), high)

    def call(self, inputs: Any) -> Any:
        """Embeds `float[batch, columns]`."""
        bent = keras.ops.einsum("bft,ftu->bfu", self.encode(inputs), self.slopes)
        return keras.ops.expand_dims(inputs, -1) * self.linear + self.bias + bent

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that rebuild the layer."""
        return {**super().get_config(), "edges": self.edges}


@keras.saving.register_keras_serializable(package="cookbook")
class PeriodicEmbedding(_NumericEmbedding):
    r"""Embeds each number by cosines of learned frequencies, and by the number itself.

    The output for column `f` is `[x, W_f cos(2 pi w_f x + p_f) + c_f]` with the frequencies
    `w_f ~ N(0, scale^2)` and phases `p_f ~ U(-pi, pi)`, all of them learned. Gorishniy et al.
    2022, section 3.2, take sine and cosine and a ReLU; this is the smaller form "PBLD" of RealMLP
    (Holzmüller, Grinsztajn and Steinwart 2024, arXiv:2407.04491): phases for sines, no ReLU,
    the number kept.

    Args:
        units: Size of each column's vector, the number itself included, at least 2.
        frequencies: Number of cosines a column, at least 1.
        scale: Standard deviation of the frequencies at the start, above 0; columns are expected
            standardised.
        seed: Seed of the start weights; `None` lets Keras draw.
        **options: Keras' layer options, for example `name`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> layer = PeriodicEmbedding(4, frequencies=8)
        >>> x = np.ones((5, 3), "float32")
        >>> layer(x).shape == (5, 3, 4), bool((layer(x)[..., 0] == x).numpy().all())
        (True, True)
    """

    def __init__(
        self,
        units: int,
        *,
        frequencies: int = 16,
        scale: float = 0.1,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(check_count("units", units, least=2), seed=seed, **options)
        self.frequencies = check_count("frequencies", frequencies)
        if not 0 < scale < math.inf:
            raise ValueError(f"`scale` must be finite and above 0. Got scale={scale!r}.")
        self.scale = float(scale)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes frequencies, phases and the mixing of the cosines."""
        columns, count = input_shape[-1], self.frequencies
        seed = None if self.seed is None else self.seed + 3
        normal = keras.initializers.RandomNormal(stddev=2 * math.pi * self.scale, seed=seed)
        self.angular = self.add_weight(
            name="frequencies", shape=(columns, count), initializer=normal
        )
        self.phases = self._weight("phases", (columns, count), math.pi)
        bound = 1 / math.sqrt(count)
        self.kernel = self._weight("kernel", (columns, count, self.units - 1), bound, 1)
        self.bias = self._weight("bias", (columns, self.units - 1), bound, 2)

    def call(self, inputs: Any) -> Any:
        """Embeds `float[batch, columns]`."""
        x = keras.ops.expand_dims(inputs, -1)
        waves = keras.ops.cos(x * self.angular + self.phases)
        mixed = keras.ops.einsum("bft,ftu->bfu", waves, self.kernel) + self.bias
        return keras.ops.concatenate([x, mixed], axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that rebuild the layer."""
        return {**super().get_config(), "frequencies": self.frequencies, "scale": self.scale}


@keras.saving.register_keras_serializable(package="cookbook")
class Columns(keras.layers.Layer):
    """Takes neighbouring columns of a table.

    Args:
        start: First column, from 0.
        stop: The column behind the last; `None`: to the end.
        **options: Keras' layer options, for example `name`.

    Example:
        >>> Columns(1, 3)(np.array([[1.0, 2.0, 3.0, 4.0]])).numpy().tolist()
        [[2.0, 3.0]]
    """

    def __init__(self, start: int, stop: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.start, self.stop = start, stop

    def call(self, inputs: Any) -> Any:
        """`float[batch, columns] -> float[batch, stop - start]`."""
        return inputs[:, self.start : self.stop]

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """`[batch, stop - start]`."""
        return (input_shape[0], len(range(input_shape[1] or 0)[self.start : self.stop]))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that rebuild the layer."""
        return {**super().get_config(), "start": self.start, "stop": self.stop}
