"""What `data` may be for `train` and `tune`: files, tables, arrays, images, texts, sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines import train, tune
from pipelines.datasets.registry import load_dataset
from pipelines.jobs.api import job_of
from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
from pipelines.training.own_data import data_options

GENERATOR = np.random.default_rng(0)
FRAME = pd.DataFrame({"a": GENERATOR.normal(size=40), "label": ["yes", "no"] * 20})
IMAGES = GENERATOR.integers(0, 256, size=(240, 8, 9), dtype=np.uint8)
CLASSES = np.arange(240) % 12
TEXTS = [f"word{n} and word{n + 1}" for n in range(40)]


def options_of(recipe, data, root, **keys):
    return data_options(load_recipe(recipe), data, root=root, **keys)


def loaded(recipe, data, root, **keys):
    """The rows of all splits together, as the recipe reads them."""
    options = options_of(recipe, data, root, **keys)
    dataset = load_dataset(load_recipe(recipe).dataset, cache_dir=root, **options)
    splits = [dataset.train, dataset.validation, dataset.test.open("a test")]
    return dataset, splits


def test_a_table_is_one_file_however_it_is_given(tmp_path):
    whole = options_of("tabular", FRAME, tmp_path, target="label")
    pair = options_of("tabular", (FRAME, "label"), tmp_path)
    joined = options_of("tabular", (FRAME[["a"]], FRAME["label"]), tmp_path)
    mapped = options_of("tabular", {"path": FRAME, "target": "label"}, tmp_path)
    assert whole == pair == joined == mapped
    assert options_of("tabular", {"path": FRAME, "missing": "drop"}, tmp_path, target="label") == {
        **whole,
        "missing": "drop",
    }
    arrays = options_of("tabular", (FRAME[["a"]].to_numpy(), np.arange(40.0)), tmp_path)
    assert list(pd.read_parquet(arrays["path"]).columns) == ["x0", "target"]
    assert len(list((tmp_path / "inputs").iterdir())) == 2


@pytest.mark.parametrize("shape", [(240, 8, 9), (240, 8, 9, 1), (240, 8, 9, 3)])
def test_images_come_back_bit_by_bit_with_their_classes(shape, tmp_path):
    channels = shape[3] if len(shape) > 3 else 1
    pixels = np.broadcast_to(IMAGES[..., None], (240, 8, 9, channels)).reshape(shape)
    dataset, splits = loaded("image", (pixels, CLASSES), tmp_path)
    assert dataset.classes == tuple(f"{number:02d}" for number in range(12))
    rows = {
        np.asarray(image).tobytes(): label
        for split in splits
        for image, label in zip(split.x, split.y, strict=True)
    }
    given = pixels.reshape(240, 8, 9, channels)
    assert rows == {image.tobytes(): label for image, label in zip(given, CLASSES, strict=True)}


def test_channels_of_images_in_memory_may_be_chosen(tmp_path):
    colours = np.repeat(IMAGES[..., None], 3, axis=-1)
    dataset, _ = loaded("image", {"path": (colours, CLASSES), "channels": 1}, tmp_path)
    assert np.shape(dataset.train.x)[1:] == (8, 9, 1)


def test_texts_come_back_with_their_classes(tmp_path):
    labels = ["fine", "poor"] * 20
    dataset, splits = loaded("text", (TEXTS, labels), tmp_path)
    found = {t: dataset.classes[y] for s in splits for t, y in zip(s.x, s.y, strict=True)}
    assert found == dict(zip(TEXTS, labels, strict=True))
    frame = pd.DataFrame({"review": TEXTS, "label": labels})
    same = options_of("text-recurrent", frame, tmp_path, target="label")
    assert same == options_of("text", (TEXTS, labels), tmp_path)
    mapped = options_of("text", {"path": frame, "target": "label"}, tmp_path)
    assert mapped == same
    DataRequest.of(load_recipe("text"), options=mapped).load()


@pytest.mark.parametrize(
    ("recipe", "x", "y"),
    [
        ("image", IMAGES[:40], CLASSES[:40] % 2),
        ("text", TEXTS, ["fine", "poor"] * 20),
        ("tabular", FRAME[["a"]], FRAME["label"]),
    ],
)
def test_rows_in_memory_keep_their_weights(recipe, x, y, tmp_path):
    weights = np.arange(40) / 8
    _, (train, validation, _) = loaded(recipe, (x, y, weights), tmp_path)
    values = x["a"].tolist() if recipe == "tabular" else list(x)
    keys = {np.asarray(value).tobytes(): w for value, w in zip(values, weights, strict=True)}
    for split in (train, validation):
        rows = split.x["a"] if recipe == "tabular" else split.x
        assert [keys[np.asarray(row).tobytes()] for row in rows] == split.weights.tolist()


@pytest.mark.parametrize("recipe", ["image", "text", "tabular"])
def test_weights_in_memory_fit_their_rows(recipe, tmp_path):
    x = {"image": IMAGES, "text": TEXTS, "tabular": FRAME[["a"]]}[recipe]
    y = np.arange(len(x)) % 2
    for weights, message in (([1.0], "one weight per row"), (-np.ones(len(x)), "at least 0")):
        with pytest.raises(ValueError, match=message):
            options_of(recipe, (x, y, weights), tmp_path)
    assert not list(tmp_path.iterdir())


def test_sentences_are_pairs(tmp_path):
    pairs = ([f"source {n}" for n in range(40)], [f"target {n}" for n in range(40)])
    _, splits = loaded("translation", pairs, tmp_path)
    assert sum(len(split) for split in splits) == 40


def test_rows_may_be_tuples(tmp_path):
    images = options_of("image", (tuple(IMAGES), tuple(CLASSES)), tmp_path)
    assert images == options_of("image", (IMAGES, CLASSES), tmp_path)
    texts = options_of("text", (tuple(TEXTS), ("fine", "poor") * 20), tmp_path)
    assert texts == options_of("text", (TEXTS, ["fine", "poor"] * 20), tmp_path)


def test_a_search_and_a_training_are_of_the_same_data(tmp_path):
    options = options_of("image", (IMAGES, CLASSES), tmp_path)
    job = job_of("image", (IMAGES, CLASSES), root=tmp_path)
    assert job.data == options
    recipe = load_recipe("image")
    request = DataRequest.of(recipe, options=job.data)
    assert request == DataRequest.of(recipe, options=options)
    table = job_of("tabular", FRAME, target="label", root=tmp_path)
    assert table.data["target"] == "label"
    named = job_of("tabular", "rows.csv", target="label", root=tmp_path)
    assert named.data == {"path": "rows.csv", "target": "label"}


@pytest.mark.parametrize(
    ("recipe", "data", "message"),
    [
        ("tabular", FRAME, r"does not say what is predicted.*one of a, label"),
        ("tabular", (np.zeros((2, 4, 4)), np.zeros(2)), "Rows of a table are"),
        ("tabular", (np.zeros((2, 4)), np.zeros(3)), "one target per row. Got 2 rows"),
        ("tabular", (pd.DataFrame({"target": [1]}), [0]), "named like a column"),
        ("tabular", 3, "Got int"),
        ("image", IMAGES, r"Images in memory are \(x, y\)\. Got ndarray"),
        ("image", (IMAGES[:, 0], CLASSES), r"Images are \[n, height, width\].*\(240, 9\)"),
        ("image", (IMAGES / 255, CLASSES), r"uint8\. Got float64 from 0 to 1: give .*255 \* x"),
        ("image", (IMAGES, CLASSES[:9]), "one class per image. Got 240 and classes"),
        ("image", (IMAGES, CLASSES[:, None]), r"classes of shape \(240, 1\): give y\.ravel\(\)"),
        ("image", (IMAGES, np.eye(12)[CLASSES]), r"\(240, 12\): give y\.argmax\(1\)"),
        ("tabular", (np.zeros((2, 4)), np.zeros((2, 1))), r"\(2, 1\): give y\.ravel\(\)"),
        ("image", ((IMAGES, CLASSES), (IMAGES, CLASSES)), r"give \(x, y\) of all rows"),
        ("image", (IMAGES, CLASSES, (IMAGES, CLASSES)), r"give \(x, y\) of all rows"),
        ("tabular", ((FRAME[["a"]], FRAME["label"]),) * 2, r"give \(x, y\) of all rows"),
        ("tabular", {"x": IMAGES, "y": CLASSES, "n": 3}, r"Got arrays as x, y: give \(x, y\)"),
        ("image", (IMAGES, [*["cat"] * 239, None]), "Got none for 1 of 240, the first at 239"),
        ("text", (["fine", "bad"], [pd.NA, "good"]), "Got none for 1 of 2, the first at 0"),
        ("text", (["fine", "bad"], [np.nan, 1.0]), "Each text has a class. Got none for 1 of 2"),
        ("image", (IMAGES, ["../up"] * 240), "can name a folder. Got '../up'"),
        ("image", (IMAGES, ["test", "cat"] * 120), "'test' is what the folder of a split"),
        ("text", (["fine", " "], [0, 1]), "strings that are not empty. Got ' ' at 1"),
        ("text", (FRAME.assign(b=1), "label"), r"one column beside 'label'\. Got \['a', 'b'\]"),
        ("translation", (["a\tb"], ["c"]), "no tab and is one line"),
        ("translation", (["a"], ["c", "d"]), "come in pairs. Got 1 and 2"),
        ("language-model", (["a"], ["b"]), "takes a file or folder. Got tuple"),
        ("wine-mlp", FRAME, r"wine-mlp has its own data, wine\. Got DataFrame.*`tabular`"),
        ("digits-mlp", (IMAGES, CLASSES), r"its own data, digits\. Got tuple: .*`image`"),
    ],
)
def test_other_data_are_refused_alike(recipe, data, message, tmp_path):
    for call in (train, tune):
        with pytest.raises(ValueError, match=message):
            call(recipe, data, root=tmp_path)
    assert not list(tmp_path.iterdir())
