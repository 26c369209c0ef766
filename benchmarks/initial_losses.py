"""The loss that the report's networks start with, as they should and from large Gaussian weights.

`COOKBOOK_DATA=... python -m benchmarks.initial_losses` builds each network with several seeds and
writes `pipelines/sources/initial_losses.json`, which `cookbook reproduce` compares with tables 5
and 6 of the R&D report. Nothing is trained: it is the cross-entropy of the first batch.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from benchmarks._harness import CONSOLE
from benchmarks._machine import Origin, command_line
from benchmarks.document import stale_documents
from pipelines.comparisons.first_steps import loss_in_training
from pipelines.recipes.registry import load_recipe
from pipelines.sources.initial_losses import FILE
from pipelines.training.data import DataRequest
from pipelines.training.experiment import Experiment

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
    from pipelines.recipes.recipe import Recipe

DATASETS = ("cifar10", "tiny-imagenet")
NETWORKS = ("super-lenet", "super-lenet-wrong-init", "super-resnet34", "super-resnet34-wrong-init")
BATCH = 128


def measure(recipe: Recipe, dataset: Dataset, *, seed: int) -> float:
    """The loss of a network before its first step.

    Args:
        recipe: Of a classifier of images.
        dataset: Its data.
        seed: Decides the weights, and which rows the batch has.

    Returns:
        Mean cross-entropy of a training batch in nats. The network is in training mode: batch
        normalisation takes the mean and deviation of the batch, as it does in the first step.
    """
    experiment = Experiment(recipe, {}, dataset, seed=seed)
    keras.backend.clear_session()  # what earlier networks hold is memory that the next one needs
    task: Any = experiment.task  # of images, which has `inputs`
    model = experiment.build(total_steps=1)
    train = dataset.train
    rows = np.sort(np.random.default_rng(seed).choice(len(train), BATCH, replace=False))
    inputs = task.inputs(train.x[rows])
    return loss_in_training(model, task, inputs, targets=np.asarray(train.y)[rows])


def main() -> None:
    """Measures all networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    origin, losses = Origin(), {}
    seeds = range(options.seeds)
    for data in DATASETS:
        dataset = DataRequest.of(load_recipe(f"{data}-{NETWORKS[0]}")).load()
        for network in NETWORKS:
            recipe = load_recipe(f"{data}-{network}")
            losses[recipe.name] = [measure(recipe, dataset, seed=seed) for seed in seeds]
            CONSOLE.log(f"{recipe.name}: {losses[recipe.name]}")
    found: dict[str, Any] = {
        **origin.to_dict(command_line("initial_losses")),
        "batch": BATCH,
        "seeds": list(seeds),
        "losses": losses,
    }
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    stale_documents(write=True)


if __name__ == "__main__":
    main()
