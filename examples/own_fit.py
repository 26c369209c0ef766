"""Parts of the cookbook in your own `model.fit`: first on a `tf.data` pipeline, then on arrays.

`python -m examples.own_fit` trains both on the handwritten digits and prints their validation
accuracies. docs/library.md goes through it line by line.
"""

from __future__ import annotations

import keras

from cookbook.callbacks import GradientMonitor
from cookbook.models import convnet
from cookbook.schedules import OneCycle
from pipelines.datasets import load_dataset
from pipelines.inputs import image_batches


def on_pipeline(epochs: int = 8) -> keras.callbacks.History:
    """Trains on augmented batches of a `tf.data` pipeline.

    Args:
        epochs: Passes over the 1,257 training images.

    Returns:
        What `model.fit` returns.
    """
    digits = load_dataset("digits")
    train = image_batches(
        digits.train.x / 16, digits.train.y, batch_size=32, shuffle=True, augment="digits"
    )
    validation = image_batches(digits.validation.x / 16, digits.validation.y, batch_size=256)
    rate = OneCycle(0.01, epochs * len(train))
    model = convnet((8, 8, 1), 10, widths=(16, 32))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, ["accuracy"])
    monitor = GradientMonitor(digits.train.x[:64] / 16, digits.train.y[:64])
    return model.fit(
        train, validation_data=validation, epochs=epochs, callbacks=[monitor], verbose=0
    )


def on_arrays(epochs: int = 8) -> keras.callbacks.History:
    """Trains on plain arrays: the same dataset, builder, schedule and callback.

    Args:
        epochs: Passes over the 1,257 training images.

    Returns:
        What `model.fit` returns.
    """
    digits = load_dataset("digits")
    (x, y), validation = ((split.x / 16, split.y) for split in (digits.train, digits.validation))
    rate = OneCycle(0.01, epochs * -(-len(x) // 32))
    model = convnet((8, 8, 1), 10, widths=(16, 32))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, ["accuracy"])
    monitor = GradientMonitor(x[:64], y[:64])
    return model.fit(
        x, y, validation_data=validation, epochs=epochs, callbacks=[monitor], verbose=0
    )


if __name__ == "__main__":
    for train in (on_pipeline, on_arrays):
        keras.utils.set_random_seed(0)
        print(f"{train.__name__}: {train().history['val_accuracy'][-1]:.3f}")
