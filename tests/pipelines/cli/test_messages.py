"""What the program says about data that a recipe cannot take, before it loads TensorFlow."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.pipelines.own_data import write_images, write_table

TINY_NAMES = "ada\nbea\ncid\ndan\neva\nfay\ngus\nhal\nida\njon\n"


def _line(done):
    assert done.code == 2, done.err
    (line,) = done.err.splitlines()
    return line


def test_a_missing_target_is_said_at_once(cookbook, tmp_path):
    path = write_table(tmp_path)
    done = cookbook("train", "tabular", "--data", path, check=False)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert "needs the option 'target' (`--target COLUMN`)" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tabular", "--data", "no.csv", "--target", "y"), "no.csv: no such file."),
        (("digits-mlp", "--data", "mine"), "digits-mlp has its own data"),
        (("digits-mlp", "--set", "epochs=abc"), "`epochs` is a whole number."),
    ],
)
def test_faults_come_before_tensorflow(cookbook, arguments, message):
    done = cookbook("train", *arguments, check=False, PYTHONPROFILEIMPORTTIME="1")
    assert message in done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"tensorflow", "keras"}


@pytest.mark.parametrize("command", ["train", "tune"])
def test_a_recipe_with_its_own_data_names_the_one_that_takes_yours(program, tmp_path, command):
    line = _line(program(command, "digits-mlp", "--data", "mine", check=False))
    assert "digits-mlp has its own data, digits. Got path='mine'" in line
    assert "the recipe `image` takes your own data" in line
    assert list(tmp_path.iterdir()) == []


def test_no_object_of_the_program_is_shown_for_a_damaged_image(program, tmp_path):
    path = write_images(tmp_path)
    (path / "dark" / "00.png").write_bytes(b"no image")
    size = ("--data-option", "image_size=[16, 16]")
    line = _line(program("train", "image", "--tiny", "--data", path, *size, check=False))
    assert "00.png: the image does not decode (no image format that Pillow knows)" in line


def test_a_grid_says_where_its_points_are_given(program):
    line = _line(program("tune", "digits-mlp", "--strategy", "grid", check=False))
    assert "strategy_options: {points: 3}" in line


def test_a_text_of_one_line_is_told_the_way_out(program, tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("word " * 3600)
    line = _line(program("train", "language-model", "--tiny", "--data", path, check=False))
    assert "the text has too few lines (1)" in line
    assert "cut at line ends" in line and "unit='line'" in line


def test_own_files_are_checked_without_training(program, tmp_path):
    path = write_images(tmp_path)
    (path / "dark" / "broken.png").write_bytes(b"no image")
    check = ("data", "check", "image", "--data", path)
    refused = program(*check, check=False)
    assert refused.code == 1
    assert refused.out.startswith("image: refused\n")
    assert "pass `--data-option on_bad_image=skip`" in refused.out
    complete = program(*check, "--data-option", "on_bad_image=skip")
    lines = complete.out.splitlines()
    assert lines[0].startswith("image: complete, rows (")
    assert lines[1].split() == ["class", "images", "skipped"]
    assert lines[-1].endswith("do not decode: dark/broken.png")
    assert f"cookbook train image --data {path} --data-option on_bad_image=skip" in complete.err
    assert "Got no recipe" in _line(program("data", "check", "--data", path, check=False))
    assert "Got no --data" in _line(program("data", "check", "image", "--target", "y", check=False))


@pytest.mark.parametrize("option", ["delimiter=;;", "encoding=uft-8"])
def test_sound_data_are_not_called_damaged_where_an_option_is_wrong(program, tmp_path, option):
    path = tmp_path / "sound.csv"
    path.write_text("\n".join(["size,price", *(f"{n % 7},{n}" for n in range(80))]))
    words = ("data", "check", "tabular", "--data", path, "--target", "price")
    refused = program(*words, "--data-option", option, check=False)
    assert refused.code == 1
    assert refused.out.startswith("tabular: refused\n")
    assert repr(option.partition("=")[2]) in refused.out
    assert "damaged" not in refused.out
    report = json.loads(program(*words, "--data-option", option, "--json", check=False).out)
    assert report["status"] == "refused"


def test_the_next_command_reads_what_was_checked(program, tmp_path):
    rows = [f"{n if n % 9 else 'no value'};{n % 7};{n}" for n in range(80)]
    path = tmp_path / "my table.csv"
    path.write_text("\n".join(["first size;trust;price", *rows]))
    words = (
        "tabular", "--data", path, "--target", "price", "--sample-weights", "trust",
        "--data-option", "missing_texts=[no value]", "--data-option", "delimiter=;",
        "--data-option", "columns={first size: numeric}",
    )  # fmt: skip
    checked = program("data", "check", *words)
    (line,) = [line for line in checked.err.splitlines() if line.startswith("Next: ")]
    command, _ = line.removeprefix("Next: ").split("   ")
    assert shlex.split(command) == ["cookbook", "train", *map(str, words)]


def test_every_dataset_of_the_folder_is_checked_in_one_line(program, tmp_path):
    folder = tmp_path / "data"
    (folder / "names").mkdir(parents=True)
    (folder / "names" / "names.txt").write_text(TINY_NAMES)
    rows = json.loads(program("data", "check", "--data-dir", folder, "--json").out)
    found = {row["name"]: row for row in rows}
    assert found["names"]["status"] == "complete"
    assert found["mnist"] == {
        "name": "mnist",
        "status": "missing",
        "found": "cookbook data get mnist",
    }
    assert len(program("data", "check", "--data-dir", folder).out.splitlines()) == len(rows)
    one = program("data", "check", "names", "--data-dir", folder).out
    assert one.startswith("names: complete, rows (")
