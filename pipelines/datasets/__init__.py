"""Datasets by name and from the user's own files, with leak-free splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_attributes

if TYPE_CHECKING:
    from pipelines.datasets.catalog import CATALOG
    from pipelines.datasets.containers import Dataset, SealedSplit, Split
    from pipelines.datasets.errors import DataError, TestSplitError
    from pipelines.datasets.registry import load_dataset
    from pipelines.datasets.schema import Column, Schema

_REFERENCES = {
    "CATALOG": "pipelines.datasets.catalog:CATALOG",
    "Column": "pipelines.datasets.schema:Column",
    "DataError": "pipelines.datasets.errors:DataError",
    "Dataset": "pipelines.datasets.containers:Dataset",
    "Schema": "pipelines.datasets.schema:Schema",
    "SealedSplit": "pipelines.datasets.containers:SealedSplit",
    "Split": "pipelines.datasets.containers:Split",
    "TestSplitError": "pipelines.datasets.errors:TestSplitError",
    "load_dataset": "pipelines.datasets.registry:load_dataset",
}

__all__ = [
    "CATALOG",
    "Column",
    "DataError",
    "Dataset",
    "Schema",
    "SealedSplit",
    "Split",
    "TestSplitError",
    "load_dataset",
]

__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)
