"""A file gives a model the same pixels in training and when it is served, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.image_folder import load_images
from pipelines.datasets.formats.images import decode_image
from pipelines.hyperparameters.options import split_parameters
from pipelines.inputs.decoding import make_decoder
from pipelines.preprocessing import preprocessing_from_config
from pipelines.preprocessing.pixels import read_image
from pipelines.serving.pixel_inputs import as_pixels
from pipelines.tasks.images import ImageClassification

HEIGHT, WIDTH = 24, 20
_ORIENTATION, _ROTATED = 0x0112, 6
RNG = np.random.default_rng(8)


def _picture(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Waves without sharp edges, `uint8[height, width, 3]`."""
    rows, columns = np.mgrid[0:height, 0:width] / 7.0
    waves = [np.sin(rows + k) * np.cos(columns * 0.7 - k) for k in range(3)]
    return np.rint(127.5 + 120 * np.stack(waves, -1)).astype(np.uint8)


def _pillow(mode: str, **options: object):
    return lambda path: Image.fromarray(_picture()).convert(mode).save(path, **options)


def _sixteen_bits(channels: int):
    def write(path: Path) -> None:
        # The lower byte is noise, so that dropping and rounding it would differ.
        noise = RNG.integers(0, 256, (HEIGHT, WIDTH, channels))
        values = _picture()[..., :channels].astype(np.uint16) * 256 + noise.astype(np.uint16)
        if path.suffix == ".png":
            path.write_bytes(tf.io.encode_png(values).numpy())
        else:
            Image.fromarray(values[..., 0]).save(path)

    return write


def _rotated(path: Path) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = _ROTATED
    # Stored on its side: height and width are exchanged when it is shown.
    Image.fromarray(_picture(WIDTH, HEIGHT)).save(path, exif=exif)


def _large(path: Path) -> None:
    Image.fromarray(_picture(5 * HEIGHT, 4 * WIDTH)).save(path, quality=95)


FILES = {
    "colour.png": _pillow("RGB"),
    "grey.png": _pillow("L"),
    "black-and-white.png": _pillow("1"),
    "grey-16.png": _sixteen_bits(1),
    "grey-16.pgm": _sixteen_bits(1),
    "colour-16.png": _sixteen_bits(3),
    "palette.png": _pillow("P"),
    "palette-transparent.png": _pillow("P", transparency=b"\x00\x80\xff"),
    "colour-transparent.png": _pillow("RGB", transparency=(9, 9, 9)),
    "alpha.png": _pillow("RGBA"),
    "grey-alpha.png": _pillow("LA"),
    "palette.gif": _pillow("P"),
    "colour.jpg": _pillow("RGB", quality=90),
    "grey.jpg": _pillow("L"),
    "print.jpg": _pillow("CMYK"),
    "rotated.jpg": _rotated,
    "rotated.png": _rotated,
    "colour.bmp": _pillow("RGB"),
    "colour.webp": _pillow("RGB", lossless=True),
}
SIZED = FILES | {"large.jpg": _large}


def _task(folder: Path, names: Iterable[str], *, model_size: int = 0, **options: object):
    """The task of a folder whose validation images of class "a" are the files."""
    for split, label in ((s, c) for s in ("train", "val", "test") for c in "ab"):
        place = folder / split / label
        place.mkdir(parents=True)
        if (split, label) == ("val", "a"):
            for name in names:
                SIZED[name](place / name)
        else:
            noise = RNG.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
            Image.fromarray(noise).save(place / "noise.png")
    dataset = load_images(folder, cache_dir=folder / "cache", **options)
    training, _ = split_parameters({})
    return ImageClassification(dataset, training, {"image_size": model_size})


def _trained(task: ImageClassification) -> np.ndarray:
    """What the compiled loop gets of class "a", `float32[images, height, width, channels]`."""
    feed = task.validation_feed()
    images, labels = feed.batch(feed.start(0), tf.constant(0))[:2]
    return images.numpy()[labels.numpy() == 0]


def _served(task: ImageClassification, paths: list[str]) -> np.ndarray:
    """What a saved model makes of the same files."""
    preprocessing = preprocessing_from_config(task.serving_config()["inputs"])
    return preprocessing.transform(as_pixels(paths, preprocessing))


def _levels_apart(folder: Path, names: Iterable[str], **options: object) -> dict[str, float]:
    """Name to the largest difference, in 255ths."""
    names = sorted(names)
    task = _task(folder, names, **options)
    trained = _trained(task)
    served = _served(task, [str(folder / "val" / "a" / name) for name in names])
    assert trained.shape == served.shape
    assert (np.ptp(trained, axis=(1, 2, 3)) > 0.3).all(), "the pictures are in it"
    apart = 255 * np.abs(trained - served).max(axis=(1, 2, 3))
    return dict(zip(names, apart.tolist(), strict=True))


@pytest.mark.parametrize("channels", [1, 3])
def test_every_kind_of_file_has_the_same_pixels_in_memory(channels: int, tmp_path: Path) -> None:
    apart = _levels_apart(tmp_path, FILES, in_memory=True, channels=channels)
    assert {name: levels for name, levels in apart.items() if levels > 0.001} == {}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_file_has_the_same_pixels(name: str, channels: int, tmp_path: Path) -> None:
    # Alone: a file that TensorFlow refuses sends its whole batch to Pillow.
    apart = _levels_apart(tmp_path, [name], in_memory=False, channels=channels)
    # Two builds of the JPEG library may round one level apart.
    assert apart[name] <= (1.01 if name.endswith("jpg") else 0.001)


# Sizes that the loader brings files to, and that the model takes; None: those of the files.
RESIZED = {
    "by the loader": (SIZED, (12, 10), 0),
    "by both": (SIZED, (16, 14), 9),
    "by the model": (FILES, None, 9),
}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("in_memory", [True, False], ids=["array", "files"])
@pytest.mark.parametrize("how", RESIZED)
def test_resized_files_have_the_same_pixels(
    how: str, in_memory: bool, channels: int, tmp_path: Path
) -> None:
    names, loader, model = RESIZED[how]
    sizes = {"image_size": loader, "model_size": model}
    apart = _levels_apart(tmp_path, names, in_memory=in_memory, channels=channels, **sizes)
    # From files TensorFlow resizes (one level), and takes the luminance of that (one more).
    limit = 0.001 if in_memory else 1.01 + (channels == 1)
    assert {name: levels for name, levels in apart.items() if levels > limit} == {}


def test_a_model_that_was_saved_before_reads_at_once(tmp_path: Path) -> None:
    task = _task(tmp_path, ["large.jpg"], image_size=(16, 14), model_size=9, in_memory=True)
    config = task.serving_config()["inputs"]
    assert config.pop("read_size") == [16, 14]
    assert preprocessing_from_config(config).read_size == (9, 9)


@pytest.mark.parametrize(("mode", "name"), [("F", "float.tif"), ("I", "long.tif")])
def test_more_than_16_bits_are_refused_both_ways(mode: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    Image.new(mode, (4, 4)).save(path)
    message = rf"{name}: .*8 or 16 bits a channel are expected, not mode '{mode}'"
    with pytest.raises(DataError, match=message):
        decode_image(path.read_bytes(), path=path)
    with pytest.raises(ValueError, match=message):
        read_image(path)


def _scan(folder: Path, suffix: str) -> list[Path]:
    """Grey images of 12 bits in files of 16, dark and bright ones, in two classes."""
    paths = []
    for number in range(12):
        shifted = np.roll(_picture()[..., 0], number, axis=0).astype(np.uint16)
        values = (shifted * 16 + 7) // (1 + number % 3)
        path = folder / "ab"[number % 2] / f"{number}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(values).save(path)
        paths.append(path)
    return sorted(paths)


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_scans_of_12_bits_use_the_whole_range(suffix: str, in_memory: bool, tmp_path: Path) -> None:
    paths = _scan(tmp_path / "scans", suffix)
    dataset = load_images(tmp_path / "scans", channels=1, in_memory=in_memory, cache_dir=tmp_path)
    assert any("16-bit images whose values need 12 bits" in note for note in dataset.notes)
    assert dataset.options["depth"] == 12
    options, _ = split_parameters({})
    task = ImageClassification(dataset, options, {})
    preprocessing = preprocessing_from_config(task.serving_config()["inputs"])
    served = preprocessing.arrange([str(path) for path in paths])
    expected = [np.asarray(Image.open(path)) // 16 for path in paths]
    np.testing.assert_array_equal(served[..., 0], expected)
    read = make_decoder(preprocessing)([str(path) for path in paths])
    np.testing.assert_array_equal(read, served)
    trained = preprocessing.arrange(dataset.train.x)
    assert {image.tobytes() for image in trained} <= {image.tobytes() for image in served}
