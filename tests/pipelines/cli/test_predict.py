"""`cookbook predict RUN INPUT` for each kind of data, and what it says about bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from pipelines.recipes.registry import load_recipe
from tests.pipelines.recipes.test_tiny_runs import PREDICTED, check_tiny_run


def _new_table(folder):
    # Columns in another order, an unknown colour, a missing value: raw rows as they come.
    path = folder / "new.csv"
    path.write_text("colour,size\nred,2.5\nblue,-1.0\ngreen,\n")
    return path


def _new_images(folder):
    place = folder / "new"
    place.mkdir()
    for number, level in enumerate((10, 240, 128)):
        # Another size and a grey picture: the fitted preprocessing takes them.
        mode, shape = (("RGB", (20, 30, 3)), ("RGB", (16, 16, 3)), ("L", (16, 16)))[number]
        Image.fromarray(np.full(shape, level, np.uint8)).convert(mode).save(place / f"{number}.png")
    (place / "notes.txt").write_text("no picture")
    return place


def _new_file(text):
    def write(folder):
        path = folder / "new.txt"
        path.write_text(text)
        return path

    return write


# Recipe to inputs: writer or text, rows of the answer, its columns.
INPUTS = {
    "tabular": [(_new_table, 3, {"prediction", "probability"})],
    "image": [
        (_new_images, 3, {"prediction", "probability"}),
        (lambda folder: _new_images(folder) / "1.png", 1, {"prediction", "probability"}),
    ],
    "text": [
        (_new_file("a good match\nthe cheese\n"), 2, {"prediction", "probability"}),
        ("the match of day 3", 1, {"prediction", "probability"}),
    ],
    "language-model": [("line 7", 1, {"prompt", "continuation"})],
    "translation": [
        ("I see two.", 1, {"source", "translation"}),
        (_new_file("I see one.\nI see six and unknown.\n"), 2, {"source", "translation"}),
    ],
}


def test_every_recipe_left_to_this_file_has_inputs():
    assert set(INPUTS) >= PREDICTED


def _read(program, run, source):
    done = program("predict", run, source, "--json")
    assert done.err == ""
    return json.loads(done.out.splitlines()[-1])


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ready_mlflow")
@pytest.mark.parametrize("name", INPUTS)
def test_a_trained_model_takes_raw_input(name, program, tmp_path):
    """The tiny run of `test_tiny_runs`, and what its model predicts."""
    run = check_tiny_run(load_recipe(name), program, tmp_path)["run_id"]
    for number, (source, rows, columns) in enumerate(INPUTS[name]):
        place = tmp_path / f"new{number}"
        place.mkdir()
        answer = _read(program, run, source(place) if callable(source) else source)
        assert len(answer) == rows
        assert all(columns <= set(row) for row in answer)
    # The same for a person, and again: nothing is drawn anew.
    source = INPUTS[name][0][0]
    place = tmp_path / "again"
    place.mkdir()
    source = source(place) if callable(source) else source
    assert _read(program, run, source) == _read(program, f"mlruns/models/{run}", source)
    assert sorted(columns)[0] in program("predict", run, source).out
    _bad_input(name, program, run, tmp_path)


def _bad_input(name, program, run, folder):
    cases = {
        "tabular": [
            ("nothing.csv", "nothing.csv"),
            (_file(folder, "bad.csv", "size\n1\n"), "colour"),
        ],
        "image": [
            ("nothing.png", "nothing.png"),
            (_file(folder, "bad.png", "no image"), "bad.png"),
        ],
    }
    for source, message in cases.get(name, []):
        done = program("predict", run, source, check=False)
        assert done.code == 2, done.err
        assert message in done.err
        assert len(done.err.strip().splitlines()) == 1


def _file(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ready_mlflow")
def test_a_model_that_draws_takes_seeds(program):
    trained = program("train", "digits-gan", "--tiny", "--json")
    run = json.loads(trained.out.splitlines()[-1])["run_id"]
    answer = _read(program, run, "5,0,5")
    assert [row["seed"] for row in answer] == [5, 0, 5]
    assert answer[0] == answer[2] != answer[1]
    assert sum(name.startswith("pixel") for name in answer[0]) == 64
    done = program("predict", run, "five", check=False)
    assert (done.code, "whole numbers, for example 0,1,2. Got 'five'" in done.err) == (2, True)


@pytest.mark.usefixtures("ready_mlflow")
def test_files_are_brought_to_the_range_of_the_training_images(program, tmp_path):
    from sklearn.datasets import load_digits

    trained = program("train", "digits-cnn", "--tiny", "--json")
    run = json.loads(trained.out.splitlines()[-1])["run_id"]
    image = load_digits().images[0]
    np.save(tmp_path / "raw.npy", image[..., np.newaxis])
    # 17 levels of the dataset, 256 of a file; digits of 8x8 pixels.
    Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8)).save(tmp_path / "file.png")
    (from_array,) = _read(program, run, tmp_path / "raw.npy")
    (from_file,) = _read(program, run, tmp_path / "file.png")
    assert from_file["prediction"] == from_array["prediction"]
    assert from_file["probability"] == pytest.approx(from_array["probability"], abs=0.01)
    np.save(tmp_path / "raw.npy", image[..., np.newaxis] * 16)
    done = program("predict", run, tmp_path / "raw.npy", check=False)
    assert done.code == 2
    assert "Pixels lie in [0, 16], as in training. Got values from 0 to 2" in done.err


@pytest.mark.usefixtures("ready_mlflow")
def test_tables_are_read_as_the_options_say(program, tmp_path):
    lines = [f"{n % 9},{n % 10};{('oui', 'non')[n % 10 > 4]}é" for n in range(80)]
    path = tmp_path / "french.csv"
    path.write_bytes("\n".join(["taille;label", *lines]).encode("latin-1"))
    how = ("--data-option", "encoding=latin-1", "--data-option", 'decimal=","')
    arguments = ("--tiny", "--data", path, "--target", "label", *how, "--json")
    run = json.loads(program("train", "tabular", *arguments).out.splitlines()[-1])["run_id"]
    one = tmp_path / "one.csv"
    one.write_text("taille\n3,25\n")
    how = ("--data-option", "delimiter=;", "--data-option", 'decimal=","')
    (row,) = json.loads(program("predict", run, one, *how, "--json").out)
    assert row["prediction"] in ("ouié", "noné")
    assert row["taille"] == 3.25
    assert row["p(ouié)"] + row["p(noné)"] == pytest.approx(1)
    one.write_text("taille;label\n3,25;ouié\n4,5;noné\n1;\n")
    shown = program("predict", "latest", one, *how, "--output", tmp_path / "out.csv")
    # In the encoding that was given for the file of the training, it need not be said again.
    again = tmp_path / "again.csv"
    again.write_bytes(one.read_bytes().decode().encode("latin-1"))
    scored = [line for line in shown.err.splitlines() if line.startswith("scored")]
    assert scored[0] in program("predict", run, again).err
    assert "scored 2 of 3 rows (1 without a target): accuracy" in shown.err
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("taille,label,prediction,probability,p(")
    done = program("predict", run, one, *how, "--output", tmp_path / "out.doc", check=False)
    assert (done.code, ".csv, .json, .parquet" in done.err) == (2, True)
    done = program("predict", run, one, "--data-option", "encodin=latin-1", check=False)
    assert "No option of 'tabular' input named 'encodin'. Did you mean 'encoding'" in done.err
    assert done.code == 2


WRONG_KINDS = {
    "tabular": [
        ("photo.png", "photo.png: this is an image, and the model takes a table: a CSV"),
        ("photos", "photos: this is a folder, and the model takes a table: a CSV"),
    ],
    "image": [("rows.csv", "rows.csv: this is no image, and the model takes images: a file")],
    "words": [
        ("photo.png", "photo.png: this is an image, and the model takes texts: a text file"),
        ("photos", "photos: this is a folder, and the model takes texts: a text file"),
    ],
}


@pytest.mark.parametrize("kind", WRONG_KINDS)
def test_input_of_another_kind_is_refused_before_the_model_is_loaded(kind, cookbook, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    (tmp_path / "rows.csv").write_text("a\n1\n")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.keras").write_bytes(b"")  # not opened
    config = {"inputs": {"name": kind}, "outputs": {"kind": "classes"}}
    (folder / "serving.json").write_text(json.dumps(config))
    for source, message in WRONG_KINDS[kind]:
        done = cookbook("predict", "model", source, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith(f"cookbook: {message}"), done.stderr


def test_an_output_without_a_folder_is_refused_before_anything_is_read(program, tmp_path):
    done = program(
        "predict", "0123", "x.csv", "--output", tmp_path / "new" / "out.csv", check=False
    )
    assert done.code == 2
    assert "--output takes a file in a folder that is there. Got" in done.err
    assert f"make '{tmp_path / 'new'}' first." in done.err


def test_an_unknown_run_is_one_line(program):
    done = program("predict", "0123", "x.csv", check=False)
    assert done.code == 2
    assert "There is no saved model for '0123'. Looked in: 0123, mlruns/models/0123" in done.err


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ready_mlflow")
def test_models_in_mlflow_are_downloaded_and_read_without_their_code(program, tmp_path):
    trained = program("train", "digits-gan", "--tiny", "--json")
    run = json.loads(trained.out.splitlines()[-1])["run_id"]
    expected = _read(program, run, "3")
    for model in (tmp_path / "mlruns").rglob("pyfunc_model.py"):
        model.write_text("raise SystemExit('this code was run')")
    assert _read(program, f"runs:/{run}/model", "3") == expected

    from tuning.tracking import Tracker, default_tracking_uri

    uri = default_tracking_uri(tmp_path / "mlruns")
    client = Tracker(uri, experiment="digits-gan").client
    client.create_registered_model("digits")
    version = client.create_model_version("digits", f"runs:/{run}/model", run)
    client.set_registered_model_alias("digits", "champion", version.version)
    elsewhere = ("--tracking-uri", uri, "--root", tmp_path / "empty", "--json")
    shown = program("predict", "models:/digits@champion", "3", *elsewhere)
    assert json.loads(shown.out.splitlines()[-1]) == expected
    assert shown.err == ""
    missing = program("predict", "models:/digits@best", "3", check=False)
    assert missing.code == 2
    assert "best" in missing.err and len(missing.err.splitlines()) == 1


def test_an_address_without_a_store_is_one_line_and_makes_none(program, tmp_path):
    done = program("predict", "runs:/0123/model", "x.csv", check=False)
    assert (done.code, "no MLflow store under mlruns yet" in done.err) == (2, True)
    assert list(tmp_path.iterdir()) == []
