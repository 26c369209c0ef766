"""Parts of the cookbook in your own `model.fit`: on a `tf.data` pipeline, then on plain arrays.

`python -m examples.own_fit` trains both on the handwritten digits and prints their validation
accuracies; docs/library.md explains the lines.
"""

from __future__ import annotations

import keras

from cookbook.callbacks import GradientMonitor
from cookbook.models import convnet
from cookbook.schedules import OneCycle
from pipelines.datasets import load_dataset
from pipelines.inputs import image_batches

LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def on_pipeline(epochs: int = 8) -> keras.callbacks.History:
    """Trains on the augmented batches of a `tf.data` pipeline.

    Args:
        epochs: Passes over the 1,257 training images.

    Returns:
        What `model.fit` returns.
    """
    data = load_dataset("digits")
    x, y, steps = data.train.x / 16, data.train.y, -(-len(data.train) // 32)
    batches = image_batches(x, y, batch_size=32, shuffle=True, augment="digits", epochs=None)
    held_out = image_batches(data.validation.x / 16, data.validation.y, batch_size=256)
    model = convnet((8, 8, 1), 10, widths=(16, 32))
    rate = OneCycle(0.01, epochs * steps)
    model.compile(keras.optimizers.Adam(rate), LOSS, metrics=["accuracy"])
    return model.fit(
        batches,
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=held_out,
        callbacks=[GradientMonitor(x[:64], y[:64])],
        shuffle=False,
    )


def on_arrays(epochs: int = 8) -> keras.callbacks.History:
    """Trains on plain arrays with the same dataset, builder, schedule and callback.

    Args:
        epochs: Passes over the 1,257 training images.

    Returns:
        What `model.fit` returns.
    """
    data = load_dataset("digits")
    x, y, steps = data.train.x / 16, data.train.y, -(-len(data.train) // 32)
    model = convnet((8, 8, 1), 10, widths=(16, 32))
    rate = OneCycle(0.01, epochs * steps)
    model.compile(keras.optimizers.Adam(rate), LOSS, metrics=["accuracy"])
    return model.fit(
        x,
        y,
        epochs=epochs,
        batch_size=32,
        validation_data=(data.validation.x / 16, data.validation.y),
        callbacks=[GradientMonitor(x[:64], y[:64])],
    )


if __name__ == "__main__":
    for train in (on_pipeline, on_arrays):
        keras.utils.set_random_seed(0)
        print(f"{train.__name__}: {train().history['val_accuracy'][-1]:.3f}")
