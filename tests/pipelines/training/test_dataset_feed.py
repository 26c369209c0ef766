"""A feed of a dataset keeps the rules of `Feed`, and makes its dataset once."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from pipelines.datasets.registry import load_dataset
from pipelines.hyperparameters.options import TrainingOptions
from pipelines.inputs.feeds import DatasetFeed
from pipelines.inputs.files import image_file_batches
from pipelines.inputs.indexed import indexed_batches
from pipelines.inputs.pairs import pair_batches
from pipelines.preprocessing import ImagePreprocessor
from pipelines.tasks.images import ImageClassification

COUNT, BATCH = 10, 4
STEPS = -(-COUNT // BATCH)


def _arrays(folder: Path):
    numbers = np.arange(COUNT)
    return lambda **o: indexed_batches((numbers, numbers), batch_size=BATCH, **o)


def _pairs(folder: Path):
    # The first token of a target is its number, from 2 on: 0 is padding, 1 ends it.
    targets = [[number + 2, *[5] * (number % 3), 1] for number in range(COUNT)]
    return lambda **o: pair_batches(targets, targets, batch_size=BATCH, **o)


def _files(folder: Path):
    paths = []
    for number in range(COUNT):
        paths.append(folder / f"{number}.png")
        pixels = np.full((8, 8, 3), number, np.uint8)
        Image.fromarray(pixels).save(paths[-1])
    preprocessor = ImagePreprocessor().fit(paths[:1])
    return lambda **o: image_file_batches(
        paths, np.arange(COUNT), preprocessor=preprocessor, batch_size=BATCH, augment="flip", **o
    )


# Maker of a dataset, and where a batch shows which samples it holds.
FEEDS = {
    "arrays": (_arrays, lambda batch: batch[1]),
    "pairs": (_pairs, lambda batch: batch[0][1][:, 0] - 2),
    "image files": (_files, lambda batch: batch[1]),
}


class Counted:
    """A feed that tells the numbers of its samples and how many datasets were made."""

    def __init__(self, name, folder, *, epochs=None, shuffle=True, seed=3):
        make, self._numbers = FEEDS[name]
        batches = make(folder)
        self.made = []

        def dataset(epoch):
            self.made.append(epoch)
            return batches(shuffle=shuffle, seed=seed, epoch=epoch, epochs=epochs)

        self.feed = DatasetFeed(dataset, steps=STEPS, samples=COUNT, repeats=not shuffle)
        self._draw = tf.function(lambda state, step: self.feed.batch(state, step))

    def epoch(self, number, steps=STEPS):
        state = self.feed.start(number)
        drawn = [self._numbers(self._draw(state, tf.constant(step))) for step in range(steps)]
        return np.concatenate(drawn).tolist()


@pytest.fixture(params=FEEDS)
def make(request, tmp_path):
    return lambda **options: Counted(request.param, tmp_path, **options)


def test_rule_1_every_sample_is_in_one_batch_of_an_epoch(make):
    feed = make()
    for number in range(3):
        assert sorted(feed.epoch(number)) == list(range(COUNT))


def test_rule_2_the_order_follows_from_seed_and_epoch_alone(make):
    running = make()
    epochs = [running.epoch(number) for number in range(3)]
    assert running.made == [0]
    assert epochs[0] != epochs[1] != epochs[2]
    resumed = make()
    assert [resumed.epoch(number) for number in (1, 2)] == epochs[1:]
    assert resumed.made == [1]
    assert make(epochs=1).epoch(2) == epochs[2]
    assert make(seed=4).epoch(0) != epochs[0]


def test_rule_2_holds_after_an_epoch_that_was_broken_off(make):
    feed = make()
    expected = [feed.epoch(number) for number in range(2)]
    feed.epoch(2, steps=1)
    assert feed.epoch(2, steps=2) == make().epoch(2)[: 2 * BATCH]
    assert [feed.epoch(0), feed.epoch(1)] == expected
    assert feed.made == [0, 2, 0]


def test_rule_2_a_second_first_epoch_is_the_first_again(make):
    feed = make()
    assert feed.epoch(0) == feed.epoch(0)


def test_validation_reads_on_though_its_epoch_is_always_the_first(make):
    feed = make(shuffle=False)
    assert [feed.epoch(0) for _ in range(3)] == [list(range(COUNT))] * 3
    assert feed.made == [0]


@pytest.mark.exhaustive
def test_a_dataset_of_one_epoch_is_made_for_each(make):
    feed = make(epochs=1)
    assert sorted(feed.epoch(0) + feed.epoch(1)) == sorted([*range(COUNT)] * 2)
    assert feed.made == [0, 1]


def test_the_images_of_a_folder_come_in_the_order_of_seed_and_epoch(tmp_path):
    for number, label in itertools.product(range(20), "ab"):
        path = tmp_path / label / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        value = number + 100 * (label == "b")
        Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(path)
    dataset = load_dataset("image-folder", path=tmp_path, in_memory=False)
    options = TrainingOptions(batch_size=8, augment="flip-crop")

    def epochs(*numbers):
        task = ImageClassification(dataset, options, {})
        feed = task.training_feed(seed=5, with_validation=False)
        found = []
        for number in numbers:
            state = feed.start(number)
            images = [feed.batch(state, tf.constant(step))[0] for step in range(feed.steps)]
            found.append(np.concatenate(images))
        return found

    whole = epochs(0, 1, 2)
    assert len(whole[0]) == len(dataset.train)
    assert not np.array_equal(whole[0], whole[1])
    # Augmented pixels and all: what a resumed training sees is bit for bit the same.
    np.testing.assert_array_equal(epochs(2)[0], whole[2])
