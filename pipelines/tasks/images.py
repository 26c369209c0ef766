"""Classification of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.inputs.augmentation import make_augmentation
from pipelines.inputs.images import image_transform
from pipelines.preprocessing.images import ImagePreprocessor
from pipelines.tasks.classification import Classification
from pipelines.training.feeds import ArrayFeed, Transform

if TYPE_CHECKING:
    from pipelines.datasets.containers import Split


class ImageClassification(Classification):
    """Images `[samples, height, width, channels]`, scaled inside the compiled loop.

    The arrays stay in the dataset's own type (8-bit pixels take a quarter of the memory of
    float32); each batch is scaled and augmented after it was gathered.
    """

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        self._preprocessor = ImagePreprocessor(scale=dataset.scale, standardize=options.standardize)
        self._preprocessor.fit(dataset.train.x, dataset.train.y)
        self._augmentation = make_augmentation(
            options.augment or None, value_range=self._preprocessor.value_range
        )

    @property
    def soft_labels(self) -> bool:
        """Whether labels are class weights, because the augmentation mixes images."""
        return self._augmentation.mixes_labels

    def model_arguments(self) -> dict[str, Any]:
        """`input_shape`, and `num_classes` under both names that builders use."""
        classes = self.dataset.num_classes
        return {
            "input_shape": self._preprocessor.input_shape,
            "num_classes": classes,
            "num_outputs": classes,
        }

    def inputs(self, x: Any) -> Any:
        """Scaled images, `float32`."""
        return self._preprocessor.transform(x)

    def features(self, x: Any) -> Any:
        """Pixels as a matrix."""
        return np.asarray(x, np.float32).reshape(len(x), -1)

    def training_feed(self, *, seed: int, with_validation: bool) -> ArrayFeed:
        """Shuffled, scaled and augmented batches."""
        data = self.dataset.train_and_validation() if with_validation else self.dataset.train
        return self._feed(data, self._transform(augment=True), seed=seed, shuffle=True)

    def validation_feed(self) -> ArrayFeed:
        """Validation batches in order."""
        return self._feed(self.dataset.validation, self._transform(augment=False))

    def serving_config(self) -> dict[str, Any]:
        """The scaling and the class names."""
        return {"inputs": self._preprocessor.to_config(), "outputs": self.class_output()}

    def raw_example(self) -> np.ndarray:
        """Two raw images."""
        return np.asarray(self.dataset.train.x[:2])

    def _feed(
        self, split: Split, transform: Transform, *, seed: int = 0, shuffle: bool = False
    ) -> ArrayFeed:
        return ArrayFeed(
            split.x,
            split.y,
            batch_size=self.options.batch_size if shuffle else 256,
            seed=seed,
            shuffle=shuffle,
            transform=transform,
        )

    def _transform(self, *, augment: bool) -> Transform:
        return image_transform(
            self._preprocessor,
            self._augmentation if augment else None,
            classes=self.dataset.num_classes if self.soft_labels else None,
        )
