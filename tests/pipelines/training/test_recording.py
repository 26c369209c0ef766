"""What a training reports of every epoch, and what its MLflow run holds."""

from __future__ import annotations

import json
import math

import pytest

from pipelines import train
from pipelines.tasks.classification import Classification
from pipelines.training.run import TrainRequest
from tests.pipelines.own_data import write_table
from tuning.tracking import Tracker, default_tracking_uri

EPOCHS, PEAK = 4, 0.01


pytestmark = pytest.mark.usefixtures("ready_mlflow")


def _stored(root, result):
    client = Tracker(default_tracking_uri(root), experiment=result.recipe).client
    return client, client.get_run(result.run_id).data


@pytest.fixture(scope="module")
def training(tmp_path_factory, put_mlflow):
    root = put_mlflow(tmp_path_factory.mktemp("training"))
    seen = []
    params = {"epochs": EPOCHS, "schedule": "cosine", "learning_rate": PEAK}
    result = train(
        "wine-mlp", params=params, root=root, name="mine", on_epoch=lambda *told: seen.append(told)
    )
    return root, result, seen


@pytest.mark.exhaustive
def test_the_rate_of_an_epoch_is_the_one_that_its_schedule_has_reached(training):
    root, result, seen = training
    expected = [PEAK * (1 + math.cos(math.pi * epoch / EPOCHS)) / 2 for epoch in (1, 2, 3, 4)]
    assert result.history["learning_rate"] == pytest.approx(expected, abs=1e-7)
    assert [metrics["learning_rate"] for *_, metrics in seen] == result.history["learning_rate"]
    client, _ = _stored(root, result)
    points = client.get_metric_history(result.run_id, "learning_rate")
    assert [point.value for point in points] == pytest.approx(expected, abs=1e-7)
    assert [point.step for point in points] == [1, 2, 3, 4]


def test_the_history_is_that_of_fit_but_for_the_rate(training):
    _, result, _ = training
    names = {name for name in result.history if name != "learning_rate"}
    assert {name.removeprefix("val_") for name in names} == {"loss", "accuracy"}


def test_the_run_holds_the_baseline_beside_the_model(training):
    root, result, _ = training
    _, data = _stored(root, result)
    assert data.tags["baseline"] == result.baseline
    assert data.tags["mlflow.runName"] == "mine"
    for name, value in result.baseline_metrics.items():
        assert data.metrics[f"test_baseline_{name}"] == pytest.approx(value)
    for name, value in result.test_metrics.items():
        assert data.metrics[f"test_{name}"] == pytest.approx(value)


def test_the_run_holds_the_report_of_the_test_rows(training):
    root, result, _ = training
    (file,) = (root / "artifacts").glob(f"{result.run_id}/artifacts/classification-report.json")
    report, confusion = (
        json.loads(file.with_name(f"{name}.json").read_text())
        for name in ("classification-report", "confusion")
    )
    average = report["macro avg"]["f1-score"]
    assert average == pytest.approx(result.test_metrics["f1_macro"])
    rows = [row["support"] for row in report["classes"].values()]
    assert list(map(sum, confusion["counts"])) == rows
    assert set(report["classes"]) == set(confusion["classes"])
    for name in ("classification-report", "confusion"):
        assert (file.parent / "figures" / f"{name}.png").exists()
    assert {"mcc", "roc_auc"} <= set(result.metrics) == set(result.baseline_metrics)


def test_the_test_rows_are_predicted_once_for_scores_and_figures(put_mlflow, tmp_path, monkeypatch):
    predict, predicted = Classification.predict, []

    def counted(task, model, x):
        predicted.append(len(x))
        return predict(task, model, x)

    monkeypatch.setattr(Classification, "predict", counted)
    train("iris-mlp", params={"epochs": 1}, root=put_mlflow(tmp_path))
    request = TrainRequest(recipe="iris-mlp")
    dataset = request.data_request(request.load_recipe()).load()
    assert predicted == [len(dataset.validation), len(dataset.test)]


@pytest.mark.exhaustive
def test_two_adversaries_have_one_rate(tmp_path):
    params = {"learning_rate": 3e-4, "schedule": "constant", "epochs": 2}
    result = train("digits-gan", params=params, tiny=True, root=tmp_path / "mlruns")
    assert result.history["learning_rate"] == pytest.approx([3e-4, 3e-4])


@pytest.mark.exhaustive
def test_the_columns_of_a_table_are_shown_and_kept(program, tmp_path):
    path = write_table(tmp_path)
    command = ("train", "tabular", "--tiny", "--data", path, "--target", "label")
    done = program(*command)
    assert "data       1 missing input values, left for imputation" in done.out
    shown = done.err
    for line in (
        "column  kind         missing  note",
        "size    numeric      1",
        "colour  categorical  0        2 categories",
        "for another kind, pass `--data-option \"columns={'size': 'categorical'}\"`",
    ):
        assert line in shown.splitlines()
    (stored,) = (tmp_path / "mlruns").rglob("data.txt")
    notes, columns = stored.read_text().split("\n\n")
    assert "1 missing input values, left for imputation" in notes.splitlines()
    assert "colour  categorical  0        2 categories" in columns.splitlines()
    shown = program(*command, "--data-option", "columns={'colour': 'dropped'}", "--json")
    assert json.loads(shown.out)["recipe"] == "tabular", "standard output is the JSON alone"
    assert "chosen" in shown.err


@pytest.mark.exhaustive
def test_a_person_reads_epochs_with_their_time_metrics_and_where_the_run_is(program):
    done = program("train", "wine-mlp", "--tiny")
    for text in ("validation", "test", "trained in", "samples/s", "http", "model.keras"):
        assert text in done.out
    assert "epoch 2/2" in done.err
    seconds = [float(line.split()[-2]) for line in done.err.splitlines() if "epoch" in line]
    (total,) = (line.split()[2] for line in done.out.splitlines() if "trained in" in line)
    assert len(seconds) == 2
    assert sum(seconds) <= float(total) + 0.2
    *epochs, ending, following = done.err.splitlines()
    assert ending == "testing and recording ..."
    assert all("  learning_rate 0" in line for line in epochs)
    assert following.startswith("Next: cookbook predict ")
    (run,) = (line for line in done.out.splitlines() if line.startswith("run "))
    assert run.endswith("(open it with: cookbook ui)")
