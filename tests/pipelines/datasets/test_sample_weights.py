"""Weights of the user's own rows: from a column, or from a table of files."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pipelines.datasets import DataError, load_dataset

COUNT = 12


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Grey pictures of two classes, each of one value, and a table in which that is the weight."""
    folder = tmp_path_factory.mktemp("photos")
    names = []
    for number in range(2 * COUNT):
        name = f"{('cat', 'dog')[number % 2]}/{number}.png"
        (folder / name).parent.mkdir(exist_ok=True)
        Image.fromarray(np.full((4, 4), number + 1, np.uint8)).save(folder / name)
        names.append(name)
    return folder, names


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Texts of two classes, one a file, and their names."""
    folder = tmp_path_factory.mktemp("texts")
    names = [f"{('bad', 'good')[number % 2]}/{number}.txt" for number in range(2 * COUNT)]
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"text {number + 1}")
    return folder, names


def weights_file(path, names):
    lines = [f"{name},{number + 1}" for number, name in reversed(list(enumerate(names)))]
    path.write_text("\n".join(["file,weight", *lines]) + "\n")
    return path


@pytest.mark.parametrize("in_memory", [True, False])
def test_images_weigh_what_the_table_of_files_says(photos, tmp_path, in_memory):
    folder, names = photos
    table = weights_file(tmp_path / "weights.csv", names)
    options = {"path": folder, "channels": 1, "in_memory": in_memory, "cache_dir": tmp_path}
    found = load_dataset("image-folder", sample_weight=table, **options)
    for split in (found.train, found.validation, found.train_and_validation()):
        rows = split.x if in_memory else np.stack([split.x.read(n) for n in range(len(split))])
        assert split.weights.tolist() == rows[:, 0, 0, 0].tolist()
    assert found.notes[-1] == "training rows weigh from 1 to 24"
    assert found.fingerprint != load_dataset("image-folder", **options).fingerprint


def test_texts_of_a_folder_weigh_what_the_table_of_files_says(texts, tmp_path):
    folder, names = texts
    table = weights_file(tmp_path / "weights.csv", names)
    train = load_dataset("text-classes", path=folder, sample_weight=table).train
    assert [f"text {weight:g}" for weight in train.weights] == train.x


def test_all_texts_of_a_file_have_its_weight(tmp_path):
    for label in ("bad", "good"):
        lines = [f"{label} text {number}" for number in range(COUNT)]
        (tmp_path / f"{label}.txt").write_text("\n".join(lines))
    table = tmp_path / "weights.tsv"
    table.write_text("file\tweight\ngood.txt\t3\n./bad.txt\t0.5\n")
    (tmp_path / "inside").mkdir()
    source = tmp_path / "inside"
    for label in ("bad", "good"):
        (tmp_path / f"{label}.txt").rename(source / f"{label}.txt")
    train = load_dataset("text-classes", path=source, sample_weight=table).train
    assert [3.0 if text.startswith("good") else 0.5 for text in train.x] == train.weights.tolist()


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    path = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    rows = [f"text {n},{('bad', 'good')[n % 2]},{n + 1},x{n / 2}" for n in range(2 * COUNT)]
    lines = [f"{row},{number / 4}" for number, row in enumerate([*rows, ",good,1,x", "text,,1,x"])]
    path.write_text("\n".join(["review,label,trust,source,size", *lines]))
    return path


def test_texts_are_a_column_of_a_table_and_weights_another(reviews):
    columns = {"target": "label", "text": "review", "sample_weight": "trust"}
    found = load_dataset("text-classes", path=reviews, **columns)
    assert found.classes == ("bad", "good")
    assert [f"text {weight - 1:g}" for weight in found.train.weights] == found.train.x
    assert found.notes[:2] == (
        "texts are column 'review', classes column 'label'",
        "left out 2 empty rows",
    )


def test_the_rows_of_a_table_weigh_what_a_column_says(reviews):
    found = load_dataset("tabular-file", path=reviews, target="label", sample_weight="trust",
                         missing="drop")  # fmt: skip
    assert "trust" not in found.train.x.columns
    assert found.train.weights.sum() + found.validation.weights.sum() > 0
    assert {column.name for column in found.schema.columns} == {"review", "source", "size"}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"text": "review"},
            "needs the column of the classes .*review, label, trust, source, size",
        ),
        ({"target": "label"}, "which column holds the texts.*one of review, trust, source, size"),
        ({"target": "lable"}, "Did you mean 'label'"),
        ({"target": "label", "text": "revue"}, "Did you mean 'review'"),
        ({"target": "label", "text": "review", "sample_weight": "trist"}, "Did you mean 'trust'"),
        ({"target": "label", "text": "review", "sample_weight": "source"}, "finite numbers"),
    ],
)
def test_columns_that_are_not_there_are_refused(reviews, columns, message):
    with pytest.raises(ValueError, match=message):
        load_dataset("text-classes", path=reviews, **columns)


def test_a_folder_has_no_columns(texts):
    with pytest.raises(ValueError, match=r"name columns of a table.*target='label'"):
        load_dataset("text-classes", path=texts[0], target="label")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file,weight,class\ncat/0.png,1,cat", "two columns.*Got file, weight, class"),
        ("file,weight\ncat/0.jpg,1", "1 of 1 names fit no file.*cat/0.png"),
        ("file,weight\ncat/0.png,1\ncat/0.png,2", "1 of 24 have more than one weight.*cat/0.png"),
        ("file,weight\ncat/0.png,1", "23 of 24 have no weight"),
    ],
)
def test_a_table_that_does_not_fit_the_files_is_refused(photos, tmp_path, content, message):
    table = tmp_path / "weights.csv"
    table.write_text(content)
    with pytest.raises(DataError, match=message):
        load_dataset("image-folder", path=photos[0], sample_weight=table)
