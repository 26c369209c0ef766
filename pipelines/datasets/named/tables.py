"""Tables with a name: California housing and wine quality."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipelines.datasets.containers import Dataset, Task
from pipelines.datasets.formats.tabular import load_tabular
from pipelines.datasets.locate import locate


def california_housing(path: Path | str, *, seed: int = 0, rows: int | None = None) -> Dataset:
    """Loads 20,640 districts of California in 1990; the target is the median house value.

    207 districts have no `total_bedrooms`, `ocean_proximity` is categorical, and 965
    targets are cut at 500,001 dollars.

    Args:
        path: The dataset's folder.
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.

    Returns:
        Eight numeric columns and a categorical one; targets `float32[n]` in dollars.

    Raises:
        DataError: If the file is missing or damaged.
    """
    _, (file,) = locate("california-housing", Path(path))
    dataset = load_tabular(file, "median_house_value", seed=seed, rows=rows, task="regression")
    return replace(dataset, name="california-housing")


def wine_quality(
    path: Path | str, *, seed: int = 0, rows: int | None = None, task: Task = "regression"
) -> Dataset:
    """Loads 1,599 red wines with 11 measurements; the target is a grade from 3 to 8.

    240 rows repeat another one; they stay in the same split.

    Args:
        path: The dataset's folder.
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.
        task: `"regression"`, or `"classification"` into the six grades that occur.

    Returns:
        Eleven numeric columns; targets `float32[n]` or class numbers `int64[n]`.

    Raises:
        DataError: If the file is missing or damaged.
    """
    _, (file,) = locate("wine-quality", Path(path))
    dataset = load_tabular(file, "quality", seed=seed, rows=rows, delimiter=";", task=task)
    return replace(dataset, name="wine-quality")
