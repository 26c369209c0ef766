"""Classification of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.models.averages import of_mirror_images
from pipelines.inputs.augmentation import make_augmentation
from pipelines.inputs.feeds import ArrayFeed, DatasetFeed, Feed, Transform
from pipelines.inputs.files import image_file_batches
from pipelines.inputs.images import image_transform
from pipelines.inputs.indexed import count_steps
from pipelines.preprocessing.images import ImagePreprocessor
from pipelines.tasks.classification import PREDICTION_BATCH, Classification
from pipelines.tasks.sample_weights import training_weights

if TYPE_CHECKING:
    from pipelines.datasets.containers import Split

# The baseline sees images of at most so many pixels a side: it is linear in the pixels, and
# neighbours tell it little.
THUMBNAIL = 16
# Rows times features times classes up to which logistic regression takes seconds.
_LOGISTIC_WORK = 5e7


class ImageClassification(Classification):
    """Images `[samples, height, width, channels]`, scaled inside the compiled loop.

    The arrays stay in the dataset's own type (8-bit pixels take a quarter of the memory of
    float32); each batch is scaled and augmented after it was gathered. Images that the dataset
    leaves on disk are decoded while the model trains.

    Its own hyperparameters are `image_size`: height and width in pixels that images are resized
    to; 0 keeps the size of the dataset; and `test_flips`: whether the mean of what the model says
    of an image and of its mirror image is scored, too, under names of its own.
    """

    extra_names = frozenset({"image_size", "test_flips"}) | Classification.extra_names

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        size = self.extra.get("image_size", 0)
        self._preprocessor = ImagePreprocessor(
            scale=dataset.scale,
            standardize=options.standardize,
            size=(size, size) if size else None,
            depth=int(dataset.options.get("depth", 16)),
        )
        self._preprocessor.fit(dataset.train.x, dataset.train.y)
        self._augmentation = make_augmentation(
            options.augment or None, value_range=self._preprocessor.value_range
        )
        if self.soft_labels and dataset.train.weights is not None:
            raise ValueError(
                "Weights of images have no place where images are mixed. Got "
                f"augment={options.augment!r} beside weights: take an augmentation that mixes "
                "none, such as flip-crop."
            )

    @property
    def soft_labels(self) -> bool:
        """Whether labels are class weights, because the augmentation mixes images."""
        return self._augmentation.mixes_labels

    def model_arguments(self) -> dict[str, Any]:
        """`input_shape`, and `num_classes` under both names that builders use."""
        return {
            "input_shape": self._preprocessor.input_shape,
            "num_classes": self.dataset.num_classes,
            "num_outputs": self.outputs,
        }

    def inputs(self, x: Any) -> Any:
        """Scaled images, `float32`."""
        return self._preprocessor.transform(x)

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """Logits; images on disk are read a batch at a time."""
        if not hasattr(x, "paths"):
            return super().predict(model, x)
        starts = range(0, len(x), PREDICTION_BATCH)
        parts = [super(ImageClassification, self).predict(model, x[self._rows(s)]) for s in starts]
        return np.concatenate(parts)

    def scores_apart(self, model: keras.Model, split: Split) -> dict[str, float]:
        """With `test_flips`, scores of the mean probabilities of images and mirror images."""
        if not self.extra.get("test_flips", False):
            return {}
        both = self.average([model, of_mirror_images(model)])
        scores = self.measure(self.predict(both, split.x), split.y)
        return {f"{name}_with_flips": score for name, score in scores.items()}

    def features(self, x: Any) -> Any:
        """Pixels of thumbnails as a matrix, `float32[images, features]`."""
        starts = range(0, len(x), PREDICTION_BATCH)
        small = [thumbnails(self._preprocessor.arrange(x[self._rows(s)])) for s in starts]
        return np.concatenate(small).reshape(len(x), -1)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """A linear method on thumbnails, fitted on the same rows.

        Logistic regression, or linear discriminant analysis where that would take minutes.
        """
        rows = self.training_rows(with_validation=with_validation)
        height, width, channels = self._preprocessor.input_shape
        features = min(height, THUMBNAIL) * min(width, THUMBNAIL) * channels
        work = len(rows) * features * (self.dataset.num_classes or 1)
        if work <= _LOGISTIC_WORK:
            return super().baseline(split, with_validation=with_validation)
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1)
        model.fit(self.features(rows.x), rows.y)
        log_probabilities = model.predict_log_proba(self.features(split.x))
        return "linear discriminant analysis", log_probabilities

    def training_feed(self, *, seed: int, with_validation: bool) -> Feed:
        """Shuffled, scaled and augmented batches."""
        data = self.training_rows(with_validation=with_validation)
        return self.weighted(self._feed(data, seed=seed, training=True))

    def validation_feed(self) -> Feed:
        """Validation batches in order."""
        return self._feed(self.dataset.validation)

    def serving_config(self) -> dict[str, Any]:
        """The scaling and the class names; images of any size are brought to the model's."""
        inputs = {**self._preprocessor.to_config(), "resize": True}
        return {"inputs": inputs, "outputs": self.class_output()}

    def raw_example(self) -> np.ndarray:
        """Two raw images."""
        x = self.dataset.train.x[:2]
        return self._preprocessor.arrange(x) if hasattr(x, "paths") else np.asarray(x)

    @staticmethod
    def _rows(start: int) -> slice:
        return slice(start, start + PREDICTION_BATCH)

    def _feed(self, split: Split, *, seed: int = 0, training: bool = False) -> Feed:
        if hasattr(split.x, "paths"):
            return self._file_feed(split, seed=seed, training=training)
        return ArrayFeed(
            self._preprocessor.arrange(split.x),
            split.y,
            batch_size=self.options.batch_size if training else PREDICTION_BATCH,
            seed=seed,
            shuffle=training,
            transform=self._transform(augment=training),
            sample_weight=training_weights(split) if training else None,
        )

    def _file_feed(self, split: Split, *, seed: int, training: bool) -> DatasetFeed:
        size = self.options.batch_size if training else PREDICTION_BATCH
        weights = training_weights(split) if training else None
        return DatasetFeed(
            lambda epoch: image_file_batches(
                split.x,
                split.y,
                preprocessor=self._preprocessor,
                batch_size=size,
                shuffle=training,
                seed=seed,
                augment=self._augmentation if training else None,
                classes=self._one_hot_classes,
                sample_weight=weights,
                epoch=epoch,
                epochs=None,
            ),
            steps=count_steps(len(split), size),
            samples=len(split),
            repeats=not training,
        )

    @property
    def _one_hot_classes(self) -> int | None:
        return self.dataset.num_classes if self.soft_labels else None

    def _transform(self, *, augment: bool) -> Transform:
        return image_transform(
            self._preprocessor,
            self._augmentation if augment else None,
            classes=self._one_hot_classes,
        )


def thumbnails(images: np.ndarray) -> np.ndarray:
    """Means over blocks of pixels, so that no side is longer than `THUMBNAIL`.

    Args:
        images: `[n, height, width, channels]`; rows and columns that fill no block are cut off.

    Returns:
        `float32[n, rows, columns, channels]`.

    Example:
        >>> thumbnails(np.ones((2, 64, 8, 3))).shape
        (2, 16, 8, 3)
    """
    count, height, width, channels = images.shape
    down, across = -(-height // THUMBNAIL), -(-width // THUMBNAIL)
    rows, columns = height // down, width // across
    cut = images[:, : rows * down, : columns * across]
    blocks = cut.reshape(count, rows, down, columns, across, channels)
    return blocks.mean(axis=(2, 4), dtype=np.float32)
