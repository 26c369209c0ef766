"""Tables to predict for are read as those of the training, and scored where they can be."""

from __future__ import annotations

import json

import pytest

from pipelines.serving.bundle import Bundle
from tests.pipelines.own_data import write_series


def trained(program, recipe, path, *options):
    """The run of a tiny training."""
    done = program("train", recipe, "--tiny", "--data", path, *options, "--json")
    return json.loads(done.out.splitlines()[-1])["run_id"]


@pytest.mark.usefixtures("ready_mlflow")
def test_texts_are_the_column_of_the_training(program, tmp_path):
    rows = [f"{n},the {('cheese', 'match')[n % 2]} of day {n},{n % 2}" for n in range(60)]
    (tmp_path / "all.csv").write_text("\n".join(["id,review,topic", *rows]))
    how = ("--target", "topic", "--data-option", "text=review")
    run = trained(program, "text", tmp_path / "all.csv", *how)
    (tmp_path / "new.csv").write_text("topic,review,id\n0,the cheese,7\n1,the match,8\n")
    shown = program("predict", run, "new.csv")
    assert "scored 2 of 2 rows: accuracy" in shown.err
    rows = json.loads(program("predict", run, "new.csv", "--json").out)
    assert [row["id"] for row in rows] == ["7", "8"]
    (tmp_path / "lines.txt").write_text("the cheese\nthe match\n")
    (tmp_path / "other.csv").write_text("note,words\nx,the cheese\ny,the match\n")
    done = program("predict", run, "other.csv", check=False)
    assert "No column named 'review'" in done.err
    assert "pass `--data-option text=COLUMN`" in done.err
    for other in (("lines.txt",), ("other.csv", "--data-option", "text=words")):
        again = json.loads(program("predict", run, *other, "--json").out)
        assert [row["prediction"] for row in again] == [row["prediction"] for row in rows]
    # A bundle of an earlier version knows no column.
    bundle = Bundle.load(tmp_path / "mlruns/models" / run)
    old = Bundle(
        bundle.model, {"inputs": bundle.config["inputs"], "outputs": bundle.config["outputs"]}
    )
    assert len(old.predict(["the cheese"])) == 1


@pytest.mark.usefixtures("ready_mlflow")
def test_a_series_goes_on_as_in_the_training(program, tmp_path):
    path = write_series(tmp_path)
    run = trained(program, "forecast", path, "--target", "sales")
    header, *lines = path.read_text().splitlines()
    assert len(json.loads(program("predict", run, path, "--json").out)) == 1
    for name, kept, message in (
        ("back.csv", lines[::-1], "back.csv:3: times increase"),
        ("weeks.csv", lines[::7], "steps of the training, 1 day each"),
    ):
        (tmp_path / name).write_text("\n".join([header, *kept]))
        done = program("predict", run, name, check=False)
        assert (done.code, message in done.err) == (2, True), done.err
