"""How good generated images are, by a classifier that knows real ones."""

from __future__ import annotations

import warnings
from typing import Self

import numpy as np

FEATURES = 64
CONFIDENT = 0.9


class ImageJudge:
    """A small classifier of real images that looks at generated ones.

    It knows only what its training images show. Its numbers compare generators of the same
    data with each other; they are not those of papers, which use an Inception network.

    Example:
        >>> from sklearn.datasets import load_digits
        >>> digits = load_digits()
        >>> images = digits.images[..., None] / 16
        >>> judge = ImageJudge().fit(images[:600], digits.target[:600])
        >>> scores = judge.scores(images[600:1200], images[600:1200])
        >>> scores["confident"] > 0.8, abs(scores["frechet_distance"]) < 1e-6
        (True, True)
    """

    def fit(self, images: np.ndarray, labels: np.ndarray) -> Self:
        """Learns to tell real images apart.

        Args:
            images: `float[n, height, width, channels]` in [0, 1].
            labels: `int[n]`.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        self._model = MLPClassifier(
            (FEATURES,), batch_size=32, learning_rate_init=3e-3, max_iter=50, random_state=0
        )
        with warnings.catch_warnings():
            # It need not converge to the last digit: it must be right on clear images.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(_rows(images), labels)
        return self

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Probabilities of the classes, `float[n, classes]`."""
        return np.asarray(self._model.predict_proba(_rows(images)))

    def features(self, images: np.ndarray) -> np.ndarray:
        """Activations of the hidden layer, `float64[n, 64]`."""
        hidden = _rows(images) @ self._model.coefs_[0] + self._model.intercepts_[0]
        return np.maximum(hidden, 0.0).astype(np.float64)

    def scores(self, images: np.ndarray, real: np.ndarray) -> dict[str, float]:
        """Compares generated images with real ones.

        Args:
            images: Generated ones, `float[n, height, width, channels]` in [0, 1], n >= 2.
            real: Real ones that the generator was not trained on, as many or not.

        Returns:
            `confident`: the share whose class the judge gives at least probability 0.9;
            `class_balance` in (0, 1]: `exp(entropy)` of the classes it sees over their number,
            1 where all are equally frequent and 1 / classes where there is only one;
            `frechet_distance` >= 0 between the features of both sets, 0 for equal sets.
        """
        probabilities = self.probabilities(images)
        counts = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
        shares = counts[counts > 0] / len(images)
        return {
            "confident": float(np.mean(probabilities.max(axis=1) >= CONFIDENT)),
            "class_balance": float(np.exp(-(shares * np.log(shares)).sum()) / len(counts)),
            "frechet_distance": frechet_distance(self.features(images), self.features(real)),
        }


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Squared Frechet distance of two sets of points, each taken for a Gaussian.

    `|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))` (Dowson and Landau 1982; Heusel et al. 2017),
    with means m and covariances S.

    Args:
        first: `float[n, features]`, n >= 2.
        second: `float[m, features]`, m >= 2.

    Returns:
        The distance, at least 0.

    Example:
        >>> points = np.array([[0.0], [2.0]])
        >>> round(frechet_distance(points, points + 3), 6)
        9.0
    """
    means = [points.mean(axis=0) for points in (first, second)]
    s1, s2 = (np.atleast_2d(np.cov(points, rowvar=False)) for points in (first, second))
    # The eigenvalues of S1 S2 are those of the symmetric S1^(1/2) S2 S1^(1/2).
    values, vectors = np.linalg.eigh(s1)
    root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    product = np.linalg.eigvalsh(root @ s2 @ root)
    covariance = np.trace(s1) + np.trace(s2) - 2 * np.sqrt(np.maximum(product, 0.0)).sum()
    distance = float(np.square(means[0] - means[1]).sum() + covariance)
    return max(distance, 0.0)


def _rows(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, np.float32).reshape(len(images), -1)
