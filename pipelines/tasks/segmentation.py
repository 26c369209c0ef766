"""Segmentation: a class for every pixel of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from cookbook.losses.registry import LOSSES
from pipelines.baselines.pixels import PixelClassifier
from pipelines.figures import image_grid_figure
from pipelines.inputs.augmentation import make_augmentation
from pipelines.inputs.feeds import ArrayFeed, Feed
from pipelines.inputs.images import ImageTransform, image_transform
from pipelines.inputs.presets import check_mask_augmentation
from pipelines.preprocessing.images import ImagePreprocessor
from pipelines.serving.masks import coloured
from pipelines.tasks.base import Task
from pipelines.tasks.class_weights import WeightedFeed, class_weights
from pipelines.tasks.losses import label_loss
from pipelines.tasks.scores import mask_scores, overlaps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split

PREDICTION_BATCH = 64
SHOWN = 8


class Segmentation(Task):
    """Masks of images, from a logit per pixel and class.

    What moves the pixels of an image moves those of its mask; what changes colours leaves the
    mask alone. Images and masks stay in 8 bits until a batch needs them.

    Its own hyperparameter is `class_weight`, as for `Classification`: the weights of pixels by
    their class. Losses on whole masks have weights of their own (`weighted_dice`).

    Raises:
        ValueError: If the augmentation has no meaning for masks, or classes are weighted twice.
    """

    extra_names = frozenset({"class_weight"})

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        check_mask_augmentation(options.augment)
        self._preprocessor = ImagePreprocessor(
            scale=dataset.scale,
            standardize=options.standardize,
            depth=int(dataset.options.get("depth", 16)),
        ).fit(dataset.train.x)
        self._augmentation = make_augmentation(
            options.augment or None, value_range=self._preprocessor.value_range
        )
        self._pixels = np.asarray(dataset.train.y).ravel()
        self._class_weights = class_weights(
            self.extra.get("class_weight"), self._pixels, dataset.classes or ()
        )
        loss = LOSSES.get(options.loss) if options.loss else None
        others = loss is not None and (loss.weighs_classes or loss.targets == "masks")
        if self._class_weights is not None and others:
            raise ValueError(
                "`class_weight` weights pixels, which goes with losses of single pixels. Got "
                f"class_weight and loss={options.loss!r}: leave class_weight out, or take "
                "weighted_dice or weighted_iou with loss.class_weights."
            )

    @property
    def classes(self) -> int:
        """Number of classes, the background among them."""
        return self.dataset.num_classes or 1

    def model_arguments(self) -> dict[str, Any]:
        """`input_shape` and `num_classes`."""
        return {"input_shape": self._preprocessor.input_shape, "num_classes": self.classes}

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy of every pixel, or the loss that the options name."""
        return label_loss(self.options, counts=np.bincount(self._pixels, minlength=self.classes))

    def metrics(self) -> list[keras.metrics.Metric]:
        """Share of right pixels, and the mean intersection over union of the classes."""
        return [
            keras.metrics.SparseCategoricalAccuracy(name="pixel_accuracy"),
            keras.metrics.MeanIoU(self.classes, sparse_y_pred=False, name="mean_iou"),
        ]

    def training_feed(self, *, seed: int, with_validation: bool) -> Feed:
        """Shuffled, scaled and augmented batches."""
        data = self.training_rows(with_validation=with_validation)
        feed = self._feed(data, seed=seed, training=True)
        return feed if self._class_weights is None else WeightedFeed(feed, self._class_weights)

    def validation_feed(self) -> ArrayFeed:
        """Validation batches in order."""
        return self._feed(self.dataset.validation)

    def _feed(self, split: Split, *, seed: int = 0, training: bool = False) -> ArrayFeed:
        augmentation = self._augmentation if training else None
        return ArrayFeed(
            self._preprocessor.arrange(split.x),
            np.asarray(split.y),
            batch_size=self.options.batch_size if training else PREDICTION_BATCH,
            seed=seed,
            shuffle=training,
            transform=MaskTransform(image_transform(self._preprocessor, augmentation)),
        )

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """The likeliest class of every pixel, `uint8[images, height, width]`."""
        found = []
        for start in range(0, len(x), PREDICTION_BATCH):
            images = self._preprocessor.transform(x[start : start + PREDICTION_BATCH])
            logits = model.predict(images, batch_size=PREDICTION_BATCH, verbose=0)
            found.append(logits.argmax(axis=-1).astype(np.uint8))
        return np.concatenate(found)

    def measure(self, predictions: np.ndarray, y: Any) -> dict[str, float]:
        """Mean IoU and mean Dice over the classes, and the share of right pixels."""
        return mask_scores(predictions, y, classes=self.classes)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Logistic regression of single pixels: their colours, and means around them."""
        rows = self.training_rows(with_validation=with_validation)
        model = PixelClassifier().fit(self._preprocessor.transform(rows.x), np.asarray(rows.y))
        return "logistic regression of pixels", model.predict(self._preprocessor.transform(split.x))

    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """A few images with their true masks and the predicted ones; IoU and Dice of classes."""
        images = self._preprocessor.transform(split.x[:SHOWN])
        rows = {
            "image": self._preprocessor.restore(images),
            f"true mask: {', '.join(self.dataset.classes or ())}": coloured(split.y[:SHOWN]),
            "predicted": coloured(predictions[:SHOWN]),
        }
        iou, dice = overlaps(predictions, split.y, classes=self.classes)
        report = {
            name: {"iou": _number(iou[place]), "dice": _number(dice[place])}
            for place, name in enumerate(self.dataset.classes or ())
        }
        return {"masks": image_grid_figure(rows)}, {"overlaps": report}

    def serving_config(self) -> dict[str, Any]:
        """The scaling and the class names; images of any size are brought to the model's."""
        inputs = {**self._preprocessor.to_config(), "resize": True}
        outputs = {"kind": "masks", "classes": list(self.dataset.classes or ())}
        return {"inputs": inputs, "outputs": outputs}

    def raw_example(self) -> np.ndarray:
        """Two raw images."""
        return np.asarray(self.dataset.train.x[:2])


class MaskTransform:
    """The work on one batch of images with masks: both move alike.

    Args:
        transform: What is done to images.
    """

    def __init__(self, transform: ImageTransform) -> None:
        self._transform = transform

    def __call__(self, images: Any, masks: Any, seed: Any) -> tuple[Any, Any]:
        """Images `[batch, height, width, channels]`, masks `[batch, height, width]`."""
        layer = tf.cast(masks, images.dtype)[..., tf.newaxis]
        # As one more channel the mask takes every pixel from where the image takes it.
        joined, _ = self._transform.moves(tf.concat([images, layer], axis=-1), masks, seed)
        moved = tf.cast(joined[..., -1], masks.dtype)
        images, _ = self._transform.after_moves(joined[..., :-1], moved, seed)
        return images, moved


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
