"""Splits, the sealed test split, datasets, schemas and fingerprints as values."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from pipelines.datasets import Dataset, SealedSplit, Split, TestSplitError, load_dataset
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.images import ImageFiles


def small(**changes: object) -> Dataset:
    part = Split(["a", "b"], np.array([0, 1]))
    values: dict[str, object] = {
        "name": "small",
        "modality": "text",
        "task": "classification",
        "train": part,
        "validation": part,
        "test": SealedSplit(part),
        "classes": ("no", "yes"),
        "fingerprint": "0" * 64,
    }
    return Dataset(**{**values, **changes})  # type: ignore[arg-type]


def test_a_split_needs_a_target_for_each_input() -> None:
    with pytest.raises(ValueError, match="Got 2 inputs and 1 targets"):
        Split(["a", "b"], [1])


def test_the_seal_states_when_and_why_it_was_broken() -> None:
    sealed = SealedSplit(Split([1, 2, 3]))
    assert repr(sealed) == "SealedSplit(3 rows, sealed)"
    with pytest.raises(ValueError, match="opened for a stated reason"):
        sealed.open(" ")
    assert sealed.open("the final score").x == [1, 2, 3]
    assert repr(sealed) == "SealedSplit(3 rows, opened for 'the final score')"
    with pytest.raises(
        TestSplitError, match=r"opened at \d{4}-.*for 'the final score'.*fitted to the test data"
    ):
        sealed.open("one more")
    assert len(sealed) == 3


def through_bytes(value: object) -> object:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  # our own bytes


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, through_bytes])
def test_copies_of_the_seal_hold_no_content(copied: object) -> None:
    other = copied(SealedSplit(Split([1, 2, 3])))  # type: ignore[operator]
    assert len(other) == 3
    with pytest.raises(TestSplitError, match="this copy has its size"):
        other.open("a worker looks")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"modality": "sound"}, "modality is one of .* Got 'sound'"),
        ({"task": "ranking"}, "task is one of .* Got 'ranking'"),
        ({"classes": None}, "names its classes. Got none"),
    ],
)
def test_datasets_are_validated(changes: dict[str, object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        small(**changes)


def test_notes_are_added_to_a_copy() -> None:
    dataset = small(notes=("one",))
    assert dataset.with_notes("two").notes == ("one", "two")
    assert dataset.notes == ("one",)
    assert dataset.num_classes == 2


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("ab", "cd", "abcd"),
        (["a"], ["b"], ["a", "b"]),
        (("a",), ("b",), ["a", "b"]),
    ],
)
def test_refitting_joins_the_open_splits(first: object, second: object, joined: object) -> None:
    dataset = small(
        train=Split(first), validation=Split(second), task="language-model", classes=None
    )
    assert dataset.train_and_validation().x == joined
    assert dataset.train_and_validation().y is None


def test_refitting_joins_arrays_frames_and_files() -> None:
    digits = load_dataset("digits", rows=20)
    both = digits.train_and_validation()
    assert len(both) == len(digits.train) + len(digits.validation) == len(both.y)
    wine = load_dataset("wine").train_and_validation()
    assert isinstance(wine.x, pd.DataFrame) and wine.x.shape == (151, 13)
    files = ImageFiles(("a.png",), (8, 8)).join_with(ImageFiles(("b.png",), (8, 8)))
    assert files.shape == (2, 8, 8, 3)


def test_digests_tell_types_and_borders_apart() -> None:
    contents = [
        ("ab", "c"),
        ("a", "bc"),
        (["a", "bc"],),
        (np.array([1, 2], dtype=np.int32),),
        (np.array([1, 2], dtype=np.int64),),
        (np.array([[1, 2]], dtype=np.int64),),
        (1,),
        ("1",),
        (pd.DataFrame({"a": [1.0, 2.0]}),),
        (pd.DataFrame({"b": [1.0, 2.0]}),),
        (pd.DataFrame({"a": [2.0, 1.0]}),),
    ]
    assert len({content_digest(*content) for content in contents}) == len(contents)


def test_a_fingerprint_covers_content_splits_and_definition() -> None:
    parts = [np.array([0, 1]), np.array([2]), np.array([3])]
    swapped = [np.array([0, 2]), np.array([1]), np.array([3])]
    found = {
        fingerprint("content", parts),
        fingerprint("other", parts),
        fingerprint("content", swapped),
        fingerprint("content", parts, "option"),
    }
    assert len(found) == 4


def test_listings_import_no_numerical_library() -> None:
    code = (
        "import sys; from pipelines.datasets import CATALOG, load_dataset; print(len(CATALOG));"
        "heavy = {'numpy', 'pandas', 'sklearn', 'tensorflow', 'PIL'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
