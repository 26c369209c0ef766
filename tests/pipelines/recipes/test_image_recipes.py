"""The image recipes: their graphs are the catalogue's, and they train on images of their size."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PIL import Image

from cookbook.models.catalog import get_model
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.registry import load_dataset
from pipelines.hyperparameters.options import (
    TrainingOptions,
    check_parameter_names,
    split_parameters,
)
from pipelines.recipes.registry import load_recipe, recipe_names
from pipelines.tasks.images import THUMBNAIL, ImageClassification, thumbnails
from pipelines.training.experiment import Experiment

DATASETS = {"cifar10": ((32, 32, 3), 10), "tiny-imagenet": ((64, 64, 3), 200)}
# A row of the report's tables 1 to 4 is a recipe; its graph is that of a model of the catalogue.
LENETS = {
    "lenet": "lenet",
    "lenet-bn": "lenet-bn",
    "lenet-dp": "lenet",
    "lenet-bndp": "lenet-bn",
    "lenet-l2": "lenet",
    "super-lenet": "super-lenet",
    "super-lenet-wrong-init": "super-lenet",
}
RESNETS = {
    "resnet34": "resnet34",
    "resnet34-dp": "resnet34",
    "super-resnet34": "super-resnet34",
    "super-resnet34-wrong-init": "super-resnet34",
}
ROWS = [(dataset, row) for dataset in DATASETS for row in (*LENETS, *RESNETS)]
OTHERS = ["cifar10-cnn", "cifar10-small", "digits-cnn", "image"]


def _row(dataset, row):
    model = {**LENETS, **RESNETS}[row]
    suffix = "-tiny-imagenet" if dataset == "tiny-imagenet" else ""
    return load_recipe(f"{dataset}-{row}"), get_model(f"{model}{suffix}")


def _architecture(recipe):
    _, rest = split_parameters(recipe.defaults)
    return {k: v for k, v in rest.items() if k not in ImageClassification.extra_names}


def _images(count, shape, classes, seed):
    labels = np.arange(count) % classes
    noise = np.random.default_rng(seed).integers(0, 80, (count, *shape))
    bright = (labels * 160 // classes)[:, None, None, None]
    return Split((noise + bright).astype(np.uint8), labels.astype(np.int64))


def _dataset(shape, classes, rows=40):
    parts = [_images(count, shape, classes, seed) for seed, count in enumerate((rows, 20, 20))]
    return Dataset(
        name="generated",
        modality="image",
        task="classification",
        train=parts[0],
        validation=parts[1],
        test=SealedSplit(parts[2]),
        classes=tuple(f"class {number}" for number in range(classes)),
        fingerprint="0" * 64,
        scale=1 / 255,
    )


def test_every_row_of_the_report_is_a_recipe():
    assert {f"{dataset}-{row}" for dataset, row in ROWS} <= set(recipe_names())


@pytest.mark.parametrize(("dataset", "row"), ROWS)
def test_defaults_and_space_are_accepted(dataset, row):
    recipe, entry = _row(dataset, row)
    names = {*recipe.defaults, *recipe.space.dimensions, *recipe.tiny}
    known = ImageClassification.extra_names
    check_parameter_names(dict.fromkeys(names), recipe.builder, extra=known)
    assert (recipe.builder, recipe.dataset) == (entry.builder, dataset)
    # The row may add what carries no weight; what decides the graph is the catalogue's.
    shaping = {"hidden", "batch_norm", "depth", "variant"}
    for name in shaping:
        assert recipe.defaults.get(name) == entry.reference.get(name), name


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_wrong_start_changes_nothing_but_the_first_weights(dataset):
    for row in ("super-lenet", "super-resnet34"):
        right, wrong = (load_recipe(f"{dataset}-{row}{end}") for end in ("", "-wrong-init"))
        assert {**wrong.defaults, "initializer": None} == {**right.defaults, "initializer": None}
        assert wrong.defaults["initializer"]["config"] == {"stddev": 1.0}
        assert wrong.space.to_dict() == right.space.to_dict()


@pytest.mark.parametrize("name", OTHERS)
def test_names_of_other_recipes_are_accepted(name):
    recipe = load_recipe(name)
    names = {*recipe.defaults, *recipe.space.dimensions, *recipe.tiny}
    known = ImageClassification.extra_names
    check_parameter_names(dict.fromkeys(names), recipe.builder, extra=known)


@pytest.mark.parametrize(
    ("dataset", "row"),
    [pytest.param(*pair, marks=[pytest.mark.slow] if pair[1] in RESNETS else []) for pair in ROWS],
)
def test_parameters_are_those_of_the_catalogue(dataset, row):
    recipe, entry = _row(dataset, row)
    model = _model(recipe)
    assert _size(model) == entry.trainable


def _size(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def _model(recipe):
    shape, classes = DATASETS[recipe.dataset]
    size = recipe.defaults.get("image_size")
    builder = get_model("lenet" if "lenet" in recipe.name else "resnet34").build
    if recipe.name == "cifar10-small":
        builder = get_model("compact-residual").build
    shape = (size, size, 3) if size else shape
    return builder(**{"input_shape": shape, "num_classes": classes, **_architecture(recipe)})


def test_the_small_model_keeps_within_the_parameters_of_super_lenet():
    recipe = load_recipe("cifar10-small")
    count = _size(_model(recipe))
    assert count <= get_model("super-lenet").trainable == 62_458
    # No point of the space changes the graph's size.
    assert not {"block", "widths", "depths"} & set(recipe.space.dimensions)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        pytest.param("cifar10-lenet", (32, 32, 3), marks=pytest.mark.exhaustive),
        ("cifar10-super-lenet", (32, 32, 3)),
        pytest.param("cifar10-super-lenet-wrong-init", (32, 32, 3), marks=pytest.mark.exhaustive),
        ("tiny-imagenet-lenet-dp", (64, 64, 3)),
        ("image", (16, 16, 3)),
    ],
)
def test_a_recipe_trains_and_scores(name, shape):
    recipe = load_recipe(name)
    params = {**recipe.tiny, "batch_size": 16, "epochs": 1}
    experiment = Experiment(recipe, params, _dataset(shape, 4), seed=0)
    model, history = experiment.train()
    assert np.isfinite(history["loss"]).all()
    size = recipe.defaults.get("image_size", shape[0])
    assert model.input_shape == (None, size, size, 3)
    validation = experiment.dataset.validation
    scores = experiment.task.score(model, validation)
    assert scores["accuracy"] == pytest.approx(history["val_accuracy"][-1], abs=1e-6)
    _, predictions = experiment.task.baseline(validation)
    assert experiment.task.measure(predictions, validation.y)["accuracy"] == 1.0


def test_wrong_weights_start_far_above_the_loss_of_guessing():
    losses = {}
    for name in ("cifar10-super-lenet", "cifar10-super-lenet-wrong-init"):
        experiment = Experiment(load_recipe(name), {}, _dataset((32, 32, 3), 10), seed=0)
        model = experiment.build(total_steps=1)
        validation = experiment.dataset.validation
        losses[name] = experiment.task.score(model, validation)["crossentropy"]
    right, wrong = losses.values()
    # Logits of deviation s raise the loss of guessing by about s^2 / 2 while s is small.
    assert right < np.log(10) + 1
    assert wrong > 2 * np.log(10)


def test_a_large_dataset_gets_discriminant_analysis():
    dataset = _dataset((32, 32, 3), 20, rows=4000)
    task = ImageClassification(dataset, TrainingOptions(), {})
    name, predictions = task.baseline(dataset.validation)
    assert name == "linear discriminant analysis"
    assert predictions.shape == (20, 20)
    assert task.measure(predictions, dataset.validation.y)["accuracy"] > 0.9


def test_thumbnails_are_block_means():
    images = np.arange(2 * 32 * 48 * 1).reshape(2, 32, 48, 1)
    expected = images.reshape(2, 16, 2, 16, 3, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(thumbnails(images), expected)
    assert THUMBNAIL == 16


@pytest.mark.exhaustive
def test_images_on_disk_train_like_images_in_memory(tmp_path):
    split = _images(48, (16, 16, 3), 2, seed=3)
    for number, (pixels, label) in enumerate(zip(split.x, split.y, strict=True)):
        path = tmp_path / "photos" / f"class {label}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    recipe = dataclasses.replace(load_recipe("image"), metric="val_accuracy")
    params = {**recipe.tiny, "batch_size": 8, "standardize": False}
    losses = []
    for in_memory in (True, False):
        dataset = load_dataset(
            "image-folder",
            path=tmp_path / "photos",
            cache_dir=tmp_path / "cache",
            in_memory=in_memory,
        )
        assert hasattr(dataset.train.x, "paths") != in_memory
        experiment = Experiment(recipe, params, dataset, seed=0)
        model, history = experiment.train()
        score = experiment.task.score(model, dataset.validation)["accuracy"]
        assert score == pytest.approx(history["val_accuracy"][-1], abs=1e-6)
        assert experiment.task.raw_example().shape == (2, 16, 16, 3)
        assert experiment.task.baseline(dataset.validation)[1].shape == (len(dataset.validation), 2)
        losses.append(history["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
