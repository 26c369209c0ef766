"""Your own files: what is wrong with them is one line that names the file, and exit code 2."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pipelines.own_data import (
    OWN_DATA,
    write_images,
    write_pairs,
    write_table,
    write_text,
    write_texts,
)

pytestmark = pytest.mark.usefixtures("ready_mlflow")

LATIN = "café, naïve\n".encode("latin-1") * 40
NOTHING = "nothing"


def _nothing(folder: Path) -> Path:
    return folder / NOTHING


def _file(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def _changed(write: Callable[[Path], Path], old: str, new: str) -> Callable[[Path], Path]:
    """A sound file with every `old` replaced."""

    def spoil(folder: Path) -> Path:
        path = write(folder)
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return path

    return spoil


def _with(write: Callable[[Path], Path], name: str, content: bytes) -> Callable[[Path], Path]:
    """A sound folder with one more file, or another content of one."""

    def spoil(folder: Path) -> Path:
        path = write(folder)
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
        return path

    return spoil


def _damaged_photograph(folder: Path) -> Path:
    """Its header is sound; the pixels end half way."""
    path = write_images(folder)
    file = path / "dark" / "photo.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3))
    Image.fromarray(noise.astype(np.uint8)).save(file)
    file.write_bytes(file.read_bytes()[:1500])
    return path


def _given_splits(folder: Path) -> Path:
    """Folders `train` and `test`, the second without one of the classes."""
    path = write_images(folder)
    for label in ("dark", "bright"):
        for number, file in enumerate(sorted((path / label).iterdir())):
            split = "test" if label == "dark" and number < 4 else "train"
            file.rename(_made(path / split / label) / file.name)
        (path / label).rmdir()
    return path


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Bad:
    """One way in which a user's data is bad.

    Attributes:
        recipe: Name of the generic recipe.
        write: Writes the data; returns what `--data` names.
        message: Pattern of the one line.
        options: Besides those of the sound data.
    """

    recipe: str
    write: Callable[[Path], Path]
    message: str
    options: tuple[str, ...] = ()


BAD = {
    "no table": Bad("tabular", _nothing, r"nothing: no such file"),
    "a folder for a table": Bad(
        "tabular", write_images, r"photos: a file is expected, and this is a folder"
    ),
    "no images": Bad("image", _nothing, r"nothing: there is no such file or folder"),
    "no texts": Bad("text", _nothing, r"nothing: there is no such file or folder"),
    "no text": Bad("language-model", _nothing, r"nothing: no such file"),
    "no pairs": Bad("translation", _nothing, r"nothing: no such file"),
    "empty table": Bad("tabular", _file("t.csv", b""), r"t\.csv: .*empty"),
    "empty text": Bad("language-model", _file("t.txt", b" \n"), r"t\.txt: .*empty"),
    "empty pairs": Bad("translation", _file("t.txt", b""), r"t\.txt: .*empty"),
    "empty class": Bad("text", _with(write_texts, "sport.txt", b""), r"sport\.txt: .*empty"),
    "table in latin-1": Bad(
        "tabular", _file("t.csv", b"a,label\n" + LATIN), r"t\.csv:2: byte 0xe9"
    ),
    "text in latin-1": Bad("language-model", _file("t.txt", LATIN), r"t\.txt:1: byte 0xe9 at"),
    "pairs in latin-1": Bad(
        "translation", _file("t.txt", b"a\tb\n" + LATIN), r"t\.txt:2: byte 0xe9"
    ),
    "class in latin-1": Bad(
        "text",
        _with(write_texts, "food.txt", LATIN),
        r"food\.txt:1: byte 0xe9 .*pass `--data-option encoding=latin-1`",
    ),
    "constant target": Bad(
        "tabular",
        _changed(write_table, ";no", ";yes"),
        r"target 'label' has one value in every row",
    ),
    "missing target": Bad(
        "tabular",
        _changed(write_table, "label\n", "label\n1.5;red;\n"),
        r"table\.csv:2: the target 'label' has no value here"
        r".*pass `--data-option missing_target=drop`",
    ),
    "class in too few rows": Bad(
        "tabular",
        _changed(write_table, "label\n", "label\n1.5;red;perhaps\n"),
        r"table\.csv: every class needs rows in the validation split.*classes: perhaps",
    ),
    "no such column": Bad(
        "tabular",
        write_table,
        r"No column named 'lable'. Did you mean 'label'",
        ("--target", "lable"),
    ),
    "one class": Bad("text", _file("only.txt", b"x"), r"only\.txt: a folder, tar or zip"),
    "image outside of a class": Bad(
        "image", _with(write_images, "stray.png", b"x"), r"'stray\.png' lies in no class folder"
    ),
    "no image": Bad(
        "image",
        _with(write_images, "dark/99.png", b"no image"),
        r"99\.png: the image does not decode.*pass `--data-option on_bad_image=skip`",
    ),
    "no image, on disk": Bad(
        "image",
        _with(write_images, "dark/99.png", b"no image"),
        r"99\.png: the image does not decode",
        ("--data-option", "in_memory=false"),
    ),
    "damage found while training": Bad(
        "image",
        _damaged_photograph,
        r"photo\.jpg: this file does not decode",
        ("--data-option", "in_memory=false"),
    ),
    "class absent from a given split": Bad(
        "image",
        _given_splits,
        r"photos: every class needs rows in the test split.* none of 1 of 2 classes: bright",
    ),
    "one column of pairs": Bad("translation", write_text, r"mine\.txt:1: "),
    "unknown option": Bad(
        "image",
        write_images,
        r"'on_bad_imag'. Did you mean 'on_bad_image'",
        ("--data-option", "on_bad_imag=skip"),
    ),
    "weights that are not there": Bad(
        "image", write_images, r"weights\.csv: no such file", ("--sample-weights", "weights.csv")
    ),
    "no column of weights": Bad(
        "tabular",
        write_table,
        r"No column of weights named 'colours'. Did you mean 'colour'",
        ("--sample-weights", "colours"),
    ),
    "weights of texts that are none": Bad(
        "text",
        write_table,
        r"Weights \('colour'\) must be finite numbers",
        ("--target", "label", "--sample-weights", "colour"),
    ),
    "weights where none belong": Bad(
        "translation",
        write_pairs,
        r"No option of dataset 'pair-file' named 'sample_weight'",
        ("--sample-weights", "weights.csv"),
    ),
    "unknown way out": Bad(
        "image",
        write_images,
        r"`on_bad_image` is one of error, skip\. Got on_bad_image=False",  # what YAML makes of no
        ("--data-option", "on_bad_image=no"),
    ),
    "unknown codec": Bad(
        "language-model",
        write_text,
        r"Python knows no encoding 'utf-9'",
        ("--data-option", "encoding=utf-9"),
    ),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_data_is_one_line_and_exit_code_2(bad, program, tmp_path):
    place = tmp_path / "own"
    place.mkdir()
    path = bad.write(place)
    options = (*OWN_DATA[bad.recipe].options, *bad.options)
    done = program("train", bad.recipe, "--tiny", "--data", path, *options, "--json", check=False)
    assert done.code == 2, done.err
    (line,) = done.err.strip().splitlines()
    assert re.search(bad.message, line)
    assert done.out == ""
    assert not (tmp_path / "mlruns" / "models").exists()


def test_a_generic_recipe_asks_for_the_file_and_the_column(program, tmp_path):
    asked = program("train", "image", "--tiny", check=False).err
    assert "reads your own data: pass `--data`, the file or folder" in asked
    path = write_table(tmp_path)
    done = program("train", "tabular", "--tiny", "--data", path, check=False)
    assert "needs the option 'target'" in done.err
    assert done.code == 2


def _trained(program, recipe, path, *options):
    options = (*OWN_DATA[recipe].options, *options)
    done = program("train", recipe, "--tiny", "--data", path, *options, "--json")
    return json.loads(done.out.splitlines()[-1])


@pytest.mark.parametrize("in_memory", ["true", pytest.param("false", marks=pytest.mark.exhaustive)])
def test_images_that_do_not_decode_are_skipped_and_named_where_allowed(
    in_memory, program, tmp_path
):
    path = _damaged_photograph(tmp_path)
    (path / "bright" / "00.png").write_bytes(b"no image")
    options = ("--data-option", f"in_memory={in_memory}", "--data-option", "on_bad_image=skip")
    result = _trained(program, "image", path, *options)
    assert any(
        note == "skipped 2 images that do not decode: bright/00.png, dark/photo.jpg"
        for note in result["notes"]
    )


@pytest.mark.exhaustive
def test_images_and_texts_of_a_table_have_weights(program, tmp_path):
    photos = write_images(tmp_path)
    names = [file.relative_to(photos).as_posix() for file in photos.rglob("*.png")]
    weights = tmp_path / "weights.csv"
    weights.write_text("file,weight\n" + "".join(f"{name},{len(name) / 4}\n" for name in names))
    found = _trained(program, "image", photos, "--sample-weights", weights)
    assert "training rows weigh from 2.75 to 3.25" in found["notes"]
    table = tmp_path / "reviews.csv"
    rows = [f"{('fine', 'poor')[n % 2]} film {n},{n % 2},{1 + n % 3}" for n in range(60)]
    table.write_text("\n".join(["review,label,trust", *rows]) + "\n")
    found = _trained(program, "text", table, "--target", "label", "--sample-weights", "trust")
    assert "training rows weigh from 1 to 3" in found["notes"]


def test_a_table_tells_what_was_inferred_dropped_and_left_out(program, tmp_path):
    path = tmp_path / "table.csv"
    rows = [f"{n % 7};7;caf\xe9;{('non', 'oui')[n % 2]}" for n in range(60)]
    path.write_bytes("\n".join(["a;b;c;label", "3;7;caf\xe9;", *rows]).encode("latin-1"))
    options = ("--data-option", "missing=drop", "--data-option", "encoding=latin-1")
    notes = "\n".join(_trained(program, "tabular", path, *options)["notes"])
    assert "dropped 1 rows with missing values" in notes
    assert "dropped 2 columns: b (constant: '7'" in notes
    assert "target 'label': classification (2 distinct values; inferred" in notes


@pytest.mark.exhaustive
@pytest.mark.service
def test_a_search_shows_the_notes_once(program_in_place, tmp_path):
    program = program_in_place
    path = tmp_path / "table.csv"
    rows = [f"{n % 7};[red];{('non', 'oui')[n % 2]}" for n in range(60)]
    path.write_text("\n".join(["a;b;label", *rows]) + "\n")
    search = ("tune", "tabular", "--tiny", "--data", path, "--target", "label", "--trials", "1")
    found = json.loads(program(*search, "--workers", "1", "--json").out.splitlines()[-1])
    (dropped,) = (note for note in found["notes"] if note.startswith("dropped"))
    assert "dropped 1 columns: b (constant: '[red]'" in dropped
    assert "notes" not in found["final"]
    # For a person, from the finished study.
    shown = program(*search)
    assert "is finished" in shown.err
    assert dropped in shown.err.splitlines(), "what was read is said before the search"
    assert "a       numeric  0" in shown.err.splitlines()
    assert shown.out.count(dropped) == 1
    # In the MLflow run, and beside the model, from where an outage of MLflow is made up for.
    stored = list((tmp_path / "mlruns").rglob("data.txt"))
    assert sorted("delivery" in path.parts for path in stored) == [False, True]
    for path in stored:
        notes, columns = path.read_text().split("\n\n")
        assert notes.splitlines() == found["notes"]
        assert "a       numeric  0" in columns.splitlines()


@pytest.mark.exhaustive
def test_kinds_of_columns_and_of_the_task_can_be_overridden(program, tmp_path):
    path = tmp_path / "table.tsv"
    rows = (f"{n % 5}\t{n}\t{n % 4}" for n in range(80))
    path.write_text("\n".join(["code\tsize\tlabel", *rows]))
    kinds = ("--data-option", "columns={code: categorical}", "--data-option", "task=regression")
    assert "mae" in _trained(program, "tabular", path, *kinds)["test_metrics"]
    assert "accuracy" in _trained(program, "tabular", path)["test_metrics"]


@pytest.mark.exhaustive
def test_pairs_and_folders_of_text_are_read_as_the_options_say(program, tmp_path):
    result = _trained(
        program, "translation", write_pairs(tmp_path), "--data-option", "columns=[1, 0]"
    )
    assert "bleu" in result["test_metrics"]
