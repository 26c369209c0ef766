"""Update rules in NumPy, written from the papers, with Keras' constants and epsilon places.

Each maker returns `step(w, g, k) -> w` with its own state; `k` counts from 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Step = Callable[[Array, Array, int], Array]


def sgd(rate: float, momentum: float = 0.0, *, nesterov: bool = False) -> Step:
    velocity = 0.0

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal velocity
        velocity = momentum * velocity - rate * g
        return w + (momentum * velocity - rate * g if nesterov else velocity)

    return step


def adagrad(rate: float) -> Step:
    total = 0.1  # Keras starts the accumulator there

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal total
        total = total + g**2
        return w - rate * g / np.sqrt(total + 1e-7)

    return step


def adadelta(rate: float, rho: float = 0.95) -> Step:
    squares = steps = 0.0

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal squares, steps
        squares = rho * squares + (1 - rho) * g**2
        change = -np.sqrt(steps + 1e-7) / np.sqrt(squares + 1e-7) * g
        steps = rho * steps + (1 - rho) * change**2
        return w + rate * change

    return step


def rmsprop(rate: float, momentum: float = 0.0, rho: float = 0.9) -> Step:
    squares = gathered = 0.0

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal squares, gathered
        squares = rho * squares + (1 - rho) * g**2
        gathered = momentum * gathered + rate * g / np.sqrt(squares + 1e-7)
        return w - gathered

    return step


def adam(
    rate: float, decay: float = 0.0, first_decay: Callable[[int], float] | None = None
) -> Step:
    first = second = 0.0
    product = 1.0
    beta = first_decay or (lambda k: 0.9)

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal first, second, product
        w = w - rate * decay * w
        product *= beta(k)
        first = beta(k) * first + (1 - beta(k)) * g
        second = 0.999 * second + 0.001 * g**2
        # Keras adds epsilon to the uncorrected root.
        corrected = np.sqrt(1 - 0.999 ** (k + 1)) / (1 - product)
        return w - rate * corrected * first / (np.sqrt(second) + 1e-7)

    return step


def adamax(rate: float) -> Step:
    first = largest = 0.0

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal first, largest
        first = 0.9 * first + 0.1 * g
        largest = np.maximum(0.999 * largest, np.abs(g))
        return w - rate / (1 - 0.9 ** (k + 1)) * first / (largest + 1e-7)

    return step


def nadam(rate: float) -> Step:
    first = second = 0.0
    product = 1.0

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal first, second, product
        now = 0.9 * (1 - 0.5 * 0.96 ** (k + 1))
        then = 0.9 * (1 - 0.5 * 0.96 ** (k + 2))
        product *= now
        first = 0.9 * first + 0.1 * g
        second = 0.999 * second + 0.001 * g**2
        ahead = then * first / (1 - product * then) + (1 - now) * g / (1 - product)
        return w - rate * ahead / (np.sqrt(second / (1 - 0.999 ** (k + 1))) + 1e-7)

    return step


def lion(rate: float) -> Step:
    first = 0.0

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal first
        w = w - rate * np.sign(0.9 * first + 0.1 * g)
        first = 0.99 * first + 0.01 * g
        return w

    return step


def muon(rate: float, decay: float) -> Step:
    momentum = 0.0

    def step(w: Array, g: Array, k: int) -> Array:
        nonlocal momentum
        w = w - rate * decay * w
        momentum = 0.95 * momentum + g
        x = 0.95 * momentum + g  # Nesterov
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / (np.linalg.norm(x) + 1e-7)
        for _ in range(5):
            square = x @ x.T
            x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
        x = x.T if tall else x
        return w - rate * x * 0.2 * np.sqrt(max(w.shape))

    return step
