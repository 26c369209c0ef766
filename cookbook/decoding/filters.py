"""Changes of a next-token distribution before a token is drawn from it."""

from __future__ import annotations

import numpy as np


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Turns logits into log-probabilities over the last axis.

    Args:
        logits: `float[..., vocabulary_size]`; minus infinity marks an impossible token.

    Returns:
        `float64` of the same shape.

    Example:
        >>> np.exp(log_softmax(np.array([0.0, np.log(3.0)]))).round(6).tolist()
        [0.25, 0.75]
    """
    shifted = np.asarray(logits, "float64")
    shifted = shifted - shifted.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def filter_logits(
    logits: np.ndarray,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> np.ndarray:
    """Sharpens a distribution and cuts off its tail, in this order.

    1. `temperature` divides the logits: below 1 the likely become likelier, towards 0 the
       draw becomes greedy.
    2. `top_k` keeps the k likeliest tokens.
    3. `top_p` keeps the smallest set of likeliest tokens whose probability reaches p
       (nucleus sampling, Holtzman et al. 2020), measured on what step 2 left.

    Equal logits are ranked by token id. At least one token always stays.

    Args:
        logits: `float[..., vocabulary_size]`.
        temperature: Above 0.
        top_k: Number of tokens to keep, at least 1; `None` for all.
        top_p: Probability to keep, in (0, 1]; `None` for all.

    Returns:
        `float64` logits of the same shape; dropped tokens are minus infinity.

    Raises:
        ValueError: If an argument is outside its range.

    Example:
        >>> filter_logits(np.log([0.5, 0.3, 0.2]), top_p=0.6).round(3).tolist()
        [-0.693, -1.204, -inf]
    """
    check_filters(temperature, top_k, top_p)
    logits = np.asarray(logits, "float64") / temperature
    if top_k is None and top_p is None:
        return logits
    order = np.argsort(-logits, axis=-1, kind="stable")
    ranked = np.take_along_axis(logits, order, axis=-1)
    if top_k is not None:
        ranked[..., top_k:] = -np.inf
    if top_p is not None:
        probabilities = np.exp(log_softmax(ranked))
        mass_before = np.cumsum(probabilities, axis=-1) - probabilities
        ranked = np.where(mass_before < top_p, ranked, -np.inf)
    kept = np.empty_like(ranked)
    np.put_along_axis(kept, order, ranked, axis=-1)
    return kept


def check_filters(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Refuses arguments of `filter_logits` outside their ranges.

    Raises:
        ValueError: If an argument is outside its range.
    """
    if not temperature > 0:
        raise ValueError(
            f"`temperature > 0` must hold. Got temperature={temperature}: "
            "use `greedy` for the likeliest token."
        )
    if top_k is not None and top_k < 1:
        raise ValueError(f"`top_k` keeps at least 1 token. Got top_k={top_k}.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"`0 < top_p <= 1` must hold. Got top_p={top_p}.")
