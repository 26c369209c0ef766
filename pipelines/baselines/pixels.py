"""Classes of pixels by a linear method that knows no shapes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from pipelines.baselines.classifiers import make_classifier

MOST_PIXELS = 20_000
_WINDOWS = (3, 9)


class PixelClassifier:
    """Logistic regression of a pixel's colours and of the mean colours around it.

    Example:
        >>> images = np.zeros((2, 8, 8, 1)); images[:, :4] = 1.0
        >>> masks = (images[..., 0] > 0.5).astype(int)
        >>> bool((PixelClassifier().fit(images, masks).predict(images) == masks).all())
        True
    """

    def fit(self, images: np.ndarray, masks: np.ndarray) -> Self:
        """Learns from at most 20,000 pixels, drawn with a fixed seed.

        Args:
            images: `float[n, height, width, channels]`.
            masks: Class numbers `int[n, height, width]`.
        """
        labels = masks.reshape(-1)
        rows = np.random.default_rng(0).permutation(len(labels))[:MOST_PIXELS]
        self._model: Any = make_classifier("logistic regression")
        self._model.fit(_features(images).reshape(len(labels), -1)[rows], labels[rows])
        return self

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Class numbers, `uint8[n, height, width]`."""
        features = _features(images)
        found = self._model.predict(features.reshape(-1, features.shape[-1]))
        return np.asarray(found, np.uint8).reshape(images.shape[:3])


def _features(images: np.ndarray) -> np.ndarray:
    """Colours and their means over windows, `float32[n, height, width, features]`."""
    from scipy.ndimage import uniform_filter

    pixels = np.asarray(images, np.float32)
    means = [uniform_filter(pixels, (1, side, side, 1), mode="nearest") for side in _WINDOWS]
    return np.concatenate([pixels, *means], axis=-1)
