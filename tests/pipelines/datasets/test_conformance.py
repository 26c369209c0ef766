"""Every dataset keeps the same rules; adding one is adding a row.

1. Sizes: no split is empty, inputs and targets are equally many, and the stated sizes hold.
2. No input lies in two splits.
3. The same seed gives the same dataset, in content and fingerprint.
4. Another seed gives another split, unless the split is published.
5. Other content gives another fingerprint.
6. `rows` limits train, and shrinks the others in proportion.
7. The test split opens once.
8. Every class has rows in every split.
9. Packaging does not matter: the same images in another form have the same fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.datasets import CATALOG, Dataset, Split, TestSplitError, load_dataset
from tests.pipelines.datasets import makers

OWN = "own"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One dataset in one form.

    Attributes:
        label: Shown by pytest.
        name: Name in the registry.
        make: Writes the files from a seed; `None` for bundled data.
        sizes: Rows of train, validation and test; `None` where they follow from shares.
        published: Whether the split is independent of the seed.
        stream: Whether the splits are running text, in which lines may repeat.
        same_as: Rows with equal content share this word.
    """

    label: str
    name: str
    make: Callable[[Path, int], None] | None = None
    sizes: tuple[int, int, int] | None = None
    published: bool = False
    stream: bool = False
    same_as: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


CIFAR = {"name": "cifar10", "sizes": (180, 20, 40), "same_as": "cifar"}
ROWS = (
    Row(label="digits", name="digits", sizes=(1257, 270, 270)),
    Row(
        label="digits, half to validate",
        name="digits",
        options={"validation": 0.5},
        sizes=(629, 898, 270),
    ),
    Row(label="breast-cancer", name="breast-cancer", sizes=(399, 85, 85)),
    Row(label="wine", name="wine", sizes=(124, 27, 27)),
    # One of 149 distinct flowers occurs twice, and both of them are in train at seed 0.
    Row(label="iris", name="iris", sizes=(106, 22, 22)),
    Row(label="diabetes", name="diabetes", sizes=(310, 66, 66)),
    Row(label="make-classification", name="make-classification", sizes=(700, 150, 150)),
    Row(label="cifar10-python", make=makers.cifar_python, **CIFAR),
    Row(label="cifar10-python-tar", make=makers.cifar_python_tar, **CIFAR),
    Row(label="cifar10-binary", make=makers.cifar_binary, **CIFAR),
    Row(label="cifar10-binary-tar", make=makers.cifar_binary_tar, **CIFAR),
    Row(label="cifar10-npz", make=makers.cifar_npz, **CIFAR),
    Row(
        label="cifar10-folder",
        make=makers.cifar_folder,
        name="cifar10",
        sizes=(180, 20, 40),
        same_as="cifar-by-class",
    ),
    Row(
        label="cifar10-image-tar",
        make=makers.cifar_image_tar,
        name="cifar10",
        sizes=(180, 20, 40),
        same_as="cifar-by-class",
    ),
    Row(label="mnist", name="mnist", make=makers.idx_folder, sizes=(220, 20, 60), same_as="idx"),
    Row(label="mnist-plain", name="mnist", make=makers.idx_plain, same_as="idx"),
    Row(label="fashion-mnist", name="fashion-mnist", make=makers.idx_folder),
    Row(
        label="tiny-imagenet",
        name="tiny-imagenet",
        make=makers.tiny_imagenet,
        sizes=(54, 6, 15),
        same_as="tiny",
    ),
    Row(
        label="tiny-imagenet-tar",
        name="tiny-imagenet",
        make=makers.tiny_imagenet_tar,
        same_as="tiny",
    ),
    Row(
        label="tiny-imagenet-zip",
        name="tiny-imagenet",
        make=makers.tiny_imagenet_zip,
        same_as="tiny",
    ),
    Row(label="names", name="names", make=makers.names, sizes=(160, 20, 20)),
    Row(
        label="tiny-shakespeare",
        name="tiny-shakespeare",
        make=makers.shakespeare,
        # 100 lines of 35 characters, cut at int(0.8 n) and int(0.9 n).
        sizes=(2800, 350, 350),
        published=True,
        stream=True,
    ),
    Row(label="wikitext-2", name="wikitext-2", make=makers.wikitext, published=True, stream=True),
    # 122 training files: 2 repeat one in train, which is in test as well: 118 distinct.
    Row(label="imdb", name="imdb", make=makers.imdb_folder, sizes=(94, 24, 42), same_as="imdb"),
    Row(label="imdb-tar", name="imdb", make=makers.imdb_tar, same_as="imdb"),
    # Both halves as one pool, in which equal reviews stay together: 160 distinct ones.
    Row(label="imdb-pool", name="imdb", make=makers.imdb_folder, options={"test": 0.25}),
    Row(label="imdb-csv", name="imdb", make=makers.imdb_csv, sizes=(78, 24, 18)),
    Row(label="eng-fra", name="eng-fra", make=makers.eng_fra, same_as="pairs"),
    Row(label="eng-fra-zip", name="eng-fra", make=makers.eng_fra_zip, same_as="pairs"),
    Row(
        label="eng-fra-tutorial",
        name="eng-fra",
        make=makers.eng_fra,
        options={"subset": "tutorial", "reverse": True},
    ),
    Row(
        label="california-housing",
        name="california-housing",
        make=makers.housing,
        sizes=(84, 18, 18),
    ),
    Row(label="wine-quality", name="wine-quality", make=makers.wine_quality),
    Row(
        label="wine-quality-classes",
        name="wine-quality",
        make=makers.wine_quality,
        options={"task": "classification"},
    ),
    Row(
        label="tabular-file",
        name="tabular-file",
        make=makers.own_table,
        options={"target": "ocean_proximity"},
    ),
    Row(
        label="series-file",
        name="series-file",
        make=makers.own_series,
        sizes=(216, 55, 55),
        published=True,
        options={"target": "sales"},
    ),
    Row(label="image-folder", name="image-folder", make=makers.own_images, sizes=(42, 9, 9)),
    Row(
        label="image-folder-on-disk",
        name="image-folder",
        make=makers.own_images,
        sizes=(42, 9, 9),
        options={"in_memory": False},
    ),
    Row(
        label="image-folder-split",
        name="image-folder",
        make=makers.own_split_images,
        sizes=(36, 12, 12),
        published=True,
    ),
    Row(label="image-folder-idx", name="image-folder", make=makers.idx_plain),
    Row(label="shapes", name="shapes", sizes=(420, 90, 90)),
    Row(label="mask-folder", name="mask-folder", make=makers.own_masks, sizes=(28, 6, 6)),
    Row(
        label="mask-folder-split",
        name="mask-folder",
        make=makers.own_split_masks,
        sizes=(24, 8, 8),
        published=True,
    ),
    Row(label="text-class-folders", name="text-classes", make=makers.own_class_folders),
    Row(label="text-class-files", name="text-classes", make=makers.own_class_files),
    Row(
        label="plain-text",
        name="plain-text",
        make=makers.own_text,
        published=True,
        stream=True,
    ),
    Row(
        label="plain-text-lines",
        name="plain-text",
        make=makers.own_text,
        sizes=(80, 10, 10),
        options={"unit": "line"},
    ),
    Row(label="pair-file", name="pair-file", make=makers.own_pairs),
)
FILES = [row for row in ROWS if row.make is not None]


def labelled(rows: Any) -> Any:
    return pytest.mark.parametrize("row", rows, ids=[row.label for row in rows])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("datasets")


def load(row: Row, root: Path, *, content: int = 1, **options: Any) -> Dataset:
    """Makes the files once for each content and loads them."""
    base = root / f"{row.label}-{content}"
    folder = CATALOG[row.name].folder
    place = base / (folder or "mine")
    if row.make is not None and not base.exists():
        row.make(place, content)
    arguments: dict[str, Any] = {**row.options, **options}
    if row.make is not None and folder is None:
        arguments["path"] = place
    return load_dataset(row.name, data_dir=base, cache_dir=root / "cache", **arguments)


def inputs(split: Split) -> list[Any]:
    """The inputs in a form that can be compared."""
    if hasattr(split.x, "read"):
        return [split.x.read(row).tobytes() for row in range(len(split))]
    if hasattr(split.x, "itertuples"):
        return [repr(item) for item in split.x.itertuples(index=False)]
    if isinstance(split.x, np.ndarray):
        return [item.tobytes() for item in split.x]
    return list(split.x)


def targets(split: Split) -> list[Any]:
    return [] if split.y is None else np.asarray(split.y).tolist()


@labelled(ROWS)
def test_1_sizes(row: Row, root: Path) -> None:
    dataset = load(row, root)
    sizes = (len(dataset.train), len(dataset.validation), len(dataset.test))
    assert min(sizes) > 0
    if row.sizes is not None:
        assert sizes == row.sizes
    entry = CATALOG[row.name]
    assert dataset.modality == entry.modality
    assert len(dataset.fingerprint) == 64
    if dataset.modality == "image":
        assert dataset.train.x.shape[0] == sizes[0] and len(dataset.train.x.shape) == 4


@labelled([row for row in ROWS if not row.stream])
def test_2_no_input_lies_in_two_splits(row: Row, root: Path) -> None:
    dataset = load(row, root)
    parts = [dataset.train, dataset.validation, dataset.test.open("conformance")]
    sides = [inputs]
    if dataset.modality == "pairs":
        sides.append(targets)
    for side in sides:
        sets = [set(side(part)) for part in parts]
        assert not sets[0] & sets[1]
        assert not sets[0] & sets[2]
        assert not sets[1] & sets[2]


@labelled(ROWS)
def test_3_the_same_seed_repeats(row: Row, root: Path) -> None:
    first, second = load(row, root, seed=3), load(row, root, seed=3)
    assert first.fingerprint == second.fingerprint
    assert inputs(first.train) == inputs(second.train)
    assert targets(first.validation) == targets(second.validation)


@labelled(ROWS)
def test_4_another_seed_splits_otherwise(row: Row, root: Path) -> None:
    first, second = load(row, root, seed=0), load(row, root, seed=1)
    assert (first.fingerprint == second.fingerprint) == row.published
    assert (inputs(first.validation) == inputs(second.validation)) == row.published


@labelled(FILES)
def test_5_other_content_has_another_fingerprint(row: Row, root: Path) -> None:
    assert load(row, root).fingerprint != load(row, root, content=2).fingerprint


@labelled(ROWS)
def test_6_rows_limits_every_split(row: Row, root: Path) -> None:
    full, small = load(row, root), load(row, root, rows=12)
    if row.stream:
        assert isinstance(small.train.x, str)
        assert small.train.x.count("\n") <= 12
        assert full.train.x.startswith(small.train.x)
        return
    assert len(small.train) == 12
    share = 12 / len(full.train)
    assert len(small.validation) == max(1, round(share * len(full.validation)))
    assert len(small.test) == max(1, round(share * len(full.test)))
    assert set(inputs(small.train)) <= set(inputs(full.train))


@labelled(ROWS)
def test_7_the_test_split_opens_once(row: Row, root: Path) -> None:
    dataset = load(row, root, rows=12)
    size = len(dataset.test)
    assert len(dataset.test.open("final score")) == size
    with pytest.raises(TestSplitError, match=r"opened at .* for 'final score', and now for"):
        dataset.test.open("another look")


@labelled(ROWS)
def test_8_every_class_is_everywhere(row: Row, root: Path) -> None:
    dataset = load(row, root)
    if dataset.task not in ("classification", "segmentation"):
        assert dataset.num_classes is None
        return
    parts = (dataset.train, dataset.validation, dataset.test.open("conformance"))
    for part in parts:
        assert set(np.unique(part.y)) == set(range(dataset.num_classes or 0))


def test_9_packaging_does_not_matter(root: Path) -> None:
    found: dict[str, set[str]] = {}
    for row in FILES:
        if row.same_as:
            found.setdefault(row.same_as, set()).add(load(row, root).fingerprint)
    assert len(found) == 6
    assert all(len(fingerprints) == 1 for fingerprints in found.values())


def test_every_dataset_has_a_row() -> None:
    assert set(CATALOG) == {row.name for row in ROWS}
