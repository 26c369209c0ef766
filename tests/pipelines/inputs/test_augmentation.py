"""Every augmentation keeps the rules that `Operation` states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from pipelines.inputs.augmentation import Augmentation, make_augmentation
from pipelines.inputs.presets import AUGMENTATIONS, PRESETS

COUNT, CLASSES = 12, 4
RNG = np.random.default_rng(2)
LABELS = np.eye(CLASSES, dtype=np.float32)[RNG.integers(0, CLASSES, COUNT)]
STANDARD = (np.array([-2.0, -1.5, -1.0]), np.array([2.0, 2.5, 3.0]))


@dataclass(frozen=True)
class Row:
    """An operation with a visible strength, and what makes it do nothing."""

    options: Mapping[str, Any] = field(default_factory=dict)
    nothing: Mapping[str, Any] = field(default_factory=dict)
    raw: bool = False  # also moves 8-bit pixels
    mixes: bool = False  # makes one image of two


ROWS = {
    "colour_jitter": Row(
        {"hue": 0.2}, {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0}
    ),
    "cutmix": Row({}, {"alpha": 0.0}, mixes=True),
    "cutout": Row({"fraction": 0.5}, {"fraction": 0.0}),
    "horizontal_flip": Row({}, {"probability": 0.0}, raw=True),
    "mixup": Row({"alpha": 1.0}, {"alpha": 0.0}, mixes=True),
    "noise": Row({"deviation": 0.2}, {"deviation": 0.0}),
    "pad_and_crop": Row({"pixels": 2}, {"pixels": 0}, raw=True),
    "rand_augment": Row({"magnitude": 8.0}, {"operations": 0}),
    "rotation": Row({"degrees": 40.0}, {"degrees": 0.0}),
    "shift": Row({"height": 0.3, "width": 0.3}, {"height": 0.0, "width": 0.0}, raw=True),
    "vertical_flip": Row({}, {"probability": 0.0}, raw=True),
}
CASES: dict[str, Any] = {name: {"name": name, **row.options} for name, row in ROWS.items()}
CASES |= {f"preset {name}": name for name in PRESETS if name != "none"}

each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def images(channels: int = 3, size: tuple[int, int] = (9, 8)) -> np.ndarray:
    return RNG.random((COUNT, *size, channels), dtype=np.float32)


def test_every_operation_has_a_row() -> None:
    assert set(ROWS) == set(AUGMENTATIONS)
    for name, row in ROWS.items():
        assert make_augmentation(name).mixes_labels == row.mixes


_LONG = {"rand_augment", "colour_jitter"}
# Tracing is slow: of the presets, which only combine operations, one is enough here.
TRACED = {name: case for name, case in CASES.items() if name in {*ROWS, "preset flip-crop-cutmix"}}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name, marks=pytest.mark.exhaustive if name in _LONG else ())
        for name, case in TRACED.items()
    ],
)
def test_rule_1_the_same_seed_gives_the_same_everywhere(case: Any) -> None:
    augment, x, seed = make_augmentation(case), images(), tf.constant([3, 4])
    eager = augment(x, LABELS, seed)
    again = augment(x, LABELS, seed)
    compiled = tf.function(augment)(x, LABELS, seed)
    # Batch sizes are unknown inside a dataset.
    dataset = tf.data.Dataset.from_tensor_slices((x, LABELS)).batch(COUNT)
    mapped = next(iter(dataset.map(lambda a, b: augment(a, b, seed))))
    for other in (again, compiled, mapped):
        for first, second in zip(eager, other, strict=True):
            np.testing.assert_allclose(first, second, atol=2e-6)


@each
def test_rule_1_another_seed_gives_another_batch(case: Any) -> None:
    augment, x = make_augmentation(case), images()
    batches = [augment(x, LABELS, (0, number))[0].numpy() for number in range(3)]
    assert not np.array_equal(batches[0], batches[1])
    assert not np.array_equal(batches[1], batches[2])
    assert not np.array_equal(batches[0], augment(x, LABELS, (1, 0))[0])


@each
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("standardized", [False, True])
def test_rule_2_shape_type_and_range_stay(case: Any, channels: int, standardized: bool) -> None:
    low, high = (b[:channels] for b in STANDARD) if standardized else (0.0, 1.0)
    augment = make_augmentation(case, value_range=(low, high))
    x = images(channels) * (np.float32(high) - np.float32(low)) + np.float32(low)
    changed, labels = augment(x, LABELS, (5, 6))
    assert changed.dtype == tf.float32
    assert changed.shape == x.shape
    assert labels.shape == LABELS.shape
    assert np.all(changed >= np.float32(low) - 1e-5)
    assert np.all(changed <= np.float32(high) + 1e-5)


@pytest.mark.parametrize("name", ROWS)
def test_rule_3_strength_zero_changes_nothing(name: str) -> None:
    x = images()
    augment = make_augmentation({"name": name, **ROWS[name].nothing})
    changed, labels = augment(x, LABELS, (1, 2))
    np.testing.assert_array_equal(changed, x)
    np.testing.assert_array_equal(labels, LABELS)


# Mixing equal images gives equal images: their weights are tested below.
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if not row.mixes])
def test_rule_4_images_draw_independently(name: str) -> None:
    one = images()[:1]
    x = np.repeat(one, 64, axis=0)
    augment = make_augmentation({"name": name, **ROWS[name].options})
    changed = augment(x, np.zeros(64), (1, 2))[0].numpy()
    assert len(np.unique(changed.reshape(64, -1), axis=0)) > 1


@each
def test_rule_5_label_weights_sum_to_one(case: Any) -> None:
    augment = make_augmentation(case)
    labels = augment(images(), LABELS, (7, 8))[1].numpy() if augment.mixes_labels else LABELS
    np.testing.assert_allclose(labels.sum(1), 1.0, atol=1e-6)
    assert (labels >= 0).all()


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.raw])
def test_moves_work_on_raw_pixels_alike(name: str) -> None:
    raw = RNG.integers(0, 256, (COUNT, 7, 5, 3), dtype=np.uint8)
    augment = make_augmentation({"name": name, **ROWS[name].options})
    moved = augment(raw, LABELS, (1, 1))[0]
    assert moved.dtype == tf.uint8
    np.testing.assert_array_equal(moved, augment(raw.astype(np.float32), LABELS, (1, 1))[0])


def test_fused_moves_are_the_moves_one_after_the_other() -> None:
    names: list[Any] = [
        {"name": "shift", "mode": "zero", "height": 0.4, "width": 0.4},
        "horizontal_flip",
        {"name": "pad_and_crop", "pixels": 3},
        "vertical_flip",
    ]
    augment, x = make_augmentation(names), images()
    fused = augment(x, LABELS, (1, 2))[0]
    from pipelines.inputs.randomness import fold

    single = x
    for number, operation in enumerate(augment.operations):
        single, _ = operation(single, LABELS, fold((1, 2), number))
    np.testing.assert_array_equal(fused, single)


def test_the_two_halves_of_a_split_are_the_whole() -> None:
    augment, x = make_augmentation("flip-crop-jitter"), images()
    moves, rest = augment.split()
    halves = rest(*moves(x, LABELS, (1, 2)), (1, 2))[0]
    np.testing.assert_array_equal(halves, augment(x, LABELS, (1, 2))[0])


def offsets_of(mode: str, pixels: int, count: int) -> np.ndarray:
    """The crop offsets that were drawn, read off an image whose pixels tell their place."""
    side = 16
    place = np.arange(side * side, dtype=np.int32).reshape(1, side, side, 1)
    augment = make_augmentation({"name": "pad_and_crop", "pixels": pixels, "mode": mode})
    moved = augment(np.repeat(place, count, 0), None, (0, 1))[0].numpy()
    centre = moved[:, side // 2, side // 2, 0]
    return np.stack([centre // side, centre % side], 1) - side // 2


@pytest.mark.parametrize("mode", ["reflect", "edge", "zero"])
def test_crop_offsets_are_uniform_and_independent(mode: str) -> None:
    pixels, count = 2, 5000
    offsets = offsets_of(mode, pixels, count)
    sides = 2 * pixels + 1
    counts = np.bincount((offsets + pixels) @ (sides, 1), minlength=sides**2)
    expected = count / sides**2
    # The 0.9999 quantile of chi-squared with 24 degrees of freedom is 61.
    assert ((counts - expected) ** 2 / expected).sum() < 61


@pytest.mark.parametrize("mode", ["reflect", "edge", "zero"])
def test_crops_are_those_of_a_padded_image(mode: str) -> None:
    pixels, x = 3, images()
    padding = [(0, 0), (pixels, pixels), (pixels, pixels), (0, 0)]
    padded = np.pad(x, padding, mode={"zero": "constant"}.get(mode, mode))  # type: ignore[call-overload]
    augment = make_augmentation({"name": "pad_and_crop", "pixels": pixels, "mode": mode})
    for image, crop in zip(padded, augment(x, LABELS, (4, 4))[0].numpy(), strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(image, crop.shape).reshape(-1, crop.size)
        assert (windows == crop.ravel()).all(1).any()


def test_half_of_the_images_are_flipped() -> None:
    x = np.tile(np.arange(4.0, dtype=np.float32)[None, None, :, None], (4000, 1, 1, 1))
    flipped = make_augmentation("flip")(x, None, (0, 3))[0][:, 0, 0, 0] == 3
    # Five standard deviations of a binomial number of 4,000 halves: 158.
    assert abs(int(np.sum(flipped)) - 2000) < 158


def test_noise_has_the_stated_deviation() -> None:
    grey = np.full((8, 50, 50, 1), 0.5, np.float32)
    noisy = make_augmentation({"name": "noise", "deviation": 0.05})(grey, None, (1, 1))[0].numpy()
    assert noisy.std() == pytest.approx(0.05, rel=0.05)
    assert noisy.mean() == pytest.approx(0.5, abs=0.002)


def test_rotation_by_a_half_turn_range_keeps_the_centre_and_constants() -> None:
    x = images(size=(9, 9))
    turned = make_augmentation({"name": "rotation", "degrees": 180.0})(x, None, (1, 1))[0]
    np.testing.assert_allclose(turned[:, 4, 4], x[:, 4, 4], atol=1e-5)
    constant = np.full((3, 6, 6, 1), 0.3, np.float32)
    same = make_augmentation({"name": "rotation", "degrees": 90.0})(constant, None, (1, 1))[0]
    np.testing.assert_allclose(same, constant, atol=1e-6)


def test_cutout_blanks_a_square_of_the_stated_side() -> None:
    white = np.ones((200, 16, 16, 1), np.float32)
    options = {"name": "cutout", "fraction": 0.25, "fill": 0.0}
    blank = make_augmentation(options)(white, None, (1, 1))[0].numpy()[..., 0] == 0
    heights, widths = blank.any(2).sum(1), blank.any(1).sum(1)
    np.testing.assert_array_equal(blank.sum((1, 2)), heights * widths)
    assert heights.max() == widths.max() == 4
    assert heights.min() >= 2  # at the border half of the square is outside


def test_mixup_weights_are_those_of_images_and_labels() -> None:
    # Image i is constant i + 1 and label i is one-hot: both tell the same weights.
    count = 50
    x = np.arange(1.0, count + 1, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 2, 1))
    mixed, labels = make_augmentation({"name": "mixup", "alpha": 1.0})(
        x.astype(np.float32), np.eye(count, dtype=np.float32), (1, 1)
    )
    np.testing.assert_allclose(
        mixed[:, 0, 0, 0], labels.numpy() @ np.arange(1.0, count + 1), rtol=1e-4
    )


def test_cutmix_labels_are_the_shares_of_the_pixels() -> None:
    count = 50
    x = np.eye(count, dtype=np.float32)[:, None, None, :] * np.ones((1, 8, 8, 1), np.float32)
    mixed, labels = make_augmentation("cutmix")(x, np.eye(count, dtype=np.float32), (1, 1))
    np.testing.assert_allclose(mixed.numpy().mean((1, 2)), labels, atol=1e-6)


def test_colour_jitter_keeps_grey_grey_and_its_hue_keeps_luminance() -> None:
    grey = np.repeat(images(1), 3, axis=-1)
    jitter = make_augmentation({"name": "colour_jitter", "hue": 0.5})
    changed = jitter(grey, None, (1, 1))[0].numpy()
    np.testing.assert_allclose(changed.max(-1) - changed.min(-1), 0.0, atol=1e-5)
    from pipelines.inputs.colour import colour_matrix
    from pipelines.preprocessing.pixels import LUMINANCE

    colours, ones = images()[:1].reshape(-1, 3), np.ones(5, np.float32)
    matrices = colour_matrix(ones, np.linspace(0, 6, 5).astype(np.float32)).numpy()
    for matrix in matrices:
        np.testing.assert_allclose(colours @ matrix @ LUMINANCE, colours @ LUMINANCE, atol=1e-5)
    np.testing.assert_allclose(matrices[0], np.eye(3), atol=1e-6)


def test_rand_augment_changes_are_identities_at_strength_zero_and_take_no_images() -> None:
    from pipelines.inputs.randaugment import CHANGES

    x = tf.constant(np.rint(images() * 255) / 255)
    always = {"auto_contrast", "equalize"}
    for name, change in CHANGES.items():
        if name not in always:
            np.testing.assert_allclose(change(x, tf.zeros(COUNT)), x, atol=1e-5, err_msg=name)
        assert change(x[:0], tf.zeros(0)).shape[0] == 0


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("flip-corp", r"No augmentation named 'flip-corp'\. Did you mean 'flip-crop'"),
        ({"name": "cutout", "size": 3}, r"No argument of cutout named 'size'"),
        ({"name": "pad_and_crop", "mode": "reflection"}, r"Did you mean 'reflect'"),
        ({"name": "pad_and_crop", "pixels": -1}, r"`pixels >= 0` must hold\. Got pixels=-1"),
        ({"name": "horizontal_flip", "probability": 2.0}, r"`0 <= probability <= 1` must hold"),
        ({"name": "vertical_flip", "probability": -1.0}, r"`0 <= probability <= 1` must hold"),
        ({"name": "shift", "height": 2.0}, r"`0 <= height <= 1` must hold"),
        ({"name": "rotation", "degrees": 200.0}, r"`0 <= degrees <= 180` must hold"),
        ({"name": "noise", "deviation": -0.1}, r"`deviation >= 0` must hold"),
        ({"name": "cutout", "fraction": 1.5}, r"`0 <= fraction <= 1` must hold"),
        ({"name": "colour_jitter", "contrast": 1.5}, r"`0 <= contrast <= 1` must hold"),
        ({"name": "colour_jitter", "hue": 1.0}, r"`0 <= hue <= 0.5` must hold"),
        ({"name": "mixup", "alpha": -1.0}, r"`alpha >= 0` must hold"),
        ({"name": "rand_augment", "magnitude": 11.0}, r"`0 <= magnitude <= 10` must hold"),
    ],
)
def test_wrong_descriptions(spec: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_augmentation(spec)


def test_wrong_batches() -> None:
    with pytest.raises(ValueError, match=r"Mixed labels are weights.*tf\.one_hot"):
        make_augmentation("mixup")(images(), np.zeros(COUNT, np.int32), (0, 0))
    with pytest.raises(ValueError, match=r"Only scaled images can be mixed\. Got uint8"):
        make_augmentation("cutmix")(images().astype(np.uint8), LABELS, (0, 0))
    with pytest.raises(ValueError, match=r"Colours need 1 or 3 channels"):
        make_augmentation("colour_jitter")(images(2), LABELS, (0, 0))


def test_nested_descriptions_are_joined() -> None:
    joined = make_augmentation(["flip-crop", {"name": "cutout"}, None])
    assert [type(op).__name__ for op in joined.operations] == [
        "HorizontalFlip",
        "PadAndCrop",
        "Cutout",
    ]
    assert make_augmentation(joined) is joined
    assert make_augmentation(None) == Augmentation()
