"""Segmentation: masks move with their images, scores, and masks as files."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.mask_folder import load_masks
from pipelines.inputs.presets import check_mask_augmentation
from pipelines.recipes.registry import load_recipe
from pipelines.serving.masks import read_mask
from pipelines.tasks.scores import mask_scores
from pipelines.training.checks import check_hyperparameters
from pipelines.training.saving import save_model
from tests.pipelines.own_data import write_masks
from tests.pipelines.tasks.small_data import small_experiment


@pytest.fixture(scope="module")
def trained():
    experiment = small_experiment("segmentation", augment="flip-crop")
    model, history = experiment.train()
    return experiment, model, history


@pytest.mark.parametrize("augment", ["none", "flip-crop", "flip-crop-jitter"])
def test_a_mask_follows_its_image(augment):
    task = small_experiment("segmentation", augment=augment).task
    feed = task.training_feed(seed=0, with_validation=False)
    images, masks = feed.batch(feed.start(0), 0)
    # Squares are bright, whatever moved them there.
    assert np.array_equal(np.asarray(images)[..., 0] > 0.45, np.asarray(masks) == 1)


def test_it_beats_the_pixels_and_reports_what_it_scores(trained):
    experiment, model, history = trained
    validation = experiment.dataset.validation
    predicted = experiment.task.predict(model, validation.x)
    scores = experiment.task.scores(predicted, validation.y)
    assert scores["mean_iou"] == pytest.approx(history["val_mean_iou"][-1], abs=1e-4)
    assert scores["mean_iou"] > 0.9
    figures, reports = experiment.task.figures_and_reports(predicted, validation, model=model)
    assert set(figures) == {"masks"} and set(reports["overlaps"]) == {"u", "v"}


def test_scores_are_those_of_the_definition():
    truth, found = np.array([[[0, 0, 1, 2]]]), np.array([[[0, 1, 1, 2]]])
    scores = mask_scores(found, truth, classes=4)  # nobody names class 3
    assert scores["mean_iou"] == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)
    assert scores["mean_dice"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert scores["pixel_accuracy"] == 0.75


def test_pixels_have_the_weights_of_their_classes():
    task = small_experiment("segmentation", class_weight={"v": 5}).task
    feed = task.training_feed(seed=0, with_validation=False)
    _, masks, weights = feed.batch(feed.start(0), 0)
    assert np.array_equal(np.where(np.asarray(masks) == 1, 5.0, 1.0), np.asarray(weights))
    with pytest.raises(ValueError, match="take weighted_dice or weighted_iou"):
        small_experiment("segmentation", class_weight="balanced", loss="soft_dice")


@pytest.mark.parametrize("augment", ["rotate-shift", "flip-crop-cutout", "flip-crop-mixup"])
def test_an_augmentation_that_masks_cannot_follow_is_refused(augment):
    with pytest.raises(ValueError, match=r"take one of none, flip, flip-crop, flip-crop-jitter\."):
        check_hyperparameters(load_recipe("segmentation"), {"augment": augment})
    check_mask_augmentation("vertical_flip")


def test_masks_are_written_as_png_in_the_size_of_their_images(trained, program, tmp_path):
    experiment, model, _ = trained
    save_model(experiment, model, tmp_path / "model")
    images = tmp_path / "photos"
    images.mkdir()
    square = np.full((8, 12), 60, np.uint8)
    square[2:6, 3:9] = 180
    Image.fromarray(square).save(images / "a.png")
    out = tmp_path / "masks"
    assert program("predict", tmp_path / "model", images, "--output", out).out.strip() == str(out)
    with Image.open(out / "a.png") as mask:
        assert np.array_equal(np.asarray(mask) == 1, square > 100)
    shown = program("predict", tmp_path / "model", images).out
    assert shown.split()[:3] == ["image", "share(u)", "share(v)"]
    done = program("predict", tmp_path / "model", images, "--output", "x.txt", check=False)
    assert done.code == 2 and "ends with .csv, .json, .parquet" in done.err
    frame = experiment.task.raw_example()
    from pipelines.serving.bundle import Bundle

    assert read_mask(Bundle.load(tmp_path / "model").predict(frame)["mask"][0]).shape == (4, 4)


def _without_a_mask(folder):
    (folder / "masks" / "03.png").unlink()


def _without_an_image(folder):
    (folder / "images" / "03.jpg").unlink()


def _too_small(folder):
    Image.new("L", (4, 4)).save(folder / "masks" / "03.png")


def _blurred(folder):
    noise = np.random.default_rng(0).integers(0, 2**16, (16, 16)).astype(np.uint16)
    Image.fromarray(noise).save(folder / "masks" / "03.png")


def _damaged(folder):
    (folder / "masks" / "03.png").write_bytes(b"no image")


def _beside(folder):
    Image.new("L", (4, 4)).save(folder / "stray.png")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_without_a_mask, "'images/03.jpg' has no mask of the same name"),
        (_without_an_image, "'masks/03.png' has no image of the same name"),
        (_too_small, "Got 4x4 pixels for an image of 16x16: pass `image_size`"),
        (_blurred, "one a class. Got 2"),
        (_damaged, "the mask does not decode"),
        (_beside, "'stray.png' lies in neither a folder of images"),
    ],
)
def test_what_is_no_set_of_masks_is_named(harm, message, tmp_path):
    folder = write_masks(tmp_path)
    harm(folder)
    with pytest.raises(DataError, match=message):
        load_masks(folder, cache_dir=tmp_path / "cache")


def test_colours_and_names_are_classes(tmp_path):
    folder = write_masks(tmp_path)
    for file in (folder / "masks").glob("*.png"):
        with Image.open(io.BytesIO(file.read_bytes())) as mask:
            Image.merge("RGB", [mask, *Image.new("RGB", mask.size).split()[1:]]).save(file)
    cache = tmp_path / "cache"
    assert load_masks(folder, cache_dir=cache).classes == ("#000000", "#ff0000")
    named = load_masks(folder, cache_dir=cache, classes=["ground", "roof"])
    assert named.classes == ("ground", "roof")
    with pytest.raises(DataError, match=r"Got 3 names for the values 0, 16711680\."):
        load_masks(folder, cache_dir=cache, classes=["a", "b", "c"])
