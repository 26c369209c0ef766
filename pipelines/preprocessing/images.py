"""Raw images to scaled arrays of one size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from pipelines.preprocessing.base import Preprocessing, not_fitted
from pipelines.preprocessing.pixels import image_list, to_channels, to_size

# Statistics are summed over this many images at a time: no float64 copy of the whole set.
_CHUNK = 1024


class ImagePreprocessor(Preprocessing):
    """Brings images to one size and channel count, to [0, 1], and optionally standardizes.

    The order is: decode (paths), channels, size, `scale`, then per channel
    `(value - mean) / deviation` with the statistics of the training images.

    Files that come later get the pixels that they would have had in training: if it was fitted on
    an array, a file is first brought to the size of the images in it.

    Args:
        scale: Factor from raw values to [0, 1]: `1 / 255` for 8-bit images, `1 / 16` for digits.
        standardize: Subtract the mean and divide by the standard deviation of each channel.
        size: `(height, width)` in pixels that every image is resized to (bilinear, with
            antialiasing). `None`: the size of the training images, which must then agree.
        channels: 1 (grey) or 3 (red, green, blue). `None`: as the training images have.
        depth: Bits of grey 16-bit files, see `pipelines.preprocessing.pixels.decode`.

    Raises:
        ValueError: If an option is out of range.

    Example:
        >>> images = np.array([[[[0], [255]]]], np.uint8)
        >>> ImagePreprocessor(scale=1 / 255).fit_transform(images).ravel().tolist()
        [0.0, 1.0]
        >>> ImagePreprocessor(standardize=True).fit_transform(images).ravel().round(3).tolist()
        [-1.0, 1.0]
    """

    name: ClassVar[str] = "image"

    def __init__(
        self,
        *,
        scale: float = 1 / 255,
        standardize: bool = False,
        size: tuple[int, int] | None = None,
        channels: int | None = None,
        depth: int = 16,
    ) -> None:
        if not scale > 0:
            raise ValueError(f"`scale > 0` must hold. Got scale={scale}.")
        if size is not None and min(size) < 1:
            raise ValueError(f"An image has at least 1x1 pixels. Got size={size}.")
        if channels not in (None, 1, 3):
            raise ValueError(f"channels is 1 (grey), 3 (colour) or None. Got {channels}.")
        self.scale = float(scale)
        self.standardize = standardize
        self._size = None if size is None else (int(size[0]), int(size[1]))
        self._channels = channels
        self.depth = depth
        self._fixed_size = size is not None
        self._read_size: tuple[int, int] | None = None
        self._mean: list[float] | None = None
        self._deviation: list[float] | None = None
        self._fitted = False

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)` of the transformed images."""
        if not self._fitted or self._size is None or self._channels is None:
            raise not_fitted(self)
        return (*self._size, self._channels)

    @property
    def resizes(self) -> bool:
        """Whether images of other sizes are resized; else they are errors."""
        return self._fixed_size

    @property
    def read_size(self) -> tuple[int, int]:
        """`(height, width)` that files get while they are decoded; then comes `input_shape`."""
        return self._read_size or self.input_shape[:2]

    def affine(self) -> tuple[np.ndarray, np.ndarray]:
        """`(multiplier, offset)`, each `float32[channels]`: transformed = raw * m + o."""
        channels = self.input_shape[-1]
        mean = np.asarray(self._mean or [0.0] * channels)
        deviation = np.asarray(self._deviation or [1.0] * channels)
        return (
            (self.scale / deviation).astype(np.float32),
            (-mean / deviation).astype(np.float32),
        )

    @property
    def value_range(self) -> tuple[np.ndarray, np.ndarray]:
        """What black (0) and white (1 / `scale`) become, each `float32[channels]`."""
        multiplier, offset = self.affine()
        return offset, (multiplier / self.scale + offset).astype(np.float32)

    def fit(self, x: Any, y: Any = None) -> Self:
        """Takes size, channels and statistics from training images.

        Args:
            x: `[n, height, width, channels]` or `[n, height, width]`, or a list of such images
                of any sizes, or a list of image files.
            y: Ignored.

        Raises:
            ValueError: If there is no image, if sizes differ without `size`, or if a channel
                is constant while it should be standardized.
        """
        if len(x) == 0:
            raise ValueError("The training split must hold at least one image. Got none.")
        if hasattr(x, "paths") and self._size is None:
            (self._size, self._channels), self._fixed_size = (x.size, x.channels), True
        if isinstance(x, np.ndarray):
            self._read_size = (x.shape[1], x.shape[2])
        first = image_list(x[:1], depth=self.depth)[0]
        self._channels = self._channels or (1 if first.shape[-1] in (1, 2) else 3)
        self._size = self._size or (first.shape[0], first.shape[1])
        self._fitted = True
        if self.standardize:
            self._fit_statistics(x)
        return self

    def _fit_statistics(self, x: Any) -> None:
        count, total, squares = 0, 0.0, 0.0
        # Shifted by the middle of the range, the variance of nearly constant data keeps digits.
        for start in range(0, len(x), _CHUNK):
            values = self.arrange(x[start : start + _CHUNK]) * self.scale - 0.5
            count += values[..., 0].size
            total = total + values.sum(axis=(0, 1, 2), dtype=np.float64)
            squares = squares + np.square(values, dtype=np.float64).sum(axis=(0, 1, 2))
        mean = np.asarray(total / count)
        variance = np.asarray(squares / count) - mean**2
        if np.any(variance <= 1e-12):
            raise ValueError(
                "A channel to standardize must vary over the training images. Channels "
                f"{np.flatnonzero(variance <= 1e-12).tolist()} are constant: set "
                "standardize=False, or remove the channel."
            )
        self._mean = (mean + 0.5).tolist()
        self._deviation = np.sqrt(variance).tolist()

    def arrange(self, x: Any) -> np.ndarray:
        """Images in raw units with the right size and channels.

        Args:
            x: As for `fit`.

        Returns:
            `[n, height, width, channels]`; an array that already fits is returned as it is.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If an image has another size and no `size` was given.
        """
        height, width, channels = self.input_shape
        if isinstance(x, np.ndarray) and x.shape[1:] == (height, width, channels):
            return x
        size = self.read_size if self._fixed_size else None
        found = image_list(x, size=size, depth=self.depth)
        images = [to_channels(image, channels) for image in found]
        if not self._fixed_size:
            self._refuse_other_sizes(images, getattr(x, "paths", x))
        if not images:
            return np.empty((0, height, width, channels), np.uint8)
        return np.stack([to_size(image, (height, width)) for image in images])

    def _refuse_other_sizes(self, images: list[np.ndarray], given: Any) -> None:
        for index, image in enumerate(images):
            if image.shape[:2] != self._size:
                named = isinstance(given[index], (str, Path))
                name = given[index] if named else f"Image {index}"
                raise ValueError(
                    f"All images must have one size. {name} has {image.shape[:2]} pixels, the "
                    f"first training image {self._size}: pass size=(height, width) to resize."
                )

    def transform(self, x: Any) -> np.ndarray:
        """Images as `float32[n, height, width, channels]`."""
        multiplier, offset = self.affine()
        return self.arrange(x).astype(np.float32) * multiplier + offset

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Transformed images back in [0, 1], for figures."""
        multiplier, offset = self.affine()
        return np.clip((np.asarray(x) - offset) / (multiplier / self.scale), 0.0, 1.0)

    def graph_transform(self) -> Callable[[Any], Any]:
        """`transform` of arranged images as a TensorFlow function, for compiled loops."""
        import tensorflow as tf

        multiplier, offset = self.affine()

        def scale(images: Any) -> Any:
            scaled = tf.cast(images, tf.float32) * multiplier
            return scaled + offset if np.any(offset) else scaled

        return scale

    def to_config(self) -> dict[str, Any]:
        """Options, size and statistics."""
        height, width, channels = self.input_shape
        return {
            "name": self.name,
            "scale": self.scale,
            "standardize": self.standardize,
            "size": [height, width],
            "read_size": list(self.read_size),
            "resize": self._fixed_size,
            "channels": channels,
            "depth": self.depth,
            "mean": self._mean,
            "deviation": self._deviation,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        made = cls(
            scale=config["scale"],
            standardize=config["standardize"],
            size=tuple(config["size"]),
            channels=config["channels"],
            depth=config.get("depth", 16),
        )
        made._fixed_size = config["resize"]
        # Models that were saved before it was written read their files at once.
        made._read_size = tuple(config.get("read_size", config["size"]))
        made._mean, made._deviation = config["mean"], config["deviation"]
        made._fitted = True
        return made
