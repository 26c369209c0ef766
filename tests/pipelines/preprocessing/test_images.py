"""Images: statistics, sizes, channels, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.preprocessing import ImagePreprocessor
from pipelines.preprocessing.pixels import (
    LUMINANCE,
    jpeg_reduction,
    read_image,
    to_channels,
    to_size,
)

RNG = np.random.default_rng(3)


def test_statistics_are_those_of_the_training_images() -> None:
    train = RNG.integers(0, 256, (1500, 5, 4, 3), dtype=np.uint8)
    fitted = ImagePreprocessor(standardize=True).fit(train)
    scaled = train / 255
    expected = (scaled - scaled.mean((0, 1, 2))) / scaled.std((0, 1, 2))
    np.testing.assert_allclose(fitted.transform(train), expected, atol=1e-5)
    np.testing.assert_allclose(fitted.restore(fitted.transform(train)), scaled, atol=1e-6)


def test_value_range_is_what_black_and_white_become() -> None:
    fitted = ImagePreprocessor(scale=1 / 16, standardize=True).fit(
        RNG.integers(0, 17, (9, 4, 4, 1))
    )
    ends = np.array([[[[0], [16]]]], np.uint8).repeat(4, 1).repeat(2, 2)
    low, high = fitted.value_range
    values = np.unique(fitted.transform(ends))
    np.testing.assert_allclose(values, [low[0], high[0]], rtol=1e-6)


def test_graph_transform_is_transform() -> None:
    images = RNG.integers(0, 256, (3, 4, 4, 3), dtype=np.uint8)
    for standardize in (False, True):
        fitted = ImagePreprocessor(standardize=standardize).fit(images)
        graph = fitted.graph_transform()(images).numpy()
        np.testing.assert_allclose(graph, fitted.transform(images), rtol=1e-6)


def test_one_image_among_others_and_on_disk_is_the_same(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (3, 6, 5, 3), dtype=np.uint8)
    paths = []
    for number, image in enumerate(images):
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(image).save(paths[-1])
    fitted = ImagePreprocessor().fit(paths)
    np.testing.assert_array_equal(fitted.arrange(paths), images)
    np.testing.assert_array_equal(fitted.arrange(list(images)), images)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_modes_of_files_become_colour(mode: str, tmp_path: Path) -> None:
    path = tmp_path / ("image.tif" if mode == "CMYK" else "image.png")
    Image.new("RGB", (3, 2), (255, 255, 255)).convert(mode).save(path)
    transformed = ImagePreprocessor(channels=3).fit_transform([path])
    np.testing.assert_array_equal(transformed, np.ones((1, 2, 3, 3)))


def test_channels() -> None:
    colour = RNG.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    grey = to_channels(colour, 1)
    np.testing.assert_array_equal(grey[..., 0], np.rint(colour @ np.array(LUMINANCE)))
    np.testing.assert_array_equal(to_channels(grey, 3)[..., 2], grey[..., 0])
    np.testing.assert_array_equal(to_channels(np.dstack([colour, colour[..., :1]]), 3), colour)


def test_resizing_keeps_constants_and_means() -> None:
    constant = np.full((7, 9, 2), 77, np.uint8)
    assert np.unique(to_size(constant, (3, 20))).tolist() == [77]
    ramp = np.tile(np.arange(8.0, dtype=np.float32)[:, None, None], (1, 8, 1))
    # Halving a straight ramp averages symmetrically: the mean stays.
    assert to_size(ramp, (4, 4)).mean() == pytest.approx(ramp.mean(), abs=1e-4)


def test_resizing_a_part_maps_its_edge_to_the_edge() -> None:
    ramp = np.arange(4.0, dtype=np.float32)[:, None, None].repeat(5, 1)
    # The middles of 4 new rows over 2 old ones: (i + 1/2) / 2 - 1/2, from 0 on.
    resized = to_size(ramp, (4, 5), extent=(2, 5))
    np.testing.assert_allclose(resized[:, 2, 0], [0, 0.25, 0.75, 1.25], atol=1e-6)


@pytest.mark.parametrize("stored", [(64, 64), (128, 96), (67, 90)])
def test_jpeg_files_are_reduced_while_decoding(stored: tuple[int, int], tmp_path: Path) -> None:
    rows, columns = np.mgrid[0 : stored[0], 0 : stored[1]]
    image = np.stack([rows + columns, 2 * rows, 255 - 2 * columns], -1).clip(0, 255)
    path = tmp_path / "ramp.jpg"
    Image.fromarray(image.astype(np.uint8)).save(path, quality=100, subsampling=0)
    size = (stored[0] // 8, stored[1] // 8)
    # Where the image is a plane, every new pixel is the value at its middle.
    step = np.array(stored) / size
    middle = [(np.arange(size[axis]) + 0.5) * step[axis] - 0.5 for axis in (0, 1)]
    down, right = np.meshgrid(*middle, indexing="ij")
    expected = np.stack([down + right, 2 * down, 255 - 2 * right], -1).clip(0, 255)
    found = read_image(path, size=size)
    assert found.shape == (*size, 3)
    assert np.abs(found - expected)[1:-1, 1:-1].max() < 3


@pytest.mark.parametrize("size", [(64, 64), (64, 48), (9, 80)])
@pytest.mark.parametrize("stored", [(127, 129), (128, 130), (130, 97), (517, 640), (5, 5)])
def test_the_rule_of_reduction_is_the_one_of_pillow(
    stored: tuple[int, int], size: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "image.jpg"
    Image.new("RGB", stored[::-1]).save(path)
    with Image.open(path) as image:
        image.draft(None, size[::-1])
        decoded = (image.height, image.width)
    reduction = jpeg_reduction(stored, size)
    assert decoded == (-(-stored[0] // reduction), -(-stored[1] // reduction))


def test_errors(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (2, 4, 4, 3), dtype=np.uint8)
    flat = images.copy()
    flat[..., 1] = 9
    with pytest.raises(ValueError, match=r"Channels \[1\] are constant"):
        ImagePreprocessor(standardize=True).fit(flat)
    with pytest.raises(ValueError, match=r"Image 1 has \(3, 4\).*pass size="):
        ImagePreprocessor().fit(images).transform([images[0], images[1][:3]])
    with pytest.raises(ValueError, match="at least one image"):
        ImagePreprocessor().fit(images[:0])
    with pytest.raises(ValueError, match=r"`scale > 0`.*scale=0"):
        ImagePreprocessor(scale=0)
    with pytest.raises(ValueError, match="channels is 1"):
        ImagePreprocessor(channels=2)
    with pytest.raises(ValueError, match="at least 1x1"):
        ImagePreprocessor(size=(0, 3))
    with pytest.raises(ValueError, match="at position 0"):
        ImagePreprocessor().fit([np.zeros(3)])
    with pytest.raises(ValueError, match="single path"):
        ImagePreprocessor().fit(images).arrange("image.png")


@pytest.mark.parametrize("content", ["missing", "empty", "text", "truncated"])
def test_a_file_that_does_not_decode_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    if content == "empty":
        path.write_bytes(b"")
    elif content == "text":
        path.write_text("no image")
    elif content == "truncated":
        Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(path)
        path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match=r"broken\.jpg: this file does not decode"):
        read_image(path)
