"""Which data a training runs on, and the copy that a process keeps."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
    from pipelines.recipes.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class DataRequest:
    """Which data a recipe runs on; equal requests share one loaded dataset per process.

    Attributes:
        name: Name in the dataset registry.
        data_dir: Folder of downloaded datasets, or `None` for the environment's.
        rows: At most so many training rows.
        seed: Seed of the splits.
        options: Options of the loader, as JSON text so that the request can be hashed.
    """

    name: str
    data_dir: str | None = None
    rows: int | None = None
    seed: int = 0
    options: str = "{}"

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        *,
        data_dir: str | None = None,
        tiny: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> DataRequest:
        """The data of a recipe, in tiny mode with few rows.

        Every job sees the same splits: scores of several seeds differ by the training alone.

        Args:
            recipe: Names the dataset.
            data_dir: Folder of downloaded datasets.
            tiny: A few rows.
            options: Options of the loader that replace the recipe's, for example the `path` of
                the user's own file.
        """
        merged = {**recipe.dataset_options, **(options or {})}
        return cls(
            name=recipe.dataset,
            data_dir=data_dir,
            rows=recipe.tiny_rows if tiny else None,
            options=json.dumps(merged, sort_keys=True),
        )

    def load(self) -> Dataset:
        """Loads the dataset anew, its test split sealed."""
        from pipelines.datasets.registry import load_dataset

        return load_dataset(
            self.name,
            data_dir=self.data_dir,
            rows=self.rows,
            seed=self.seed,
            **json.loads(self.options),
        )


def data_text(dataset: Dataset) -> str:
    """What a loader found: its notes, and of a table the columns with their kinds.

    Args:
        dataset: The loaded data.

    Returns:
        Lines of text; empty where there is nothing to say.
    """
    parts = ["\n".join(dataset.notes)] if dataset.notes else []
    if dataset.schema is not None:
        parts.append(dataset.schema.table())
    return "\n\n".join(parts) + "\n" if parts else ""


@functools.lru_cache(maxsize=2)
def cached_dataset(request: DataRequest) -> Dataset:
    """The dataset of a request, loaded once per process."""
    return request.load()
