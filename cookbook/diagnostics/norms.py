"""Norms of vectors and matrices, each by its own formula.

They are those of the notes on norms, optimizers and recurrent networks (source 002).
The source prints the formula of Lp for L0; L0 counts what is not zero.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from cookbook._names import unknown_name


def vector_norm(x: ArrayLike, order: float = 2.0) -> float:
    """‖x‖_p = (Σ |x_i|^p)^(1/p), with its two limits.

    | order | name | formula |
    |---|---|---|
    | 0 | L0 | number of i with x_i ≠ 0 |
    | 1 | L1, Manhattan | Σ |x_i| |
    | 2 | L2, Euclid | √ Σ x_i² |
    | p | Lp | (Σ |x_i|^p)^(1/p) |
    | ∞ | L∞, maximum | max |x_i| |

    L0, and Lp below 1, break an axiom of norms (scaling the first, the triangle inequality
    the second) and carry the name by custom.

    Args:
        x: Numbers of any shape, read as one vector.
        order: p in [0, ∞].

    Returns:
        The norm; 0 for an empty vector.

    Raises:
        ValueError: If the order is negative or NaN.

    Example:
        >>> [vector_norm([3.0, 0.0, -4.0], p) for p in (0, 1, 2, math.inf)]
        [2.0, 7.0, 5.0, 4.0]
    """
    if not order >= 0:
        raise ValueError(f"`0 <= order <= inf` must hold. Got order={order}.")
    values = np.abs(np.ravel(np.asarray(x, np.float64)))
    largest = float(values.max(initial=0.0))
    if order == 0:
        return float(np.count_nonzero(values))
    if largest == 0 or math.isinf(order) or not math.isfinite(largest):
        return largest
    # Scaled, so that no power overflows or vanishes.
    return largest * float(np.sum((values / largest) ** order) ** (1.0 / order))


def matrix_norm(matrix: ArrayLike, order: float = 2.0, *, kind: str = "entrywise") -> float:
    """Norm of a matrix: of its entries, or of the map it stands for.

    | order | entrywise | induced: max ‖A x‖_p / ‖x‖_p | schatten: of the singular values |
    |---|---|---|---|
    | 0 | entries ≠ 0 | - | rank |
    | 1 | Σ |a_ij| | largest column sum of |a_ij| | nuclear |
    | 2 | Frobenius | largest singular value | Frobenius |
    | ∞ | max |a_ij| | largest row sum of |a_ij| | largest singular value |

    Args:
        matrix: `float[rows, columns]`.
        order: p in [0, ∞]; 1, 2 or ∞ for `"induced"`.
        kind: `"entrywise"`, `"induced"` or `"schatten"`.

    Returns:
        The norm.

    Raises:
        ValueError: If the array is no matrix, or the kind has no such order.

    Example:
        >>> matrix = [[3.0, 0.0], [0.0, 4.0]]
        >>> [matrix_norm(matrix, kind=kind) for kind in ("entrywise", "induced", "schatten")]
        [5.0, 4.0, 5.0]
    """
    values = np.asarray(matrix, np.float64)
    if values.ndim != 2:
        raise ValueError(f"A matrix has two axes. Got shape {values.shape}.")
    if kind == "entrywise":
        return vector_norm(values, order)
    if kind == "schatten":
        singular = np.linalg.svd(values, compute_uv=False)
        return float(np.linalg.matrix_rank(values)) if order == 0 else vector_norm(singular, order)
    if kind != "induced":
        raise ValueError(unknown_name("kind of norm", kind, ["entrywise", "induced", "schatten"]))
    if order not in (1, 2, math.inf):
        raise ValueError(
            "Induced norms have a closed form for the orders 1, 2 and inf only. "
            f"Got order={order}: take one of them or kind='entrywise'."
        )
    return float(np.linalg.norm(values, order))
