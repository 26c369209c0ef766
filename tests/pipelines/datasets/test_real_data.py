"""The real datasets: sizes, leaks and known counts. Needs COOKBOOK_DATA."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.datasets import CATALOG, load_dataset
from pipelines.datasets.catalog_public import IMAGES, TABLES, TEXTS
from pipelines.datasets.check import check_dataset
from pipelines.datasets.registry import DATA_VARIABLE
from tests.pipelines.datasets.test_conformance import inputs, targets

pytestmark = [
    pytest.mark.data,
    pytest.mark.timeout(600),
    pytest.mark.skipif(DATA_VARIABLE not in os.environ, reason=f"{DATA_VARIABLE} is not set"),
]

# Where the releases or our notes state them; the others follow from shares and groups.
SIZES: dict[str, tuple[int, int, int] | None] = {
    "cifar10": (45_000, 5_000, 10_000),
    "mnist": (55_000, 5_000, 10_000),
    "fashion-mnist": None,
    "tiny-imagenet": None,
    "names": (23_596, 2_949, 2_949),
    "tiny-shakespeare": (892_315, 111_539, 111_540),
    "wikitext-2": None,
    "imdb": None,
    "eng-fra": None,
    "california-housing": (14_448, 3_096, 3_096),
    "wine-quality": None,
}
STREAMS = ("tiny-shakespeare", "wikitext-2")
# Decoding or comparing all of it takes 10 to 60 s.
LARGE = ("cifar10", "mnist", "fashion-mnist", "tiny-imagenet", "imdb", "eng-fra")
NAMES = [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in SIZES]


@pytest.fixture(scope="module")
def cache(decoded_datasets: Path) -> Path:
    """Where the tiny runs of the recipes look, too."""
    return decoded_datasets / "keras-cookbook" / "datasets"


def load(name: str, cache: Path, **options: Any) -> Any:
    folder = Path(os.environ[DATA_VARIABLE]) / (CATALOG[name].folder or "")
    if not folder.exists():
        pytest.skip(f"{folder.name} is not in the data folder")
    return load_dataset(name, cache_dir=cache, **options)


def test_every_public_dataset_has_a_row() -> None:
    assert set(SIZES) == {entry.name for entry in (*IMAGES, *TEXTS, *TABLES)}


@pytest.mark.parametrize("name", NAMES)
def test_sizes_and_disjoint_splits(name: str, cache: Path) -> None:
    dataset = load(name, cache)
    sizes = (len(dataset.train), len(dataset.validation), len(dataset.test))
    assert SIZES[name] in (None, sizes)
    if name in STREAMS:
        return
    parts = (dataset.train, dataset.validation, dataset.test.open("conformance"))
    for side in (inputs, targets) if dataset.modality == "pairs" else (inputs,):
        sets = [set(side(part)) for part in parts]
        assert sum(len(part) for part in sets) == len(set.union(*sets))


@pytest.mark.slow
def test_a_second_load_of_cifar10_takes_less_than_a_second(cache: Path) -> None:
    first = load("cifar10", cache)
    # Processor time: a busy machine must not fail the test.
    begun = time.process_time()
    second = load("cifar10", cache)
    assert time.process_time() - begun < 1
    assert first.fingerprint == second.fingerprint
    assert np.bincount(second.validation.y).tolist() == [500] * 10


def test_known_counts_of_texts(cache: Path) -> None:
    assert "dropped 2539 of 32033 lines: repeated or empty" in load("names", cache).notes
    wikitext = load("wikitext-2", cache)
    # Tokens with one <eos> a line, and word types with it, as published.
    lines = wikitext.train.x.split("\n")[:-1]
    assert sum(len(line.split()) + 1 for line in lines) == 2_088_628
    assert len({word for line in lines for word in line.split()}) + 1 == 33_278


@pytest.mark.slow
def test_known_counts_of_reviews_and_pairs(cache: Path) -> None:
    imdb = load("imdb", cache)
    assert len(imdb.test) == 25_000
    assert "dropped 123 train rows that also occur in test" in imdb.notes
    tutorial = load("eng-fra", cache, subset="tutorial")
    assert tutorial.notes[0].startswith("kept 12441 of 167130 pairs")


@pytest.mark.parametrize("name", ["names", "california-housing", "wine-quality"])
def test_check_finds_nothing_wrong(name: str, cache: Path) -> None:
    load(name, cache, rows=10)
    report = check_dataset(name, cache_dir=cache)
    assert (report.status, report.problems) == ("complete", ())
