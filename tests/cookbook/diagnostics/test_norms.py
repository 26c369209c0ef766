"""Norms against their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cookbook.diagnostics import matrix_norm, vector_norm

X = np.random.default_rng(0).normal(size=7)
A = np.random.default_rng(1).normal(size=(4, 3))
SINGULAR = np.sqrt(np.linalg.eigvalsh(A.T @ A))


@pytest.mark.parametrize("order", [0.5, 1, 2, 3, 7.5])
def test_lp_is_its_formula(order: float) -> None:
    assert vector_norm(X, order) == pytest.approx(np.sum(np.abs(X) ** order) ** (1 / order))


def test_limits_of_lp() -> None:
    assert vector_norm([0.0, -2.0, 0.0, 5.0], 0) == 2  # source 002 prints the formula of Lp
    assert vector_norm(X, math.inf) == np.abs(X).max()
    assert vector_norm(X, 400) == pytest.approx(vector_norm(X, math.inf), rel=1e-2)
    assert vector_norm([], 2) == 0 == vector_norm([0.0, 0.0], 3)


def test_no_power_overflows() -> None:
    assert vector_norm([3e200, 4e200], 2) == pytest.approx(5e200)


@pytest.mark.parametrize(
    ("kind", "order", "expected"),
    [
        ("entrywise", 2, np.sqrt((A**2).sum())),
        ("entrywise", 0, A.size),
        ("induced", 1, np.abs(A).sum(axis=0).max()),
        ("induced", math.inf, np.abs(A).sum(axis=1).max()),
        ("induced", 2, SINGULAR.max()),
        ("schatten", 1, SINGULAR.sum()),
        ("schatten", 0, 3),
        ("schatten", math.inf, SINGULAR.max()),
    ],
)
def test_matrix_norms(kind: str, order: float, expected: float) -> None:
    assert matrix_norm(A, order, kind=kind) == pytest.approx(expected)


@pytest.mark.parametrize("order", [1, 2, math.inf])
def test_induced_norm_bounds_every_image(order: float) -> None:
    images = [A @ v for v in np.random.default_rng(2).normal(size=(50, 3))]
    vectors = np.random.default_rng(2).normal(size=(50, 3))
    bound = matrix_norm(A, order, kind="induced")
    for image, vector in zip(images, vectors, strict=True):
        assert vector_norm(image, order) <= bound * vector_norm(vector, order) * (1 + 1e-12)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="`0 <= order <= inf` must hold"):
        vector_norm(X, -1)
    with pytest.raises(ValueError, match="A matrix has two axes"):
        matrix_norm(X)
    with pytest.raises(ValueError, match="Did you mean 'induced'"):
        matrix_norm(A, kind="inducd")
    with pytest.raises(ValueError, match="closed form for the orders 1, 2 and inf only"):
        matrix_norm(A, 3, kind="induced")
