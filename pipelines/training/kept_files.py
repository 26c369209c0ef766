"""What is kept beside a saved model: texts, values for JSON and pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.training.data import data_text

if TYPE_CHECKING:
    import keras
    import numpy as np
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split
    from pipelines.training.experiment import Experiment


@dataclass(frozen=True, kw_only=True)
class KeptFiles:
    """What a trained model leaves behind beside itself.

    Attributes:
        texts: Texts by file name.
        figures: Pictures by file name without ending.
        reports: The values of the pictures, which are among the texts as JSON.
    """

    texts: Mapping[str, str]
    figures: Mapping[str, Figure]
    reports: Mapping[str, Any]


def kept_files(
    experiment: Experiment, model: keras.Model, *, test: Split, predictions: np.ndarray
) -> KeptFiles:
    """What a task has to say of a trained model and of its data.

    Args:
        experiment: Recipe, data and task of the training.
        model: The trained model.
        test: The opened test rows.
        predictions: What the model predicts for them.

    Returns:
        Texts, figures and their values.
    """
    texts = dict(experiment.task.notes(model))
    if text := data_text(experiment.dataset):
        texts["data.txt"] = text
    figures, reports = experiment.task.figures_and_reports(predictions, test, model=model)
    texts |= {f"{name}.json": json.dumps(values, indent=1) for name, values in reports.items()}
    return KeptFiles(texts=texts, figures=figures, reports=reports)
