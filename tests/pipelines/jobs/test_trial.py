"""What a trial says when its training does not report what it is judged by."""

from __future__ import annotations

import re

import keras
import pytest

from pipelines.jobs.trial import best_epoch, run_trial
from tuning import Context, Pruned, TrialError


@pytest.mark.parametrize(("maximize", "epoch"), [(True, 2), (False, 1)])
def test_of_equal_epochs_the_first_is_best(maximize, epoch):
    epochs = [{"val_loss": value} for value in (1.0, 2.0, 2.0, 1.0)]
    assert best_epoch(epochs, "val_loss", maximize=maximize) == epoch


def test_a_metric_that_is_not_reported_is_named_with_the_nearest_one():
    message = (
        "No metric of this training named 'val_acuracy'. Did you mean 'val_accuracy'? "
        "Known: accuracy, val_accuracy."
    )
    with pytest.raises(TrialError, match=re.escape(message)):
        best_epoch([{"val_accuracy": 0.5, "accuracy": 0.6}], "val_acuracy", maximize=True)


def test_a_training_without_epochs_passed_no_callbacks():
    with pytest.raises(TrialError, match="passes its `callbacks` to"):
        best_epoch([], "val_loss", maximize=False)


def _optimizer_name_after(error):
    """The name that Keras gives to an optimizer behind a trial that failed with `error`."""

    def train(callbacks):
        keras.optimizers.Adam()
        raise error

    keras.backend.clear_session()
    with pytest.raises(Exception, match="given up"):
        run_trial(train, Context(), metric="val_loss", maximize=False)
    return keras.optimizers.Adam().name


@pytest.mark.parametrize("error", [Pruned, ValueError, FloatingPointError])
def test_names_begin_anew_behind_a_trial_that_was_given_up(error):
    assert _optimizer_name_after(error("given up")) == "adam"
