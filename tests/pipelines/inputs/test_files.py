"""Image files: the pixels of serving, named damage, bounded memory."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from pipelines.inputs import image_batches, image_file_batches, map_image_files
from pipelines.inputs.decoding import make_decoder
from pipelines.preprocessing import ImagePreprocessor
from tests.pipelines.conftest import REPOSITORY

RNG = np.random.default_rng(6)


def smooth(height: int, width: int) -> np.ndarray:
    """A picture without sharp edges, as photographs are at the scale of a pixel."""
    rows, columns = np.mgrid[0:height, 0:width] / 9.0
    waves = [np.sin(rows + k) * np.cos(columns * 0.7 - k) for k in range(3)]
    return np.rint(127.5 + 120 * np.stack(waves, -1)).astype(np.uint8)


FORMATS = {
    "colour.jpg": ("RGB", {"quality": 90}),
    "grey.jpg": ("L", {}),
    "progressive.jpg": ("RGB", {"progressive": True, "comment": b"Taken at noon. " * 99}),
    "print.jpg": ("CMYK", {}),
    "colour.png": ("RGB", {}),
    "grey.png": ("L", {}),
    "alpha.png": ("RGBA", {}),
    "palette.gif": ("P", {}),
    "colour.bmp": ("RGB", {}),
    "colour.webp": ("RGB", {"lossless": True}),
    "colour.tif": ("RGB", {}),
}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(20, 24), (11, 13), (33, 30)])
@pytest.mark.parametrize("name", FORMATS)
def test_training_and_serving_see_the_same_pixels(
    name: str, size: tuple[int, int], channels: int, tmp_path: Path
) -> None:
    mode, options = FORMATS[name]
    path = tmp_path / name
    Image.fromarray(smooth(20, 24)).convert(mode).save(path, **options)
    preprocessor = ImagePreprocessor(size=size, channels=channels).fit([path])
    served = preprocessor.arrange([path])
    trained = make_decoder(preprocessor)([path])
    assert trained.dtype == served.dtype == np.uint8
    # One level: rounding of luminance after resizing (here) or before it (there).
    assert np.abs(trained.astype(int) - served.astype(int)).max() <= 1 + (channels == 1)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
@pytest.mark.parametrize("size", [(64, 64), (64, 48)])
@pytest.mark.parametrize(
    "stored", [(128, 128), (127, 129), (130, 97), (257, 400), (515, 611), (516, 700)]
)
def test_reduced_files_are_the_same_too(
    stored: tuple[int, int], size: tuple[int, int], subsampling: str, tmp_path: Path
) -> None:
    path = tmp_path / "large.jpg"
    Image.fromarray(smooth(*stored)).save(path, quality=90, subsampling=subsampling)
    preprocessor = ImagePreprocessor(size=size).fit([path])
    served = preprocessor.arrange([path]).astype(int)
    assert np.abs(make_decoder(preprocessor)([path]) - served).max() <= 1
    # As an array the image is resized without the reduction: another filter, the same place.
    whole = preprocessor.arrange([np.asarray(Image.open(path))])
    assert np.abs(whole - served).mean() < 3


def test_a_batch_of_unlike_files_keeps_its_order(tmp_path: Path) -> None:
    paths = []
    for number, (side, suffix) in enumerate(
        itertools.product((16, 40, 32, 7), ("jpg", "png", "bmp"))
    ):
        paths.append(tmp_path / f"{number}.{suffix}")
        Image.fromarray(smooth(side, side) // (1 + number)).save(paths[-1])
    preprocessor = ImagePreprocessor(size=(16, 16)).fit(paths)
    read = make_decoder(preprocessor)
    np.testing.assert_array_equal(read(paths), np.concatenate([read([path]) for path in paths]))


def save_all(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for path in paths:
        Image.fromarray(RNG.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    return paths


@pytest.mark.parametrize(
    "size", [(16, 16), (8, 8), (11, 11)], ids=["as it is", "reduced", "resized"]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_full_batch_has_the_pixels_of_any_other(
    size: tuple[int, int], channels: int, tmp_path: Path
) -> None:
    paths = save_all(tmp_path, 4)
    preprocessor = ImagePreprocessor(size=size, channels=channels).fit(paths)
    any_size, full = make_decoder(preprocessor), make_decoder(preprocessor, batch_size=4)
    np.testing.assert_array_equal(full(paths), any_size(paths))
    np.testing.assert_array_equal(full(paths[:3]), any_size(paths[:3]))


def test_damage_in_a_full_batch_is_named(tmp_path: Path) -> None:
    paths = save_all(tmp_path, 3)
    preprocessor = ImagePreprocessor(size=(16, 16)).fit(paths)
    paths[1].write_bytes(paths[1].read_bytes()[:300])
    with pytest.raises(ValueError, match=r"1\.jpg: this file does not decode"):
        make_decoder(preprocessor, batch_size=3)(paths)


def test_damage_is_named_while_training(tmp_path: Path) -> None:
    paths = save_all(tmp_path, 5)
    paths[3].write_bytes(paths[3].read_bytes()[:300])
    preprocessor = ImagePreprocessor().fit(paths[:1])
    dataset = image_file_batches(paths, np.arange(5), preprocessor=preprocessor, batch_size=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"3\.jpg: this file does not decode"):
        list(dataset)
    with pytest.raises(ValueError, match=r"3\.jpg: this file does not decode"):
        map_image_files(paths, tmp_path / "all.npy", preprocessor=preprocessor)
    assert not list(tmp_path.glob("all.npy*"))


def test_another_size_without_resizing_is_an_error(tmp_path: Path) -> None:
    paths = save_all(tmp_path, 1)
    other = tmp_path / "other.png"
    Image.fromarray(smooth(5, 5)).save(other)
    preprocessor = ImagePreprocessor().fit(paths)
    with pytest.raises(ValueError, match=r"other\.png has \(5, 5\).*pass size="):
        make_decoder(preprocessor)([other])
    # Twice as large: it could be reduced, but nobody asked for resizing.
    twice = tmp_path / "twice.jpg"
    Image.fromarray(smooth(32, 32)).save(twice)
    with pytest.raises(ValueError, match=r"twice\.jpg has \(32, 32\).*pass size="):
        make_decoder(preprocessor)([*paths, twice])


@pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\xff", b"GIF89"])
def test_a_file_without_a_header_is_named(content: bytes | None, tmp_path: Path) -> None:
    paths = save_all(tmp_path, 2)
    preprocessor = ImagePreprocessor().fit(paths)
    broken = tmp_path / "broken.jpg"
    if content is not None:
        broken.write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.jpg: this file does not decode"):
        make_decoder(preprocessor)([*paths, broken])


def test_a_map_is_read_only_and_replaced_whole(tmp_path: Path) -> None:
    paths = save_all(tmp_path, 3)
    preprocessor = ImagePreprocessor().fit(paths)
    mapped = map_image_files(paths, tmp_path / "all.npy", preprocessor=preprocessor)
    np.testing.assert_array_equal(mapped, make_decoder(preprocessor)(paths))
    assert not mapped.flags.writeable
    with pytest.raises(ValueError, match=r"At least one image file"):
        map_image_files([], tmp_path / "none.npy", preprocessor=preprocessor)


@pytest.mark.parametrize(
    "augment",
    [
        None,
        "flip-crop",
        {"name": "shift", "mode": "zero", "height": 0.5},
        ["vertical_flip", "noise"],
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_files_are_augmented_as_arrays_are(augment, channels: int, tmp_path: Path) -> None:
    x = RNG.integers(0, 256, (7, 9, 8, channels), dtype=np.uint8)
    paths = [tmp_path / f"{number}.png" for number in range(len(x))]
    for path, image in zip(paths, x, strict=True):
        Image.fromarray(image.squeeze()).save(path)
    preprocessor = ImagePreprocessor(size=(9, 8), channels=channels, scale=1 / 255).fit(x)
    settings = {
        "preprocessor": preprocessor, "batch_size": 3, "shuffle": True, "seed": 4,
        "augment": augment, "epochs": 2,
    }  # fmt: skip
    expected = image_batches(x, np.arange(7), **settings)
    for (images, labels), (rows, numbers) in zip(
        image_file_batches(paths, np.arange(7), **settings), expected, strict=True
    ):
        assert labels.numpy().tolist() == numbers.numpy().tolist()
        np.testing.assert_array_equal(images, rows)


def test_a_file_longer_than_one_read_is_whole(tmp_path: Path) -> None:
    image = RNG.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    path = tmp_path / "noise.png"
    Image.fromarray(image).save(path)
    assert path.stat().st_size > 2**16
    preprocessor = ImagePreprocessor(size=(200, 200), channels=3).fit(image[None])
    assert (make_decoder(preprocessor)([path])[0] == image).all()


_SCRIPT = """
import sys
import numpy as np
from pipelines.inputs import image_file_batches
from pipelines.preprocessing import ImagePreprocessor
from tests.peak_memory import peak_kb

path, count = sys.argv[1], int(sys.argv[2])
preprocessor = ImagePreprocessor().fit(np.zeros((1, 128, 128, 3), np.uint8))
options = {"preprocessor": preprocessor, "batch_size": 16, "shuffle": True, "augment": "flip-crop"}
data = [path] * count, np.zeros(count, np.int32)
for number, _ in enumerate(image_file_batches(*data, **options)):
    if number == 10:
        before = peak_kb()
print(peak_kb() - before)
unfinished = iter(image_file_batches(*data, epochs=None, **options))
for _ in range(5):
    next(unfinished)
print("the end", flush=True)
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, list[str]]:
    """Number of images that a process of its own read, and what it printed."""
    path = tmp_path_factory.mktemp("script") / "image.jpg"
    Image.fromarray(smooth(128, 128)).save(path)
    count = 1500
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(path), str(count)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=280,
        check=True,
    )
    return count, done.stdout.splitlines()


@pytest.mark.exhaustive
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_folder(script: tuple[int, list[str]]) -> None:
    count, printed = script
    # Decoded, scaled images would take 295 MB; after ten batches nothing may pile up.
    assert int(printed[0]) * 1024 < 0.3 * count * 128 * 128 * 3 * 4


@pytest.mark.exhaustive
def test_a_script_ends_with_an_unfinished_iterator(script: tuple[int, list[str]]) -> None:
    """Its dataset is working ahead, in Python too, when the interpreter ends."""
    assert script[1][1:] == ["the end"]
