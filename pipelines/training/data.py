"""Which data a training runs on, and the copy that a process keeps."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.datasets.own_files import is_own, read_by
from pipelines.datasets.registry import entry, load_dataset
from pipelines.recipes.registry import all_recipes

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
    from pipelines.datasets.entry import DatasetEntry
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

        Every job sees the same splits: scores of several seeds differ by the training alone. The
        option `split_seed` (0 by default) draws other ones.

        Args:
            recipe: Names the dataset.
            data_dir: Folder of downloaded datasets.
            tiny: A few rows.
            options: Options of the loader that replace the recipe's, for example the `path` of
                the user's own file.

        Raises:
            ValueError: If `split_seed` is no seed, or `path` is given for a recipe that has its
                own data.
        """
        if options and is_own(options):
            check_own_data(recipe, f"path={str(options['path'])!r}")
        merged = {**recipe.dataset_options, **(options or {})}
        return cls(
            name=recipe.dataset,
            data_dir=data_dir,
            rows=recipe.tiny_rows if tiny else None,
            seed=check_seed(merged.pop("split_seed", 0), "split_seed"),
            options=json.dumps(merged, sort_keys=True, default=os.fspath),  # a `pathlib.Path`
        )

    @property
    def is_own(self) -> bool:
        """Whether the data are the user's own."""
        return is_own(json.loads(self.options))

    def load(self) -> Dataset:
        """Loads the dataset anew, its test split sealed.

        Returns:
            The dataset; of a file of the user's own that was read by options such as its encoding,
            `options` hold them as `file`, see `read_by`.

        Raises:
            DataError: If the data is missing, damaged or inconsistent.
            ValueError: If an option is unknown, or other splits are asked of running text.
        """
        options = json.loads(self.options)
        dataset = load_dataset(
            self.name, data_dir=self.data_dir, rows=self.rows, seed=self.seed, **options
        )
        kind = {"stream": "running text", "series": "a series"}.get(dataset.options.get("unit", ""))
        if self.seed and kind is not None:
            raise ValueError(
                f"`split_seed` draws the rows of each split, and {kind} is cut by position. "
                f"Got split_seed={self.seed} for {self.name!r}: leave it out."
            )
        file = read_by(options) if is_own(options) else {}
        return replace(dataset, options={**dataset.options, "file": file}) if file else dataset


def said_of(dataset: Dataset) -> tuple[str, ...]:
    """What was read, inferred and left out of a dataset, and how to change it.

    Args:
        dataset: Of the user's own data, for example.
    """
    schema = dataset.schema
    table = (
        () if schema is None else (schema.table(), f"for another kind, pass `{schema.override()}`")
    )
    return (*table, *dataset.notes)


def check_own_data(recipe: Recipe, given: str) -> None:
    """Refuses a person's data for a recipe that has its own, and names one that takes them.

    Args:
        recipe: The recipe.
        given: What the person gave, in words.

    Raises:
        ValueError: If the recipe has its own data.
    """
    own = entry(recipe.dataset)
    if own.is_own:
        return
    raise ValueError(
        f"{recipe.name} has its own data, {recipe.dataset}. Got {given}: "
        f"leave it out; the recipe `{_generic(own)}` takes your own data of this kind."
    )


def _generic(own: DatasetEntry) -> str:
    """The recipe for a person's own data of the same kind, best of the same task."""
    found = [(entry(recipe.dataset), recipe.name) for recipe in all_recipes()]
    fitting = [row for row in found if row[0].is_own and row[0].modality == own.modality]
    # Of several the first by name stays: `text`, not `text-recurrent`.
    return min(fitting, key=lambda row: (row[0].task != own.task, row[1]))[1]


def check_seed(value: Any, name: str = "seed") -> int:
    """A seed as NumPy and Keras take it.

    Args:
        value: What was given.
        name: What it is called.

    Raises:
        ValueError: If it is no whole number, or out of range.

    Example:
        >>> check_seed(-1)
        Traceback (most recent call last):
        ...
        ValueError: `seed` is a whole number from 0 to 4294967295. Got seed=-1.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
        raise ValueError(f"`{name}` is a whole number from 0 to {2**32 - 1}. Got {name}={value!r}.")
    return value


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
