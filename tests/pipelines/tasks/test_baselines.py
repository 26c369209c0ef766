"""The simple method of every task, on the training rows and on those of a last refit."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pipelines.datasets.containers import Split
from tests.pipelines.tasks.small_data import SMALL, small_experiment


def telling_data(task):
    """Few training rows, and validation rows that tell something else."""
    data = small_experiment(task).dataset
    train, validation = data.train, data.validation
    few = Split(train.x[:48], None if train.y is None else train.y[:48])
    if task == "segmentation":
        validation = dataclasses.replace(validation, y=1 - validation.y)
    if task == "translation":
        validation = Split(["x y"] * 40, ["U V"] * 40)
    return dataclasses.replace(data, train=few, validation=validation)


@pytest.mark.parametrize("name", SMALL)
def test_a_simple_method_takes_the_rows_that_a_model_is_refitted_on(name):
    data = telling_data(name)
    task = small_experiment(name, data=data).task
    method, alone = task.baseline(data.validation)
    chosen, both = task.baseline(data.validation, with_validation=True)
    assert chosen == method, "the validation rows choose before they are learnt from"
    assert both.shape == alone.shape
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(both, alone)
