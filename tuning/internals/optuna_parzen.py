"""The densities of Optuna's tree-structured Parzen estimator, computed with scipy.

Optuna evaluates the logarithm of the normal distribution number by number in Python, which is four
fifths of a suggestion that learns from 500 trials. The densities here are the same up to rounding.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator
from scipy.special import log_ndtr, logsumexp, ndtr
from typing_extensions import override

from tuning.internals import PrivateName, require

_USER = "tuning.internals.optuna_parzen"
_TPE = "optuna.samplers._tpe"


def _name(owner: str, name: str, *parameters: str) -> PrivateName:
    return PrivateName(
        package="optuna",
        owner=f"{_TPE}.{owner}",
        name=name,
        user=_USER,
        parameters=parameters or None,
    )


PRIVATE_NAMES = (
    _name("parzen_estimator:_ParzenEstimator", "log_pdf", "self", "samples_dict"),
    *(
        _name("parzen_estimator:_ParzenEstimator()", name)
        for name in ("_mixture_distribution", "_search_space")
    ),
    *(
        _name("probability_distributions:_MixtureOfProductDistribution", name)
        for name in ("weights", "distributions")
    ),
    _name("probability_distributions:_BatchedCategoricalDistributions", "weights"),
    *(
        _name(f"probability_distributions:_Batched{kind}Distributions", name)
        for kind in ("TruncNorm", "TruncLogNorm", "DiscreteTruncNorm", "DiscreteTruncLogNorm")
        for name in ("mu", "sigma", "adapted_low", "adapted_high", "is_log", "step")
    ),
)
require(PRIVATE_NAMES)


class QuickParzenEstimator(_ParzenEstimator):
    """A mixture of products of truncated normal and categorical distributions."""

    @override
    def log_pdf(self, samples_dict: dict[str, np.ndarray]) -> np.ndarray:
        mixture = self._mixture_distribution
        columns = [samples_dict[name] for name in self._search_space]
        kernels = np.log(mixture.weights)[None, :] + sum(
            _log_densities(column, one)
            for column, one in zip(columns, mixture.distributions, strict=True)
        )
        return np.asarray(logsumexp(kernels, axis=1))


def _log_densities(values: np.ndarray, kernels: Any) -> np.ndarray:
    """Logarithms of the densities of values under each kernel of one parameter, `float[n, m]`."""
    if not hasattr(kernels, "mu"):
        return np.asarray(np.log(kernels.weights[:, values.astype(np.int64)]).T)
    mu, sigma = kernels.mu, kernels.sigma
    inside = log_normal_mass(
        (kernels.adapted_low - mu) / sigma, (kernels.adapted_high - mu) / sigma
    )
    place = np.log if kernels.is_log else np.asarray
    if not kernels.step:
        away = (place(values)[:, None] - mu) / sigma
        return np.asarray(-0.5 * away * away - 0.5 * math.log(2 * math.pi) - np.log(sigma) - inside)
    unique, index = np.unique(values, return_inverse=True)
    left, right = (place(unique + side * kernels.step / 2)[:, None] for side in (-1, 1))
    return np.asarray((log_normal_mass((left - mu) / sigma, (right - mu) / sigma) - inside)[index])


def log_normal_mass(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Logarithm of the probability that a standard normal number is between two others.

    Args:
        low: Lower ends.
        high: Higher ends, above the lower ones.

    Example:
        >>> log_normal_mass(np.array([-1.0, 30.0]), np.array([1.0, 31.0])).round(3).tolist()
        [-0.382, -454.321]
    """
    is_right = low > 0  # the left tail keeps what the right one rounds away
    low, high = np.where(is_right, -high, low), np.where(is_right, -low, high)
    below = log_ndtr(np.minimum(high, 0.0))
    with np.errstate(divide="ignore"):  # of the branch that is not taken
        in_tail = below + np.log1p(-np.exp(np.minimum(log_ndtr(low) - below, 0.0)))
        around = np.log1p(-ndtr(np.minimum(low, 0.0)) - ndtr(-np.maximum(high, 0.0)))
    return np.asarray(np.where(high <= 0, in_tail, around))
