"""Splits for data of which some are given by folders, and the rest is carved out."""

from __future__ import annotations

import numpy as np

from pipelines.datasets.errors import DataError
from pipelines.datasets.labels import check_classes_present
from pipelines.datasets.splits.splitting import Indices, choose, three_way

SPLIT_FOLDERS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


def split_folder(parts: tuple[str, ...]) -> str:
    """Names the split that the folders of a file stand for, or `""`.

    Args:
        parts: Folders from the root to the class.

    Example:
        >>> split_folder(("photos", "Val", "cat")), split_folder(("photos", "cat"))
        ('validation', '')
    """
    lowered = (part.lower() for part in parts)
    return next((SPLIT_FOLDERS[part] for part in lowered if part in SPLIT_FOLDERS), "")


def common_root(folders: list[tuple[str, ...]]) -> int:
    """Counts the folders that enclose everything, such as the one an archive wraps around."""
    depth = 0
    while folders and all(len(parts) > depth + 1 for parts in folders):
        if len({parts[depth] for parts in folders}) != 1:
            break
        depth += 1
    return depth


def without_leaks(given: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Drops rows of a given split that equal rows of a more sheltered one.

    Args:
        given: Split name of each row.
        groups: Group number of each row; equal rows share one.

    Returns:
        Which rows stay, `bool[n]`, and notes with the counts. Test rows always stay.
    """
    stay = np.ones(len(given), dtype=bool)
    notes: tuple[str, ...] = ()
    for split, others in (("validation", ("test",)), ("train", ("validation", "test"))):
        elsewhere = groups[np.isin(given, others) & stay]
        leaks = (given == split) & np.isin(groups, elsewhere)
        if leaks.any():
            stay &= ~leaks
            where = " or ".join(other for other in others if other in given)
            notes += (f"dropped {leaks.sum()} {split} rows that also occur in {where}",)
    return stay, notes


def split_rows(
    given: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    classes: tuple[str, ...] | None,
    *,
    seed: int,
    validation: float,
    test: float,
) -> tuple[Indices, tuple[str, ...]]:
    """Uses the given splits, and carves the missing ones from the training rows.

    Args:
        given: Split name of each row, all `""` when none is given.
        labels: Class number of each row, or a number to predict.
        groups: Group number of each row; a group stays in one split.
        classes: Names of the classes; `None` where there are none.
        seed: Decides what is carved out.
        validation: Share for validation where it is not given, in (0, 1).
        test: Share for test where it is not given, in (0, 1).

    Returns:
        The splits, and notes on what was dropped or carved.

    Raises:
        DataError: If rows of a data folder with splits belong to none, if there is no
            training split, or if a class is absent from a split.
    """
    names = set(given.tolist())
    if names == {""}:
        parts = three_way(
            len(labels), seed=seed, labels=labels, groups=groups, validation=validation, test=test
        )
        notes: tuple[str, ...] = ()
    elif "" in names or "train" not in names:
        raise DataError(
            "either no item or every item lies in a split folder (train, validation, test), "
            f"and train is one of them. Got {sorted(name or 'none' for name in names)}."
        )
    else:
        parts, notes = _carve_missing(
            given, labels, groups, seed=seed, shares={"test": test, "validation": validation}
        )
    check_each_split(parts, labels, classes)
    return parts, notes


def check_each_split(parts: Indices, labels: np.ndarray, classes: tuple[str, ...] | None) -> None:
    """Refuses splits of which one has no row of a class.

    Args:
        parts: The splits.
        labels: Class number of each row.
        classes: Names of the classes; `None` where there are none.

    Raises:
        DataError: Naming split and classes.
    """
    if classes is None:
        return
    for what, part in zip(("training", "validation", "test"), parts, strict=True):
        check_classes_present(labels[part], classes, what)


def _carve_missing(
    given: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    *,
    seed: int,
    shares: dict[str, float],
) -> tuple[Indices, tuple[str, ...]]:
    stay, notes = without_leaks(given, groups)
    rows = {name: np.flatnonzero((given == name) & stay) for name in ("train", *shares)}
    for name, share in shares.items():
        if len(rows[name]):
            continue
        # One row speaks for its group, so that equal rows leave together.
        _, first, member = np.unique(groups[rows["train"]], return_index=True, return_inverse=True)
        heads = labels[rows["train"][first]]
        count = max(1, round(share * len(first)))
        _, cut, _ = choose(np.arange(len(first)), count, labels=heads, seed=seed)
        taken = np.isin(member, cut)
        rows[name], rows["train"] = rows["train"][taken], rows["train"][~taken]
        notes += (f"carved {taken.sum()} {name} rows from train: none were given",)
    return Indices(rows["train"], rows["validation"], rows["test"]), notes
