"""The registry's rows: addresses, digests and layouts that belong together."""

from __future__ import annotations

import inspect
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from pipelines.datasets import CATALOG
from pipelines.datasets.entry import DatasetEntry

ENTRIES = list(CATALOG.values())
DOCS = Path(__file__).parents[3] / "docs" / "datasets.md"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_rows_are_complete(entry: DatasetEntry) -> None:
    parameters = inspect.signature(entry.function()).parameters
    assert {"seed", "rows"} <= set(parameters)
    assert entry.summary and entry.source and entry.licence
    assert (entry.folder is None) == (not entry.layouts)
    if entry.folder is not None:
        assert "path" in parameters and entry.megabytes > 0
    for file in entry.files:
        assert re.fullmatch(r"https?://\S+", file.address)
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if entry.files], ids=lambda entry: entry.name
)
def test_what_get_fetches_is_a_layout_that_loads(entry: DatasetEntry) -> None:
    names = [file.path for file in entry.files]
    assert any(
        all(any(fnmatch(name, pattern) for name in names) for pattern in layout)
        for layout in entry.layouts
    )


@pytest.mark.parametrize("name", CATALOG)
def test_the_documentation_names_every_dataset(name: str) -> None:
    assert f"`{name}`" in DOCS.read_text("utf-8")
