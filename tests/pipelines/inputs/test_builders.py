"""Every builder of batches: complete epochs, seeded order, resumption, cardinality."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from pipelines import inputs
from pipelines.inputs import (
    image_batches,
    image_file_batches,
    image_transform,
    language_model_windows,
    pair_batches,
    tabular_batches,
    text_batches,
)
from pipelines.inputs.feeds import ArrayFeed
from pipelines.preprocessing import ImagePreprocessor

COUNT, BATCH = 11, 4
RNG = np.random.default_rng(4)
IMAGES = RNG.integers(0, 256, (COUNT, 8, 8, 3), dtype=np.uint8)
NUMBERS = np.arange(COUNT)
SEQUENCES = [np.arange(1, 2 + n % 5) for n in range(COUNT)]
TARGETS = [np.arange(1, 4 + n % 3) for n in range(COUNT)]
PREPROCESSOR = ImagePreprocessor().fit(IMAGES)

Build = Callable[..., tf.data.Dataset]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("images")
    paths = [root / f"{number}.png" for number in range(COUNT)]
    for path, image in zip(paths, IMAGES, strict=True):
        Image.fromarray(image).save(path)
    return paths


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> np.memmap:
    path = tmp_path_factory.mktemp("mapped") / "images.npy"
    np.save(path, IMAGES)
    return np.load(path, mmap_mode="r")  # type: ignore[return-value]


@pytest.fixture(scope="module")
def builders(folder: list[Path], mapped: np.memmap) -> dict[str, Build]:
    """Each builds batches whose targets are the numbers of the samples."""
    shared = {"batch_size": BATCH, "preprocessor": PREPROCESSOR, "augment": "horizontal_flip"}
    pairs_y = [np.array([1, number + 2, 5]) for number in NUMBERS]
    return {
        "image_batches": lambda **o: image_batches(IMAGES, NUMBERS, **shared, **o),
        "image_batches mapped": lambda **o: image_batches(mapped, NUMBERS, **shared, **o),
        "image_file_batches": lambda **o: image_file_batches(folder, NUMBERS, **shared, **o),
        "tabular_batches": lambda **o: tabular_batches(
            NUMBERS[:, None], NUMBERS, batch_size=BATCH, **o
        ),
        "text_batches": lambda **o: text_batches(SEQUENCES, NUMBERS, batch_size=BATCH, **o),
        "pair_batches": lambda **o: pair_batches(SEQUENCES, pairs_y, batch_size=BATCH, **o).map(
            lambda x, y: (x[0], y[:, 0] - 2)
        ),
        "language_model_windows": lambda **o: language_model_windows(
            np.arange(3 * (COUNT + 1)), batch_size=BATCH, window=3, **o
        ).map(lambda x, y: (x, x[:, 0] // 3)),
    }


NAMES = [
    "image_batches",
    "image_batches mapped",
    "image_file_batches",
    "tabular_batches",
    "text_batches",
    "pair_batches",
    "language_model_windows",
]
each = pytest.mark.parametrize("name", NAMES)


def read(dataset: tf.data.Dataset, limit: int = 99) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(dataset.take(limit).as_numpy_iterator())


def test_every_builder_has_a_row(builders: dict[str, Build]) -> None:
    public = {n for n in inputs.__all__ if n.endswith("_batches") or n.endswith("_windows")}
    # `feed_batches` makes a dataset of any feed: tests/pipelines/inputs/test_feed_datasets.py.
    assert {name.split()[0] for name in NAMES} == public - {"feed_batches"}
    assert set(builders) == set(NAMES)


@each
@pytest.mark.parametrize("shuffle", [False, True])
def test_an_epoch_holds_every_sample_once(
    name: str, shuffle: bool, builders: dict[str, Build]
) -> None:
    batches = read(builders[name](shuffle=shuffle))
    numbers = np.concatenate([y for _, y in batches])
    assert [len(y) for _, y in batches] == [4, 4, 3]
    assert sorted(numbers.tolist()) == NUMBERS.tolist()
    if not shuffle:
        assert numbers.tolist() == NUMBERS.tolist()


@each
def test_the_seed_decides_all_and_epochs_differ(name: str, builders: dict[str, Build]) -> None:
    def order(**options: Any) -> list[int]:
        return np.concatenate(
            [y for _, y in read(builders[name](shuffle=True, **options))]
        ).tolist()

    first = order(seed=0)
    assert first == order(seed=0)
    assert first != order(seed=1)
    assert first != order(seed=0, epoch=1)


@each
def test_a_resumed_training_sees_the_uninterrupted_epochs(
    name: str, builders: dict[str, Build]
) -> None:
    both = read(builders[name](shuffle=True, seed=3, epochs=2))
    endless = read(builders[name](shuffle=True, seed=3, epochs=None), limit=6)
    resumed = read(builders[name](shuffle=True, seed=3, epoch=1))
    for other, part in ((endless, both), (resumed, both[3:])):
        for (x, y), (a, b) in zip(other, part, strict=True):
            np.testing.assert_array_equal(x, a)
            np.testing.assert_array_equal(y, b)


@each
def test_keras_knows_the_number_of_batches(name: str, builders: dict[str, Build]) -> None:
    assert builders[name](epochs=2).cardinality() == 6
    assert builders[name](epochs=None).cardinality() == tf.data.INFINITE_CARDINALITY


def test_batches_are_those_of_an_array_feed() -> None:
    transform = image_transform(PREPROCESSOR, "flip-crop-mixup", classes=COUNT)
    feed = ArrayFeed(IMAGES, NUMBERS, batch_size=BATCH, seed=9, transform=transform)
    state = feed.start(5)
    dataset = image_batches(
        IMAGES,
        NUMBERS,
        batch_size=BATCH,
        shuffle=True,
        seed=9,
        augment="flip-crop-mixup",
        preprocessor=PREPROCESSOR,
        classes=COUNT,
        epoch=5,
    )
    for step, (x, y) in enumerate(read(dataset)):
        a, b = feed.batch(state, tf.constant(step))
        np.testing.assert_allclose(x, a, atol=1e-6)
        np.testing.assert_allclose(y, b, atol=1e-6)


def test_files_array_and_map_give_the_same_batches(builders: dict[str, Build]) -> None:
    batches = [read(builders[name](shuffle=True, seed=1)) for name in NAMES[:3]]
    for parts in zip(*batches, strict=True):
        for x, y in parts[1:]:
            np.testing.assert_allclose(x, parts[0][0], atol=1e-6)
            np.testing.assert_array_equal(y, parts[0][1])


def test_without_augmentation_batches_are_the_transformed_images() -> None:
    dataset = image_batches(IMAGES, NUMBERS, batch_size=COUNT, preprocessor=PREPROCESSOR)
    np.testing.assert_allclose(read(dataset)[0][0], PREPROCESSOR.transform(IMAGES), rtol=1e-6)


def test_sample_weights_go_along() -> None:
    weights = NUMBERS.astype(np.float32)
    batches = read(tabular_batches(NUMBERS, NUMBERS, batch_size=3, sample_weight=weights))
    for _, y, weight in batches:  # type: ignore[misc]
        np.testing.assert_array_equal(weight, y)


def test_keras_trains_on_an_endless_dataset() -> None:
    import keras

    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    dataset = image_batches(
        IMAGES, NUMBERS / COUNT, batch_size=BATCH, preprocessor=PREPROCESSOR, epochs=None
    )
    history = model.fit(dataset, epochs=2, steps_per_epoch=3, shuffle=False, verbose=0)
    assert len(history.history["loss"]) == 2


def test_errors() -> None:
    def images(y: Any = NUMBERS, **options: Any) -> tf.data.Dataset:
        return image_batches(IMAGES, y, **{"batch_size": 2, **options})

    with pytest.raises(ValueError, match=r"one length\. Got \[10, 11\]"):
        images(NUMBERS[1:])
    with pytest.raises(ValueError, match=r"11 samples, batch_size=0"):
        images(batch_size=0)
    with pytest.raises(ValueError, match=r"0 samples, batch_size=2"):
        image_batches(IMAGES[:0], NUMBERS[:0], batch_size=2)
    with pytest.raises(ValueError, match=r"Got epoch=-1, epochs=1"):
        images(epoch=-1)
    with pytest.raises(ValueError, match=r"Got epoch=0, epochs=0"):
        images(epochs=0)
    with pytest.raises(ValueError, match=r"Pass classes=<number of classes>"):
        images(augment="mixup")
    with pytest.raises(ValueError, match=r"Number 1 is empty"):
        text_batches([[1], []], [0, 1], batch_size=1)
