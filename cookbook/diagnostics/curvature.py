"""Hessian, its largest and smallest eigenvalues, its trace, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cookbook.diagnostics.loss_function import LossFunction

Product = Callable[[np.ndarray], np.ndarray]

# A dense Hessian of this many parameters takes 32 MB in float64 and as many products.
_DENSE_LIMIT = 2000


@dataclass(frozen=True, kw_only=True)
class Curvature:
    """What the loss looks like around a point.

    Attributes:
        largest: Largest eigenvalue of the Hessian, λ_max.
        smallest: Smallest eigenvalue, λ_min.
        trace: Sum of all eigenvalues, estimated.
        gradient_norm: ‖∇L‖₂; the words of the verdict assume that it is small.
        verdict: `"sharp"`, `"flat"`, `"saddle"` or `"maximum"`.
    """

    largest: float
    smallest: float
    trace: float
    gradient_norm: float
    verdict: str

    def explain(self) -> str:
        """One sentence that says the verdict and why."""
        reasons = {
            "sharp": "gradient descent with this learning rate cannot stay here",
            "flat": "gradient descent with this learning rate is stable here",
            "saddle": "the loss rises in some directions and falls in others",
            "maximum": "the loss rises nowhere",
        }
        return (
            f"{self.verdict}: {reasons[self.verdict]} (eigenvalues from {self.smallest:.3g} "
            f"to {self.largest:.3g}, gradient norm {self.gradient_norm:.3g})."
        )


def hessian(loss: LossFunction, point: np.ndarray | None = None) -> np.ndarray:
    """The exact matrix of second derivatives of a small model's loss.

    H_ij = ∂²L / ∂θ_i ∂θ_j, one Hessian-vector product per column. It is symmetric where
    the second derivatives are continuous; at the kink of a ReLU they are not.

    Args:
        loss: Loss of at most 2000 parameters.
        point: `float[size]`; the present weights if None.

    Returns:
        `float64[size, size]`, not symmetrised.

    Raises:
        ValueError: If the model has too many parameters.
    """
    if loss.size > _DENSE_LIMIT:
        raise ValueError(
            f"A dense Hessian is for at most {_DENSE_LIMIT} parameters. Got {loss.size}: "
            "use `extreme_eigenvalues` and `hutchinson_trace`, which need no matrix."
        )
    basis = np.eye(loss.size)
    columns = [loss.hessian_vector_product(column, point) for column in basis]
    return np.stack(columns, axis=1).astype(np.float64)


def extreme_eigenvalues(
    product: Product, size: int, *, iterations: int = 30, seed: int = 0
) -> tuple[float, float]:
    """Smallest and largest eigenvalue of a symmetric matrix by the Lanczos method.

    Full reorthogonalisation, so both ends are exact after `size` iterations and usually
    after a few tens of them. (Lanczos 1950; Golub and Van Loan, chapter 10.)

    Args:
        product: `v -> A v` for `float64[size]`, with A symmetric.
        size: Order of A, at least 1.
        iterations: Largest number of products, at least 1.
        seed: Seed of the start vector.

    Returns:
        `(smallest, largest)`.

    Raises:
        ValueError: If `size` or `iterations` is below 1.

    Example:
        >>> matrix = np.diag([-2.0, 1.0, 5.0])
        >>> low, high = extreme_eigenvalues(lambda v: matrix @ v, 3)
        >>> round(low, 6), round(high, 6)
        (-2.0, 5.0)
    """
    if size < 1 or iterations < 1:
        raise ValueError(
            f"`size >= 1` and `iterations >= 1` must hold. Got {size=}, {iterations=}."
        )
    vector = np.random.default_rng(seed).normal(size=size)
    basis = [vector / np.linalg.norm(vector)]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(iterations, size)):
        image = np.asarray(product(basis[-1]), np.float64)
        diagonal.append(float(basis[-1] @ image))
        spanned = np.stack(basis)
        for _ in range(2):  # once is not enough in floating point (Parlett)
            image = image - spanned.T @ (spanned @ image)
        length = float(np.linalg.norm(image))
        if length <= 1e-10 * max(np.abs(diagonal)):
            break  # the basis already holds an invariant subspace
        beside.append(length)
        basis.append(image / length)
    beside = beside[: len(diagonal) - 1]
    values = np.linalg.eigvalsh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return float(values[0]), float(values[-1])


def hutchinson_trace(
    product: Product, size: int, *, samples: int = 100, seed: int = 0
) -> tuple[float, float]:
    """Unbiased estimate of the trace, tr A = E[zᵀ A z] with random signs z.

    Args:
        product: `v -> A v` for `float64[size]`.
        size: Order of A, at least 1.
        samples: Number of products, at least 2.
        seed: Seed of the signs.

    Returns:
        The mean and its standard error. Exact for a diagonal A: z_i² = 1 (Hutchinson 1990).

    Raises:
        ValueError: If `size` is below 1 or `samples` below 2.

    Example:
        >>> hutchinson_trace(lambda v: np.array([1.0, 4.0]) * v, 2)
        (5.0, 0.0)
    """
    if size < 1 or samples < 2:
        raise ValueError(f"`size >= 1` and `samples >= 2` must hold. Got {size=}, {samples=}.")
    generator = np.random.default_rng(seed)
    signs = generator.choice([-1.0, 1.0], size=(samples, size))
    values = np.array([float(sign @ product(sign)) for sign in signs])
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(samples))


def judge_curvature(
    smallest: float, largest: float, *, learning_rate: float, tolerance: float = 1e-2
) -> str:
    """Says in a word what the ends of the Hessian's spectrum mean.

    A saddle has eigenvalues of both signs, whatever their size (Dauphin et al. 2014).
    Among minima, "sharp" is relative to the learning rate η: gradient descent on a
    quadratic with curvature λ converges exactly when λ < 2 / η (Cohen et al. 2021).

    Args:
        smallest: λ_min.
        largest: λ_max, at least λ_min.
        learning_rate: η > 0 of plain gradient descent.
        tolerance: An eigenvalue counts as zero below this part of the largest magnitude,
            in [0, 1): float32 products and unfinished training leave small negative ones.

    Returns:
        `"saddle"`, `"maximum"`, `"sharp"` or `"flat"`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> judge_curvature(0.1, 30.0, learning_rate=0.1)
        'sharp'
        >>> judge_curvature(-1.0, 30.0, learning_rate=0.01)
        'saddle'
    """
    if not smallest <= largest or not learning_rate > 0 or not 0 <= tolerance < 1:
        raise ValueError(
            "`smallest <= largest`, `learning_rate > 0` and `0 <= tolerance < 1` must hold. "
            f"Got {smallest=}, {largest=}, {learning_rate=}, {tolerance=}."
        )
    zero = tolerance * max(abs(smallest), abs(largest))
    if smallest < -zero:
        return "saddle" if largest > zero else "maximum"
    return "sharp" if largest > 2.0 / learning_rate else "flat"


def measure_curvature(
    loss: LossFunction,
    *,
    learning_rate: float,
    iterations: int = 30,
    samples: int = 30,
    seed: int = 0,
) -> Curvature:
    """Measures and judges the curvature of a loss at the model's present weights.

    Args:
        loss: Loss of any size; no matrix is formed.
        learning_rate: η > 0 that "sharp" is judged against.
        iterations: Lanczos iterations, at least 1.
        samples: Samples of the trace estimate, at least 2.
        seed: Seed of both.

    Returns:
        The ends of the spectrum, the trace and the verdict.
    """
    smallest, largest = extreme_eigenvalues(
        loss.hessian_vector_product, loss.size, iterations=iterations, seed=seed
    )
    trace, _ = hutchinson_trace(loss.hessian_vector_product, loss.size, samples=samples, seed=seed)
    return Curvature(
        largest=largest,
        smallest=smallest,
        trace=trace,
        gradient_norm=float(np.linalg.norm(loss.gradient())),
        verdict=judge_curvature(smallest, largest, learning_rate=learning_rate),
    )
