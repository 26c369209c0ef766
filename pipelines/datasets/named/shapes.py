"""Drawn images with masks, for segmentation without a download."""

from __future__ import annotations

import functools

import numpy as np

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.splits.splitting import limit_rows, three_way

CLASSES = ("background", "disc", "square", "triangle")
IMAGES = 600
SIDE = 32
_DRAWING = 42


def shapes(*, seed: int, rows: int | None) -> Dataset:
    """Draws 600 images of one or two shapes on a shaded, noisy background.

    Colours say nothing about the class, and a shape may be darker or brighter than what is
    behind it: pixels alone do not tell, their surroundings do. Later shapes hide earlier ones.
    The images are always the same; `seed` decides the split only.

    Args:
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.

    Returns:
        Images `uint8[n, 32, 32, 3]` and masks `uint8[n, 32, 32]`; splits of 420, 90 and 90.
    """
    x, y = _drawn()
    parts = limit_rows(three_way(len(x), seed=seed), rows, seed=seed)
    train, validation, test = (Split(x[part], y[part]) for part in parts)
    return Dataset(
        name="shapes",
        modality="image",
        task="segmentation",
        train=train,
        validation=validation,
        test=SealedSplit(test),
        classes=CLASSES,
        fingerprint=fingerprint(content_digest(x, y), parts),
        scale=1 / 255,
    )


@functools.lru_cache(maxsize=1)
def _drawn() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(_DRAWING)
    drawn = [_draw(generator) for _ in range(IMAGES)]
    return np.stack([image for image, _ in drawn]), np.stack([mask for _, mask in drawn])


def _draw(generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One image `uint8[32, 32, 3]` and its mask `uint8[32, 32]`."""
    down, across = np.mgrid[:SIDE, :SIDE]
    shade = generator.uniform(-40, 40, 2) @ np.stack([down, across]).reshape(2, -1) / SIDE
    image = generator.uniform(60, 196, 3) + shade.reshape(SIDE, SIDE, 1)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(generator.integers(1, 3)):
        kind = int(generator.integers(1, len(CLASSES)))
        radius = generator.uniform(6, 10)
        row, column = generator.uniform(radius, SIDE - radius, 2)
        inside = _inside(kind, (down - row) / radius, (across - column) / radius)
        contrast = generator.uniform(25, 60, 3) * generator.choice([-1, 1], 3)
        image = np.where(inside[..., np.newaxis], image + contrast, image)
        mask[inside] = kind
    image += generator.normal(0, 6, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8), mask


def _inside(kind: int, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Which pixels a shape covers, from distances to its centre in radii."""
    if kind == 1:
        return np.hypot(down, across) <= 1
    if kind == 2:
        return np.maximum(abs(down), abs(across)) <= 0.85
    return (down <= 0.8) & (abs(across) <= (down + 1) / 1.8)
