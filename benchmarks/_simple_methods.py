"""The simple method of a record, measured again beside trainings that stay."""

from __future__ import annotations

import dataclasses
import itertools
import shlex

from pipelines.cli.options import parse_settings
from pipelines.recipes.record import Record
from pipelines.training.experiment import Experiment
from pipelines.training.run import TrainRequest


def with_simple_method_anew(record: Record) -> Record:
    """Measures the simple method of a record again, for when a better one was added.

    It learns from the data and with the hyperparameters of the record's command; what the networks
    reached, and the commit of their training, stay.

    Args:
        record: Of a recipe whose data are in the folder that `COOKBOOK_DATA` names, or ship.
    """
    words = shlex.split(record.command)
    settings = [after for word, after in itertools.pairwise(words) if word == "--set"]
    request = TrainRequest(
        recipe=record.recipe,
        params=parse_settings(settings),
        tracked=False,
    )
    recipe = request.load_recipe()
    dataset = request.data_request(recipe).load()
    test = dataset.test.open("the simple method of a record")
    names, scores = [], []
    for seed in record.seeds:
        task = Experiment(recipe, request.params, dataset, seed=seed).task
        name, predictions = task.baseline(test)
        names.append(name)
        scores.append(task.scores(predictions, test.y))
    return dataclasses.replace(
        record,
        baseline=names[0],
        baseline_metrics={key: [found[key] for found in scores] for key in scores[0]},
    )
