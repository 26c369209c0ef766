"""A small Gaussian process over a unit cube with unordered coordinates, fast enough to ask often.

scikit-learn's has no prior on its lengths, which ten points in six dimensions need, and no
distance for unordered values; Optuna's needs torch. A fit with 100 points takes about 30 ms.
"""

from __future__ import annotations

import copy
import math

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from scipy.special import erfcx

_JITTER = 1e-8
_SAME = 1e-9  # between positions of one option
_EVALUATIONS = 40
# Bounds and prior of the logarithms: (lowest, highest, middle, width) of lengths and of the noise's
# share of the signal. The middle of the lengths grows with the diagonal of the cube, see Hvarfner
# et al. 2024, "Vanilla Bayesian optimization performs great in high dimensions".
_LENGTHS = (math.log(0.05), math.log(20.0), math.log(0.5), 1.0)
_NOISE = (math.log(1e-6), math.log(1.0), math.log(1e-3), 1.5)


class Process:
    """Gaussian process with a Matérn 5/2 kernel, one length for each coordinate.

    With the squared distances `D_j` of coordinate `j` (for unordered ones 1 between different
    values), `s = sqrt(5 sum_j D_j / length_j^2)` and the noise `q`, the covariance is
    `v ((1 + s + s^2 / 3) exp(-s) + q I)`. The scale `v = z' C^-1 z / n` has a closed form (C is
    the bracket); lengths and noise maximise the posterior under normal priors of their logarithms
    (Rasmussen & Williams 2006, chapter 5).

    Args:
        x: Known rows, `float[n, d]` in [0, 1].
        z: Their values with mean 0, `float[n]`.
        unordered: Whether a coordinate has no order, `bool[d]`.
    """

    def __init__(self, x: np.ndarray, z: np.ndarray, unordered: np.ndarray) -> None:
        self.x, self._z, self._unordered = x, z, unordered
        rows = [_LENGTHS] * x.shape[1] + [_NOISE]
        low, high, middle, self._width = np.array(rows).T
        self._middle = middle + np.append(np.full(x.shape[1], 0.5 * math.log(x.shape[1])), 0.0)
        self._pairs = np.tril_indices(len(x), -1)
        self._places = self._pairs[0] + len(x) * self._pairs[1]  # of the pairs, by columns
        self._distances = self._squares(x)[self._pairs]
        found = minimize(
            self.loss,
            self._middle,
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(low, high, strict=True)),
            options={"maxfun": _EVALUATIONS, "ftol": 1e-4},
        )
        self.logs: np.ndarray = found.x
        self._solve()
        self._scale = max(float(self._z @ self._weights) / len(z), 1e-12)

    def _squares(self, rows: np.ndarray) -> np.ndarray:
        """Squared distances to the known rows, `float[m, n, d]`."""
        away = rows[:, None, :] - self.x[None, :, :]
        return np.where(self._unordered, np.abs(away) > _SAME, away * away)

    def loss(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        """Negative logarithm of the posterior and its gradient.

        Args:
            logs: Logarithms of the lengths and of the noise, `float[d + 1]`.
        """
        size, (rows, columns) = len(self._z), self._pairs
        z, places = self._z, self._places
        # Everything is symmetric: the lower triangle is enough, for LAPACK as for the sums.
        kernel, slope = _matern(self._distances @ np.exp(-2 * logs[:-1]))
        noise = math.exp(logs[-1])
        covariance = np.zeros(size * size)
        covariance[places] = kernel
        covariance[:: size + 1] = 1 + noise + _JITTER
        square = covariance.reshape(size, size, order="F")
        factor = cho_factor(square, lower=True, overwrite_a=True, check_finite=False)
        weights = cho_solve(factor, z, check_finite=False)
        scale = max(float(z @ weights) / size, 1e-12)
        value = 0.5 * size * math.log(scale) + float(np.log(np.diag(factor[0])).sum())
        inverse, _ = dpotri(factor[0], lower=True)
        pairs = inverse.ravel(order="F")[places]
        outer = pairs - weights[rows] * weights[columns] / scale
        lengths = 5 / 3 * ((outer * slope) @ self._distances) * np.exp(-2 * logs[:-1])
        trace = float(np.trace(inverse)) - float(weights @ weights) / scale
        gradient = np.append(lengths, 0.5 * trace * noise)
        away = (logs - self._middle) / self._width
        return value + 0.5 * float(away @ away), gradient + away / self._width

    def _solve(self) -> None:
        covariance = self._covariance(self.x)
        covariance[np.diag_indices_from(covariance)] += math.exp(self.logs[-1]) + _JITTER
        self._factor = cho_factor(covariance, lower=True, check_finite=False)
        self._weights = cho_solve(self._factor, self._z, check_finite=False)

    def _covariance(self, rows: np.ndarray) -> np.ndarray:
        scales, ordered = np.exp(-self.logs[:-1]), ~self._unordered
        squares = np.zeros((len(rows), len(self.x)))
        if ordered.any():
            scaled = (one[:, ordered] * scales[ordered] for one in (rows, self.x))
            squares += cdist(*scaled, "sqeuclidean")
        for column in np.flatnonzero(self._unordered):
            differs = np.abs(rows[:, None, column] - self.x[None, :, column]) > _SAME
            squares += differs * scales[column] ** 2
        return _matern(squares)[0]

    def predict(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation, without noise, at rows of the cube: both `float[m]`."""
        covariance = self._covariance(rows)
        solved = cho_solve(self._factor, covariance.T, check_finite=False)
        variance = 1 - np.einsum("ij,ji->i", covariance, solved)
        return covariance @ self._weights, np.sqrt(self._scale * np.maximum(variance, 1e-10))

    def believing(self, rows: np.ndarray) -> Process:
        """The same process with rows at their mean: what is being tried is no longer uncertain.

        Args:
            rows: Points of running trials, `float[m, d]`.
        """
        found = copy.copy(self)
        mean, _ = self.predict(rows)
        found.x, found._z = np.concatenate([self.x, rows]), np.append(self._z, mean)
        found._solve()
        return found


def _matern(squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The kernel at scaled squared distances and `(1 + s) exp(-s)` of its gradient."""
    s = np.sqrt(5 * squares)
    decay = np.exp(-s)
    return (1 + s + s * s / 3) * decay, (1 + s) * decay


def log_improvement(mean: np.ndarray, deviation: np.ndarray, best: float) -> np.ndarray:
    """Logarithm of the expected improvement below the best value.

    `log(deviation h(t))` with `t = (best - mean) / deviation` and `h(t) = phi(t) + t Phi(t)`,
    which underflows for `t < -38` when it is computed as written (Ament et al. 2023).

    Args:
        mean: Means.
        deviation: Deviations, above 0.
        best: The best mean of the known points.

    Example:
        >>> log_improvement(np.array([0.0, 60.0]), np.array([1.0, 1.0]), 0.0).round(1).tolist()
        [-0.9, -1809.1]
    """
    t = np.maximum((best - mean) / deviation, -1e4)
    log_phi = -0.5 * t * t - 0.5 * math.log(2 * math.pi)
    # Phi(t) / phi(t) = sqrt(pi / 2) erfcx(-t / sqrt(2)), which is finite for t <= 0.
    low, high = np.minimum(t, 0.0), np.maximum(t, 0.0)
    rest = 1 + low * math.sqrt(math.pi / 2) * erfcx(-low / math.sqrt(2))
    # h(t) = t + h(-t)
    tail = np.exp(-0.5 * high * high) / math.sqrt(2 * math.pi)
    upper = tail * (1 - high * math.sqrt(math.pi / 2) * erfcx(high / math.sqrt(2)))
    below = log_phi + np.log(np.maximum(rest, 1e-300))
    return np.asarray(np.log(deviation) + np.where(t < 0, below, np.log(high + upper)))
