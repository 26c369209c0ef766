"""Where a Gaussian process over a space expects the largest improvement."""

from __future__ import annotations

import numpy as np

from tuning.strategies.cube import Cube, among
from tuning.strategies.process import Process, log_improvement

_ANYWHERE = 200
_PARENTS, _CHILDREN = 5, 30
_FINER = (0.1, 0.04, 0.015, 0.005)  # widths of the rounds of refinement
_KEPT, _FRESH = 6, 16


def best_candidate(
    process: Process, cube: Cube, known: np.ndarray, generator: np.random.Generator
) -> np.ndarray | None:
    """Searches the row of a new point with the largest expected improvement.

    Gradients would not help with steps, options and conditions: random rows and changed copies of
    the best known points are compared, and the best of them changed less and less.

    Args:
        process: Fitted.
        cube: The space.
        known: Rows of all points that were tried or are being tried, `float[n, d]`.
        generator: Random numbers.

    Returns:
        The row, or None when every candidate is known.
    """
    means = process.predict(process.x)[0]
    parents = process.x[np.argsort(means, kind="stable")[:_PARENTS]]
    copies = np.repeat(parents, _CHILDREN, axis=0)
    widths = 10 ** generator.uniform(-2, -0.4, (len(copies), 1))
    changed = shaken(copies, cube.unordered, generator, width=widths, chance=0.3)
    rows = cube.snap(np.concatenate([generator.random((_ANYWHERE, known.shape[1])), changed]))
    best = float(means.min())
    scores = _scores(process, rows, known, best)
    for width in _FINER:
        top = np.argsort(-scores, kind="stable")[:_KEPT]
        copies = np.repeat(rows[top], _FRESH, axis=0)
        fresh = cube.snap(shaken(copies, cube.unordered, generator, width=width, chance=0.4))
        rows = np.concatenate([rows[top], fresh])
        scores = np.concatenate([scores[top], _scores(process, fresh, known, best)])
    first = int(np.argmax(scores))
    return rows[first] if np.isfinite(scores[first]) else None


def _scores(process: Process, rows: np.ndarray, known: np.ndarray, best: float) -> np.ndarray:
    scores = log_improvement(*process.predict(rows), best)
    scores[among(rows, known)] = -np.inf
    return scores


def shaken(
    rows: np.ndarray,
    unordered: np.ndarray,
    generator: np.random.Generator,
    *,
    width: float | np.ndarray,
    chance: float,
) -> np.ndarray:
    """Copies of rows of which at least one coordinate was changed.

    Args:
        rows: `float[n, d]` in [0, 1].
        unordered: Coordinates that are drawn anew instead of moved, `bool[d]`.
        generator: Random numbers.
        width: Deviation of a move; the ends of the cube reflect it.
        chance: Probability that a coordinate changes besides the first.

    Returns:
        `float[n, d]` in [0, 1].
    """
    size, columns = rows.shape
    moved = generator.random((size, columns)) < chance
    moved[np.arange(size), generator.integers(0, columns, size)] = True
    steps = np.abs(rows + generator.normal(size=rows.shape) * width)
    reflected = np.clip(1 - np.abs(1 - steps), 0.0, 1.0)
    changed = np.where(unordered, generator.random(rows.shape), reflected)
    return np.where(moved, changed, rows)
