"""What is kept beside a saved model: texts, values for JSON and pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.training.data import data_text

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split
    from pipelines.training.experiment import Experiment


def kept_files(
    experiment: Experiment, model: keras.Model, test: Split
) -> tuple[dict[str, str], dict[str, Figure]]:
    """What a task has to say of a trained model and of its data.

    Args:
        experiment: Recipe, data and task of the training.
        model: The trained model.
        test: The opened test rows.

    Returns:
        Texts by file name, and figures by file name without ending.
    """
    texts = dict(experiment.task.notes(model))
    if text := data_text(experiment.dataset):
        texts["data.txt"] = text
    figures, reports = experiment.task.figures_and_reports(model, test)
    texts |= {f"{name}.json": json.dumps(values, indent=1) for name, values in reports.items()}
    return texts, figures
