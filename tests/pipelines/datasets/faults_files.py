"""Faults of archives, batches and image files."""

from __future__ import annotations

import io
import os
import pickle
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.pipelines.datasets import makers
from tests.pipelines.datasets.faults import Fault, made, nothing, text, truncated


def escaping_tar(folder: Path) -> None:
    folder.mkdir(parents=True)
    with tarfile.open(folder / "photos.tar", "w") as archive:
        member = tarfile.TarInfo("../../cat/1.png")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"png"))


def linking_tar(folder: Path) -> None:
    folder.mkdir(parents=True)
    with tarfile.open(folder / "photos.tar", "w") as archive:
        member = tarfile.TarInfo("cat/1.png")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(member)


def escaping_zip(folder: Path) -> None:
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        archive.writestr("/cat/1.png", b"png")


def cifar_label(folder: Path) -> None:
    makers.cifar_binary(folder, 1)
    file = folder / "cifar-10-batches-bin" / "data_batch_2.bin"
    data = bytearray(file.read_bytes())
    data[3073 * 4] = 17
    file.write_bytes(bytes(data))


def cifar_evil(folder: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, ("touch /tmp/this-must-not-exist",)

    makers.cifar_python(folder, 1)
    file = folder / "cifar-10-batches-py" / "data_batch_1"
    file.write_bytes(pickle.dumps({b"data": Evil(), b"labels": []}, protocol=2))


def cifar_unknown_folder(folder: Path) -> None:
    makers.cifar_folder(folder, 1)
    (folder / "train" / "cat").rename(folder / "train" / "kitten")


def mnist_label(folder: Path) -> None:
    makers.idx_folder(folder, 1, classes=12)


def mnist_lengths(folder: Path) -> None:
    makers.idx_plain(folder, 1)
    (folder / "train-labels-idx1-ubyte").write_bytes(makers.idx_bytes(np.zeros(5, np.uint8)))


def unannotated(folder: Path) -> None:
    makers.tiny_imagenet(folder, 1)
    file = folder / "tiny-imagenet-200" / "val" / "val_annotations.txt"
    lines = file.read_text().splitlines()
    lines[4] = "val_4.JPEG\tn99999999\t0\t0\t63\t63"
    file.write_text("\n".join(lines))


def one_class(folder: Path) -> None:
    makers.own_images(folder, 1)
    for file in (folder / "dog").iterdir():
        file.unlink()


def absent_class(folder: Path) -> None:
    makers.own_split_images(folder, 1)
    for file in (folder / "val" / "dog").iterdir():
        file.unlink()


def mixed_sizes(folder: Path) -> None:
    makers.own_images(folder, 1)
    (folder / "cat" / "large.png").write_bytes(makers.png(makers.random_images(1, 16, 1)[0]))


FILE_FAULTS = (
    Fault(
        label="missing-folder",
        name="names",
        spoil=lambda folder: None,
        match=r"names: 'names' is not there: the folder is missing. Expected: names.txt. "
        r"Run `cookbook data get names`",
    ),
    Fault(
        label="empty-folder",
        name="wikitext-2",
        spoil=nothing,
        match=r"holds none of the expected files. Expected: train.txt with valid.txt with test",
    ),
    Fault(
        label="missing-batch",
        name="cifar10",
        spoil=lambda folder: (
            makers.cifar_python(folder, 1),
            (folder / "cifar-10-batches-py" / "data_batch_3").unlink(),
        )[-1],
        match=r"cifar-10-batches-py: missing: data_batch_3",
    ),
    Fault(
        label="truncated-tar",
        name="cifar10",
        spoil=truncated(makers.cifar_python_tar, "*.tar.gz"),
        match=r"cifar-10-python.tar.gz: the archive is truncated or damaged",
    ),
    Fault(
        label="truncated-zip",
        name="eng-fra",
        spoil=truncated(makers.eng_fra_zip, "*.zip"),
        match=r"data.zip: the archive is truncated or damaged",
    ),
    Fault(
        label="truncated-imdb",
        name="imdb",
        spoil=truncated(makers.imdb_tar, "*.tar.gz"),
        match=r"aclImdb_v1.tar.gz: the archive is truncated or damaged",
    ),
    Fault(
        label="truncated-gzip",
        name="mnist",
        spoil=truncated(makers.idx_folder, "train-images*"),
        match=r"train-images-idx3-ubyte.gz: the file is truncated or damaged",
    ),
    Fault(
        label="truncated-idx",
        name="mnist",
        spoil=truncated(makers.idx_plain, "t10k-images*"),
        match=r"t10k-images-idx3-ubyte: 47056 bytes are expected for the shape \[60, 28, 28\]",
    ),
    Fault(
        label="odd-binary-batch",
        name="cifar10",
        spoil=made(makers.cifar_binary, "*/test_batch.bin", b"\0" * 5000),
        match=r"test_batch.bin: a multiple of 3073 bytes is expected, got 5000",
    ),
    Fault(
        label="truncated-pickle",
        name="cifar10",
        spoil=truncated(makers.cifar_python, "*/data_batch_4"),
        match=r"data_batch_4: the pickle is refused",
    ),
    Fault(
        label="pickle-that-runs-a-command",
        name="cifar10",
        spoil=cifar_evil,
        match=r"data_batch_1: the pickle is refused: it asks for (posix|nt)\.system",
    ),
    Fault(
        label="pickle-without-labels",
        name="cifar10",
        spoil=made(makers.cifar_python, "*/test_batch", pickle.dumps({"data": 1})),
        match=r"test_batch: a dictionary with 'data' and 'labels' is expected",
    ),
    Fault(
        label="not-an-npz",
        name="cifar10",
        spoil=text("cifar10.npz", b"PK"),
        match=r"cifar10.npz: an npz with x_train, y_train, x_test, y_test is expected",
    ),
    Fault(
        label="not-an-idx",
        name="mnist",
        spoil=made(makers.idx_plain, "train-labels*", b"hello"),
        match=r"train-labels-idx1-ubyte: an idx file of unsigned bytes begins with 00 00 08",
    ),
    Fault(
        label="idx-lengths-differ",
        name="mnist",
        spoil=mnist_lengths,
        match=r"Got \[240, 28, 28\] and \[5\] in train-labels-idx1-ubyte",
    ),
    Fault(
        label="label-outside-cifar",
        name="cifar10",
        spoil=cifar_label,
        match=r"data_batch_2.bin: `0 <= label < 10` must hold. Row 5 has the label 17",
    ),
    Fault(
        label="label-outside-mnist",
        name="mnist",
        spoil=mnist_label,
        match=r"train-labels-idx1-ubyte.gz: `0 <= label < 10` must hold. Row 11 has the label 10",
    ),
    Fault(
        label="label-outside-tiny-imagenet",
        name="tiny-imagenet",
        spoil=unannotated,
        match=r"val_annotations.txt:5: .* one of the 3 classes of wnids.txt .*n99999999",
    ),
    Fault(
        label="folder-is-no-class",
        name="cifar10",
        spoil=cifar_unknown_folder,
        match=r"lies in the folder 'kitten', which is no class. Known: airplane",
    ),
    Fault(
        label="image-does-not-decode",
        name="cifar10",
        spoil=made(makers.cifar_folder, "train/dog/*.png", b"no image"),
        match=r"train/dog/data_batch_1_0005.png: the image does not decode",
    ),
    Fault(
        label="own-image-does-not-decode",
        name="image-folder",
        spoil=made(makers.own_images, "cat/*.png", b""),
        match=r"cat/000.png: the image does not decode",
    ),
    Fault(
        label="image-on-disk-does-not-decode",
        name="image-folder",
        spoil=made(makers.own_images, "cat/*.png", b""),
        match=r"cat/000.png: the image does not decode",
        options={"in_memory": False},
    ),
    Fault(
        label="images-of-two-sizes",
        name="image-folder",
        spoil=mixed_sizes,
        match=r"images of one size are expected: 'cat/000.png' has shape \(8, 8, 3\), "
        r"'cat/large.png' has \(16, 16, 3\). Resize them: pass `image_size='8x8'`",
    ),
    Fault(
        label="no-images",
        name="image-folder",
        spoil=nothing,
        match=r"no images in it",
    ),
    Fault(
        label="one-class",
        name="image-folder",
        spoil=one_class,
        match=r"two class folders at least are expected. Got \('cat',\)",
    ),
    Fault(
        label="image-without-class",
        name="image-folder",
        spoil=text("1.png", b""),
        match=r"'1.png' lies in no class folder. Expected CLASS/1.png",
    ),
    Fault(
        label="class-absent-from-a-split",
        name="image-folder",
        spoil=absent_class,
        match=r"every class needs rows in the validation split. It has none of 1 of 2 "
        r"classes: dog",
    ),
    Fault(
        label="tar-path-escapes",
        name="image-folder",
        path="photos.tar",
        spoil=escaping_tar,
        match=r"photos.tar: member '../../cat/1.png' leaves the archive. Nothing was read",
    ),
    Fault(
        label="zip-path-escapes",
        name="image-folder",
        path="photos.zip",
        spoil=escaping_zip,
        match=r"photos.zip: member '/cat/1.png' leaves the archive",
    ),
    Fault(
        label="tar-link",
        name="image-folder",
        path="photos.tar",
        spoil=linking_tar,
        match=r"photos.tar: member 'cat/1.png' is a link or device",
    ),
)
