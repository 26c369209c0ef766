"""Folders of images and texts as people keep them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.datasets import DataError, load_dataset
from pipelines.datasets.formats import archives
from pipelines.preprocessing.pixels import decode

RNG = np.random.default_rng(3)


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RNG.integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two classes with ten images each, some of them in folders below the class."""
    for name in ("cat", "dog"):
        for n in range(10):
            picture(tmp_path / name / ("indoor" if n % 2 else "") / f"{n}.png")
    return tmp_path


def test_the_first_level_is_the_class(photos: Path) -> None:
    picture(photos / "cat" / ".ipynb_checkpoints" / "1.png")
    picture(photos / "__MACOSX" / "cat" / "1.png")
    (photos / "cat" / "Thumbs.db").write_text("x")
    found = load_dataset("image-folder", path=photos)
    assert found.classes == ("cat", "dog")
    table, *notes = found.notes
    assert table.splitlines() == ["class  images  skipped", "cat        10", "dog        10"]
    assert notes == ["skipped files that are no images: 1 .db, 2 hidden"]


def test_links_to_folders_are_followed(
    photos: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("links")
    for name in ("cat", "dog"):
        (elsewhere / name).symlink_to(photos / name)
    (photos / "cat" / "loop").symlink_to(photos / "cat")
    assert load_dataset("image-folder", path=elsewhere).classes == ("cat", "dog")


def test_folders_of_splits_are_told_in_any_case(tmp_path: Path) -> None:
    for part, count in (("Training", 6), ("Testing", 3)):
        for name in ("glioma", "healthy"):
            for n in range(count):
                picture(tmp_path / part / name / f"{n}.png")
    found = load_dataset("image-folder", path=tmp_path)
    assert found.classes == ("glioma", "healthy")
    assert len(found.test.open("compare")) == 6


def test_raw_files_with_one_margin_are_different_images_on_disk(tmp_path: Path) -> None:
    for n in range(20):
        pixels = np.zeros((64, 64, 3), np.uint8)
        pixels[32:] = RNG.integers(0, 255, (32, 64, 3))
        path = tmp_path / ("cat", "dog")[n % 2] / f"{n}.bmp"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels[::-1]).save(path)  # which begins with its last line
    found, small = (
        load_dataset("image-folder", path=tmp_path, in_memory=False, image_size=size)
        for size in (None, 16)
    )
    assert [len(found.train), len(found.validation)] == [14, 3]
    assert found.fingerprint != small.fingerprint


def test_a_class_that_ends_up_empty_is_named(photos: Path) -> None:
    (photos / "owl").mkdir()
    (photos / "owl" / "1.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="no image of these classes decodes: owl"):
        load_dataset("image-folder", path=photos, on_bad_image="skip")


@pytest.mark.parametrize("split", ["", "train"])
def test_a_folder_without_images_is_named(photos: Path, split: str) -> None:
    if split:
        (photos / split).mkdir()
        for name in ("cat", "dog"):
            (photos / name).rename(photos / split / name)
    (photos / split / "owl" / "night").mkdir(parents=True)
    (photos / split / "owl" / "night" / "1.heic").write_bytes(b"x")
    (photos / split / "wren").mkdir()
    found = load_dataset("image-folder", path=photos)
    assert found.classes == ("cat", "dog")
    at = f"{split}/" if split else ""
    said = f"{at}owl (1 .heic), {at}wren (empty)"
    assert f"folders that hold none, hence no classes: {said}" in found.notes


def test_masks_belong_to_images_of_all_their_greys(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for n in range(20):
        deep = RNG.integers(0, 4096, (8, 8)).astype(np.uint16)
        Image.fromarray(deep).save(tmp_path / "images" / f"{n}.png")
        path = tmp_path / "masks" / f"{n}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray((deep > 2048).astype(np.uint8)).save(path)
    found = load_dataset("mask-folder", path=tmp_path, channels=1, cache_dir=tmp_path / "cache")
    assert found.options == {"depth": 12}
    assert len(np.unique(found.train.x)) > 200
    picture(tmp_path / "images" / "3.bmp")
    with pytest.raises(DataError, match=r"'images/3.(bmp|png)' and .* have one name: rename one"):
        load_dataset("mask-folder", path=tmp_path, channels=1, cache_dir=tmp_path / "cache")


def test_folders_of_masks_without_images_are_named(tmp_path: Path) -> None:
    for n in range(10):
        picture(tmp_path / "images" / f"{n}.png")
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "1.json").write_text("{}")
    said = r"Got 10 images and 0 masks. Folders without images: masks \(1 \.json\)\."
    with pytest.raises(DataError, match=said):
        load_dataset("mask-folder", path=tmp_path)
    for n in range(10):
        Image.fromarray(RNG.integers(0, 2, (8, 8), dtype=np.uint8)).save(
            tmp_path / "masks" / f"{n}.png"
        )
    (tmp_path / "outlines").mkdir()
    found = load_dataset("mask-folder", path=tmp_path)
    assert "folders without images: outlines (empty)" in found.notes


def test_what_there_is_instead_of_images_is_said(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "1.heic").write_bytes(b"x")
    with pytest.raises(DataError, match=r"no images in it .*no images: 1 \.heic\."):
        load_dataset("image-folder", path=tmp_path)


def test_hidden_folders_of_texts_are_no_classes(tmp_path: Path) -> None:
    for name in ("good", "bad"):
        hidden = tmp_path / name / ".ipynb_checkpoints"
        hidden.mkdir(parents=True)
        (hidden / "1.txt").write_text("copy")
        for n in range(10):
            (tmp_path / name / f"{n}.txt").write_text(f"a {name} text {n}")
    (tmp_path / "ugly").mkdir()
    (tmp_path / "ugly" / "1.doc").write_bytes(b"x")
    found = load_dataset("text-classes", path=tmp_path)
    assert found.classes == ("bad", "good")
    assert "folders that hold none, hence no classes: ugly (1 .doc)" in found.notes


def test_pixels_are_what_a_viewer_shows(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    shown = np.zeros((4, 8, 3), np.uint8)
    shown[0] = 200
    Image.fromarray(np.rot90(shown)).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(decode(tmp_path / "turned.png"), shown)
    hollow = np.zeros((4, 4, 4), np.uint8)
    hollow[0, 0, 3] = 255
    Image.fromarray(hollow).save(tmp_path / "hollow.png")
    pixels = decode(tmp_path / "hollow.png")
    assert pixels[0, 0].tolist() == [0, 0, 0] and pixels[1:].min() == 255


def _encrypted(path: Path) -> None:
    """A zip whose members say that they are encrypted."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cat/1.png", b"x")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))


def test_archives_that_are_encrypted_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photos.zip"
    _encrypted(path)
    with pytest.raises(DataError, match=r"'cat/1\.png' is encrypted"):
        list(archives.read_members(path, lambda _: True))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bomb", b"0" * 2000)
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    with pytest.raises(DataError, match="it is more with 'bomb'"):
        list(archives.read_members(path, lambda _: True))


def write_deep_png(path: Path, value: int) -> None:
    """A PNG file with one pixel of 16 bits a colour, which Pillow cannot write."""
    row = b"\0" + struct.pack(">3H", value, value, value)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row)),
        (b"IEND", b""),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
    )


@pytest.mark.parametrize("in_memory", [True, False])
def test_colours_of_16_bits_are_counted(tmp_path: Path, *, in_memory: bool) -> None:
    for number in range(20):
        write_deep_png(
            tmp_path / f"photos/{('cat', 'dog')[number % 2]}/{number}.png", 3000 * number
        )
    found = load_dataset(
        "image-folder", path=tmp_path / "photos", in_memory=in_memory, cache_dir=tmp_path
    )
    assert any(note.startswith("20 images have colours of 16 bits") for note in found.notes)
    image = found.train.x[5] if in_memory else found.train.x.read(5)
    assert image.max() in {3000 * number >> 8 for number in range(20)}
