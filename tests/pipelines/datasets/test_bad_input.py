"""Bad input gives an error that names file and line, or a counted skip; never a result."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.datasets import CATALOG, DataError, load_dataset
from pipelines.datasets.registry import DATA_VARIABLE
from pipelines.datasets.unpickling import unpickle_plain
from tests.pipelines.datasets import makers


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way in which data can be bad.

    Attributes:
        label: Shown by pytest.
        name: Dataset in the registry.
        spoil: Writes the bad files below the given folder.
        match: Pattern of the message.
        path: What is loaded, below the folder, for the user's own data.
    """

    label: str
    name: str
    spoil: Callable[[Path], None]
    match: str
    path: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def nothing(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def truncated(make: Callable[[Path, int], None], pattern: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        make(folder, 1)
        (file,) = folder.glob(pattern)
        os.truncate(file, file.stat().st_size // 2)

    return spoil


def made(make: Callable[[Path, int], None], pattern: str, data: bytes) -> Callable[[Path], None]:
    """Makes sound files and replaces the first that matches."""

    def spoil(folder: Path) -> None:
        make(folder, 1)
        sorted(folder.glob(pattern))[0].write_bytes(data)

    return spoil


def table(*lines: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "table.csv").write_text("\n".join(lines) + "\n")

    return spoil


def text(name: str, data: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return spoil


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


CSV = ("a,b,label", *(f"{n},{n * n},{'xy'[n % 2]}" for n in range(30)))
TABLE = {"name": "tabular-file", "path": "table.csv", "options": {"target": "label"}}
FAULTS = (
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
        r"'cat/large.png' has \(16, 16, 3\). Pass `image_size`",
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
    Fault(
        label="empty-file",
        name="names",
        spoil=text("names.txt", b"\n \n"),
        match=r"names.txt: the file is empty",
    ),
    Fault(
        label="wrong-encoding",
        name="names",
        spoil=text("names.txt", b"emma\nzo\xeb\n"),
        match=r"names.txt:2: byte 0xeb at position 7 is not utf-8",
    ),
    Fault(
        label="unknown-encoding",
        name="plain-text",
        path="a.txt",
        spoil=text("a.txt", b"emma\n"),
        match=r"a.txt: Python knows no encoding 'utf-9'",
        options={"encoding": "utf-9"},
    ),
    Fault(
        label="too-little-text",
        name="plain-text",
        path="a.txt",
        spoil=text("a.txt", b"one\ntwo\n"),
        match=r"a.txt: the text has too few lines \(2\)",
    ),
    Fault(
        label="empty-review",
        name="imdb",
        spoil=made(makers.imdb_folder, "aclImdb/train/neg/0_1.txt", b""),
        match=r"aclImdb/train/neg/0_1.txt: the review is empty",
    ),
    Fault(
        label="review-label",
        name="imdb",
        spoil=text("reviews.csv", b"review,sentiment\nfine,positive\nso so,mixed\n"),
        match=r"reviews.csv:3: .* Got label 'mixed'",
    ),
    Fault(
        label="review-header",
        name="imdb",
        spoil=text("reviews.csv", b"a,b\n1,2\n"),
        match=r"reviews.csv:1: columns 'review' and 'sentiment'",
    ),
    Fault(
        label="empty-text-of-a-class",
        name="text-classes",
        spoil=made(makers.own_class_folders, "bad/*.txt", b"  \n"),
        match=r"bad/0.txt: the file is empty",
    ),
    Fault(
        label="pair-without-target",
        name="eng-fra",
        spoil=text("eng-fra.txt", b"Go.\tVa !\nRun!\n"),
        match=r"eng-fra.txt:2: two sentences separated by '\\t' are expected. Got 'Run!'",
    ),
    Fault(
        label="empty-pair-file",
        name="pair-file",
        path="a.tsv",
        spoil=text("a.tsv", b"\n"),
        match=r"a.tsv: the file is empty; one pair a line",
    ),
    Fault(
        label="missing-table",
        spoil=nothing,
        match=r"table.csv: no such file",
        **TABLE,
    ),
    Fault(
        label="empty-table",
        spoil=table(""),
        match=r"table.csv: the file is empty",
        **TABLE,
    ),
    Fault(
        label="header-only",
        spoil=table("a,label"),
        match=r"table.csv: the table has a header and no rows",
        **TABLE,
    ),
    Fault(
        label="ragged-row",
        spoil=table(*CSV[:7], "1,2", *CSV[7:]),
        match=r"table.csv:8: 3 fields are expected, as in the header; the row has 2",
        **TABLE,
    ),
    Fault(
        label="ragged-row-after-a-quoted-line-end",
        spoil=table(*CSV[:2], '1,"2\n3",x', "1,2,3,4", *CSV[2:]),
        match=r"table.csv:5: 3 fields are expected, as in the header; the row has 4",
        **TABLE,
    ),
    Fault(
        label="duplicated-header",
        spoil=table("a,a,label", *CSV[1:]),
        match=r"table.csv:1: column names are distinct. More than once: a",
        **TABLE,
    ),
    Fault(
        label="empty-header",
        spoil=table("a,,label", *CSV[1:]),
        match=r"table.csv:1: every column has a name. Column 2 has none",
        **TABLE,
    ),
    Fault(
        label="no-delimiter",
        spoil=table("label", "x", "y"),
        match=r"table.csv:1: two columns at least are expected",
        **TABLE,
    ),
    Fault(
        label="unknown-target",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"table.csv: No column named 'lable'. Did you mean 'label'",
        options={"target": "lable"},
    ),
    Fault(
        label="nan-target",
        spoil=table(*CSV, "1,2,NaN", "3,4,"),
        match=r"table.csv:32: the target 'label' has no value here and in 1 more rows",
        **TABLE,
    ),
    Fault(
        label="constant-target",
        spoil=table("a,b,label", *(f"{n},{n},x" for n in range(30))),
        match=r"the target 'label' has one value in every row \('x'\)",
        **TABLE,
    ),
    Fault(
        label="only-constant-columns",
        spoil=table("a,label", *(f"1,{n % 2}" for n in range(30))),
        match=r"one input column at least is expected. Dropped: a \(constant: '1'",
        **TABLE,
    ),
    Fault(
        label="rare-class",
        spoil=table(*CSV, "31,1,z"),
        match=r"every class needs rows in the \w+ split. It has none of 1 of 3 classes: z",
        **TABLE,
    ),
    Fault(
        label="infinite-value",
        spoil=table(*CSV, "inf,1,x"),
        match=r"table.csv:32: values are finite. Column 'a' has 'inf'",
        **TABLE,
    ),
    Fault(
        label="missing-input-refused",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV, ",1,x"),
        match=r"table.csv:32: column 'a' has no value here",
        options={"target": "label", "missing": "error"},
    ),
    Fault(
        label="text-in-a-numeric-column",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV[:4], "three,1,x", *CSV[4:]),
        match=r"table.csv:5: column 'a' is to be numeric, and 'three' is no number",
        options={"target": "label", "columns": {"a": "numeric"}},
    ),
    Fault(
        label="text-target-of-a-regression",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"table.csv:2: a regression needs numbers; the target 'label' has 'x'",
        options={"target": "label", "task": "regression"},
    ),
    Fault(
        label="unknown-column-override",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"No column named 'c'",
        options={"target": "label", "columns": {"c": "numeric"}},
    ),
    Fault(
        label="unknown-column-kind",
        name="tabular-file",
        path="table.csv",
        spoil=table(*CSV),
        match=r"No column kind named 'number'. Did you mean 'numeric'",
        options={"target": "label", "columns": {"a": "number"}},
    ),
    Fault(
        label="wrong-encoding-of-a-table",
        spoil=text("table.csv", b"a,label\n1,caf\xe9\n"),
        match=r"table.csv:2: byte 0xe9 at position 13 is not utf-8",
        **TABLE,
    ),
    Fault(
        label="damaged-parquet",
        name="tabular-file",
        path="table.parquet",
        spoil=text("table.parquet", b"PAR1"),
        match=r"table.parquet: no readable Parquet file",
        options={"target": "label"},
    ),
)


@pytest.mark.parametrize(
    "fault",
    FAULTS,
    ids=lambda fault: fault.label,
)
def test_bad_input_is_refused_by_file_and_line(fault: Fault, tmp_path: Path) -> None:
    folder = tmp_path / (CATALOG[fault.name].folder or "mine")
    fault.spoil(folder)
    options = dict(fault.options)
    if CATALOG[fault.name].folder is None:
        options["path"] = folder / fault.path
    with pytest.raises(DataError, match=fault.match):
        load_dataset(fault.name, data_dir=tmp_path, cache_dir=tmp_path / "cache", **options)
    assert not list((tmp_path / "cache").glob(".partial-*"))


def test_a_refused_pickle_runs_nothing(tmp_path: Path) -> None:
    witness = tmp_path / "witness"

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (witness,)

    with pytest.raises(DataError, match="the pickle is refused"):
        unpickle_plain(pickle.dumps(Evil()), path="batch")
    assert not witness.exists()


def test_undecodable_images_are_skipped_and_counted_where_allowed(tmp_path: Path) -> None:
    makers.own_images(tmp_path / "mine", 1)
    for name in ("cat/000.png", "dog/001.png"):
        (tmp_path / "mine" / name).write_bytes(b"no image")
    for in_memory in (True, False):
        dataset = load_dataset(
            "image-folder",
            path=tmp_path / "mine",
            cache_dir=tmp_path / "cache",
            on_bad_image="skip",
            in_memory=in_memory,
        )
        assert len(dataset.train) + len(dataset.validation) + len(dataset.test) == 58
        assert any("skipped 2 images that do not decode" in note for note in dataset.notes)


def test_rows_with_missing_values_are_dropped_and_counted_where_allowed(tmp_path: Path) -> None:
    table(*CSV, ",1,x", "1,2,")(tmp_path)
    dataset = load_dataset(
        "tabular-file", path=tmp_path / "table.csv", target="label", missing="drop"
    )
    assert len(dataset.train) + len(dataset.validation) + len(dataset.test) == 30
    assert "dropped 2 rows with missing values" in dataset.notes


def test_a_constant_column_is_dropped_and_reported(tmp_path: Path) -> None:
    table("a,b,label", *(f"{n},7,{'xy'[n % 2]}" for n in range(30)))(tmp_path)
    dataset = load_dataset("tabular-file", path=tmp_path / "table.csv", target="label")
    assert dataset.schema is not None and dataset.schema.dropped == ("b",)
    assert any("dropped 1 columns: b (constant: '7'" in note for note in dataset.notes)
    assert list(dataset.train.x.columns) == ["a"]


def test_a_missing_data_folder_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(DataError, match=r"Set COOKBOOK_DATA or pass `data_dir`, then fetch it"):
        load_dataset("names")


def test_the_data_folder_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    makers.names(tmp_path / "names", 1)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert len(load_dataset("names").train) == 160


def test_names_and_options_that_nobody_knows() -> None:
    with pytest.raises(ValueError, match=r"No dataset named 'digit'. Did you mean 'digits'"):
        load_dataset("digit")
    with pytest.raises(ValueError, match=r"No option of dataset 'eng-fra' named 'revers'. Did"):
        load_dataset("eng-fra", revers=True)
    with pytest.raises(ValueError, match="'tabular-file' needs the option 'target'"):
        load_dataset("tabular-file", path="x.csv")
    with pytest.raises(DataError, match=r"reads your own data. Pass the file or folder"):
        load_dataset("image-folder")
    with pytest.raises(ValueError, match=r"`rows >= 1` must hold, or None for all. Got rows=0"):
        load_dataset("digits", rows=0)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"missing": "guess"}, "`missing` is 'impute', 'drop' or 'error'"),
        ({"task": "ranking"}, "`task` is 'classification' or 'regression'"),
    ],
)
def test_unknown_choices_of_tables(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        load_dataset("tabular-file", path="x.csv", target="y", **options)


def test_unknown_choices_of_texts_and_images(tmp_path: Path) -> None:
    makers.eng_fra(tmp_path / "eng-fra", 1)
    makers.own_images(tmp_path / "mine", 1)
    with pytest.raises(ValueError, match="`subset` is 'all' or 'tutorial'"):
        load_dataset("eng-fra", data_dir=tmp_path, subset="half")
    with pytest.raises(ValueError, match="`unit` is 'stream' or 'line'"):
        load_dataset("plain-text", path=tmp_path / "x.txt", unit="word")
    with pytest.raises(ValueError, match="`on_bad_image` is 'error' or 'skip'"):
        load_dataset(
            "image-folder", path=tmp_path / "mine", cache_dir=tmp_path, on_bad_image="guess"
        )
    with pytest.raises(ValueError, match=r"`channels` is 1 \(grey\) or 3 \(colour\)"):
        load_dataset("image-folder", path=tmp_path / "mine", cache_dir=tmp_path, channels=2)


def test_a_gzip_with_a_wrong_checksum_is_damaged(tmp_path: Path) -> None:
    makers.idx_folder(tmp_path / "mnist", 1)
    file = tmp_path / "mnist" / "train-labels-idx1-ubyte.gz"
    data = bytearray(gzip.compress(gzip.decompress(file.read_bytes())))
    data[-6] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(DataError, match="truncated or damaged"):
        load_dataset("mnist", data_dir=tmp_path)
