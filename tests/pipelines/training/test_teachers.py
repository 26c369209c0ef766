"""Trainings that learn from a saved model: numbers, saving, and what is refused."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest

from pipelines.recipes.registry import load_recipe
from pipelines.serving.files import CONFIG_FILE
from pipelines.training.checks import check_hyperparameters
from pipelines.training.saving import save_model
from tests.pipelines.tasks.small_data import small_experiment, table_classes

TASK = "table-classification"


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher")
    experiment = small_experiment(TASK, epochs=10)
    model, _ = experiment.train()
    save_model(experiment, model, folder)
    return folder


def test_a_pupil_of_a_saved_model_answers_as_it_does(teacher, tmp_path):
    experiment = small_experiment(
        TASK, teacher=str(teacher), teacher_share=1.0, epochs=20, learning_rate=0.05, widths=()
    )
    model, history = experiment.train()
    rows = experiment.dataset.validation
    score = experiment.task.score(model, rows)
    assert score["accuracy"] > 0.8
    # Validation tells the loss of the labels.
    assert history["val_loss"][-1] == pytest.approx(score["crossentropy"], rel=1e-3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded).__module__.startswith("keras.")
    assert loaded.count_params() == 15  # four columns and a bias, for each of three classes


def test_another_teacher_is_another_training(teacher):
    taught, alone = small_experiment(TASK, teacher=str(teacher)), small_experiment(TASK)
    assert taught.facts[:-1] == [taught.params, 0, alone.dataset.fingerprint]
    assert len(taught.facts[-1]) == 64
    assert len(alone.facts) == 3


REFUSED = [
    (
        {"teacher": "nowhere"},
        r"Got teacher='nowhere': give the folder that `cookbook train` prints",
    ),
    ({"teacher_share": 1.5}, "`0 <= teacher_share <= 1` must hold"),
    ({"teacher_temperature": 0.0}, "`teacher_temperature > 0` must hold"),
]


@pytest.mark.parametrize(("params", "message"), REFUSED)
def test_bad_options_are_refused_before_data_are_read(params, message):
    with pytest.raises(ValueError, match=message):
        check_hyperparameters(load_recipe("wine-mlp"), params)


def test_one_form_at_a_time(teacher):
    with pytest.raises(ValueError, match=r"Distillation trains in a form of its own"):
        small_experiment(TASK, teacher=str(teacher), gradient_checkpointing=True)


def test_a_teacher_of_other_data_is_refused(teacher, tmp_path):
    with pytest.raises(ValueError, match=r"that prepares inputs in another way \(numeric\)"):
        small_experiment(TASK, data=table_classes(2), teacher=str(teacher)).train()
    config = json.loads((teacher / CONFIG_FILE).read_text())
    config["outputs"]["classes"] = ["x", "y", "z"]
    for file in teacher.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / CONFIG_FILE).write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"names classes in another way \(classes\)"):
        small_experiment(TASK, teacher=str(tmp_path)).train()


def test_numbers_have_no_teacher(teacher, tmp_path):
    experiment = small_experiment("table-regression", epochs=1)
    model, _ = experiment.train()
    save_model(experiment, model, tmp_path)
    with pytest.raises(ValueError, match="at least two classes"):
        small_experiment("table-regression", teacher=str(tmp_path)).train()
    assert np.isfinite(model.predict(np.zeros((1, 3)), verbose=0)).all()
