"""The Large Movie Review Dataset from its folder, its tar or a CSV file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from pipelines.datasets.cache import cached, pack_texts, unpack_texts
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import fingerprint
from pipelines.datasets.formats.archives import read_members
from pipelines.datasets.formats.folder_arrays import source_key
from pipelines.datasets.formats.text_files import decode_text, read_text
from pipelines.datasets.locate import locate
from pipelines.datasets.splits.given_splits import split_rows
from pipelines.datasets.splits.splitting import limit_rows, row_groups

CLASSES = ("negative", "positive")
_LABELS = {"neg": 0, "pos": 1, "negative": 0, "positive": 1, "0": 0, "1": 1}
_SPLITS = ("", "train", "test")
Review = tuple[str, int, str]


def _folder_of(name: str) -> tuple[str, str] | None:
    """Split and class folder of a labelled review, or `None` for any other file."""
    parts = name.split("/")
    if len(parts) < 3 or not name.endswith(".txt"):
        return None
    split, label = parts[-3:-1]
    return (split, label) if split in ("train", "test") and label in ("pos", "neg") else None


def _read_folder(source: Path) -> list[Review]:
    reviews = []
    members = read_members(source, lambda name: _folder_of(name) is not None)
    for name, data in sorted(members, key=lambda item: item[0]):
        folder = _folder_of(name)
        if folder is None:
            continue
        text = decode_text(data, path=source / name)
        if not text.strip():
            raise DataError("the review is empty.", path=source / name)
        reviews.append((text, _LABELS[folder[1]], folder[0]))
    if {split for _, _, split in reviews} != {"train", "test"}:
        raise DataError("no reviews under train/pos, train/neg, test/pos, test/neg.", path=source)
    return reviews


def _read_csv(source: Path) -> list[Review]:
    """Reads columns `review` (or `text`), `sentiment` (or `label`) and, if there, `split`."""
    reader = csv.DictReader(io.StringIO(read_text(source), newline=""), strict=True)
    header = [name.strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    text_column = next((name for name in ("review", "text") if name in header), None)
    label_column = next((name for name in ("sentiment", "label") if name in header), None)
    if text_column is None or label_column is None:
        raise DataError(
            f"columns 'review' and 'sentiment' (or 'text' and 'label') are expected. Got {header}.",
            path=source,
            line=1,
        )
    reviews = []
    try:
        for row in reader:
            label = str(row[label_column]).strip().lower()
            split = str(row.get("split") or "").strip().lower()
            if label not in _LABELS or split not in _SPLITS or not row[text_column]:
                raise DataError(
                    f"a text, a label of {sorted(_LABELS)} and a split of {_SPLITS} are "
                    f"expected. Got label {label!r}, split {split!r}.",
                    path=source,
                    line=reader.line_num,
                )
            reviews.append((row[text_column], _LABELS[label], split))
    except csv.Error as error:
        raise DataError(f"{error}.", path=source, line=reader.line_num) from error
    return reviews


def _distinct(reviews: list[Review]) -> tuple[list[Review], tuple[str, ...]]:
    """Drops repeats among the training reviews; the official test reviews all stay."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for review in reviews:
        key = (review[0], review[2])
        if review[2] == "test" or key not in seen:
            kept.append(review)
        seen.add(key)
    dropped = len(reviews) - len(kept)
    return kept, (f"dropped {dropped} repeated reviews outside test",) if dropped else ()


def imdb(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    cache_dir: Path | str | None = None,
    validation: float = 0.2,
    test: float | None = None,
) -> Dataset:
    """Loads 50,000 labelled film reviews; the unlabelled ones are not read.

    The release repeats 406 reviews, 123 of them across train and test. Training reviews
    that also occur in the test split are dropped, and so are repeats within train: the
    25,000 test reviews stay as published. Of a CSV without a `split` column 15 % become
    the test split. With `test` both halves are one pool that is split anew; equal reviews then
    stay in one split.

    Args:
        path: The dataset's folder.
        seed: Decides which training reviews become the validation split.
        rows: Training rows to keep at most, or `None`.
        cache_dir: Folder for the texts read, or `None` for the user's cache folder.
        validation: Share of the training reviews (of all reviews where no split is
            given), in (0, 1).
        test: Share of all reviews for a test split of one's own, in (0, 1); None keeps the
            published one.

    Returns:
        Lists of texts; labels `int64[n]`, 1 for positive. `notes` has the counts.

    Raises:
        DataError: If the data is missing or damaged, or a label is outside the classes.
        ValueError: If a share is out of range.
    """
    if test is not None and not 0 < test < 1:
        raise ValueError(f"`0 < test < 1` must hold. Got test={test}.")
    layout, found = locate("imdb", Path(path))
    source = found[0].parents[2] if layout == 0 else found[0]
    read = _read_csv if layout == 2 else _read_folder

    def make() -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
        reviews, notes = _distinct(read(source))
        labels = np.array([label for _, label, _ in reviews], dtype=np.int64)
        given = np.array([split for _, _, split in reviews])
        packed = pack_texts([text for text, _, _ in reviews])
        return {**packed, "labels": labels, "given": given}, notes

    decoded = cached(source_key("imdb", [source]), make, cache_dir)
    texts = unpack_texts(decoded.arrays)
    labels, given = np.array(decoded.arrays["labels"]), np.array(decoded.arrays["given"])
    if test is not None:
        given = np.full_like(given, "")
    shares = {"validation": validation, "test": 0.15 if test is None else test}
    parts, notes = split_rows(given, labels, row_groups(texts), CLASSES, seed=seed, **shares)
    parts = limit_rows(parts, rows, seed=seed, labels=labels)
    train, validation_split, test_split = (
        Split([texts[row] for row in part], labels[part]) for part in parts
    )
    return Dataset(
        name="imdb",
        modality="text",
        task="classification",
        train=train,
        validation=validation_split,
        test=SealedSplit(test_split),
        classes=CLASSES,
        fingerprint=fingerprint(decoded.digest, parts),
        notes=decoded.notes + notes,
    )
