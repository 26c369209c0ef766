"""Sentence pairs, split so that no sentence of either language leaks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.text_files import check_is_file, decode_text
from pipelines.datasets.splits.splitting import limit_rows, three_way

Pair = tuple[str, str]


def comparison_key(sentence: str) -> str:
    """What two sentences share when they differ in case, spaces or punctuation only.

    Example:
        >>> comparison_key("Va\u00a0!") == comparison_key("va.")
        True
    """
    return re.sub(r"[\W_]+", " ", sentence.casefold()).strip() or sentence.strip()


def sentence_groups(pairs: Sequence[Pair]) -> np.ndarray:
    """Numbers the sets of pairs that are linked by a shared sentence on either side.

    Splitting by the source alone leaves targets that occur in train: "Go on." and
    "Continue." share a translation. Linked sets stay together, so no sentence of either
    language lies in two splits. Of the 167,130
    English-French pairs the largest set has 96.

    Args:
        pairs: Source and target sentences.

    Returns:
        `int64[n]` group numbers.

    Example:
        >>> sentence_groups([("Go.", "Va !"), ("Go!", "Pars !"), ("No.", "Non.")]).tolist()
        [0, 0, 1]
    """
    parent: dict[tuple[int, str], tuple[int, str]] = {}

    def root(node: tuple[int, str]) -> tuple[int, str]:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    keys = [((0, comparison_key(source)), (1, comparison_key(target))) for source, target in pairs]
    for source, target in keys:
        parent[root(source)] = root(target)
    numbers: dict[tuple[int, str], int] = {}
    return np.array(
        [numbers.setdefault(root(source), len(numbers)) for source, _ in keys], dtype=np.int64
    )


def references(split: Split) -> Mapping[str, tuple[str, ...]]:
    """Collects all translations of each source sentence of a split, to score against.

    Args:
        split: Source sentences `x` and target sentences `y`.

    Returns:
        Source sentence to its targets, in order of first occurrence.

    Example:
        >>> references(Split(["Go.", "Go."], ["Va !", "Pars !"]))
        {'Go.': ('Va !', 'Pars !')}
    """
    found: dict[str, list[str]] = {}
    for source, target in zip(split.x, split.y, strict=True):
        found.setdefault(source, []).append(target)
    return {source: tuple(targets) for source, targets in found.items()}


def parse_pairs(
    text: str, *, path: Path | str, delimiter: str = "\t", columns: tuple[int, int] = (0, 1)
) -> list[Pair]:
    """Reads one pair a line; further columns, such as an attribution, are ignored.

    Args:
        text: Content of the file; empty lines are allowed.
        path: Named in errors.
        delimiter: What separates the columns.
        columns: Numbers of the source and the target column, from 0.

    Returns:
        Source and target sentences.

    Raises:
        DataError: If a line has too few columns or an empty sentence, or there is none.
    """
    pairs = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split(delimiter)]
        if len(fields) <= max(columns) or not all(fields[column] for column in columns):
            raise DataError(
                f"two sentences separated by {delimiter!r} are expected. Got {line[:60]!r}.",
                path=path,
                line=number,
            )
        pairs.append((fields[columns[0]], fields[columns[1]]))
    if not pairs:
        raise DataError("the file is empty; one pair a line is expected.", path=path)
    return pairs


def pair_dataset(
    name: str,
    pairs: list[Pair],
    *,
    seed: int,
    rows: int | None,
    validation: float,
    test: float,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """Splits pairs so that no sentence of either language lies in two splits.

    Args:
        name: Name of the dataset.
        pairs: Source and target sentences; repeated pairs count once.
        seed: Decides the split.
        rows: Training pairs to keep at most, or `None`.
        validation: Share of the sets of linked pairs, in (0, 1).
        test: Share of the sets of linked pairs, in (0, 1).
        notes: What was done before.

    Returns:
        Lists of sentences; a source with several translations has a row for each.
    """
    distinct = list(dict.fromkeys(pairs))
    if len(distinct) < len(pairs):
        notes += (f"dropped {len(pairs) - len(distinct)} repeated pairs",)
    groups = sentence_groups(distinct)
    parts = three_way(len(distinct), seed=seed, groups=groups, validation=validation, test=test)
    parts = limit_rows(parts, rows, seed=seed)
    train, validation_split, test_split = (
        Split([distinct[row][0] for row in part], [distinct[row][1] for row in part])
        for part in parts
    )
    return Dataset(
        name=name,
        modality="pairs",
        task="translation",
        train=train,
        validation=validation_split,
        test=SealedSplit(test_split),
        fingerprint=fingerprint(content_digest(*distinct), parts),
        notes=notes,
    )


def load_pairs(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    delimiter: str = "\t",
    columns: tuple[int, int] = (0, 1),
    max_words: int | None = None,
    encoding: str = "utf-8",
    validation: float = 0.1,
    test: float = 0.1,
) -> Dataset:
    """Loads the user's own sentence pairs, one a line.

    Args:
        path: The file.
        seed: Decides the split.
        rows: Training pairs to keep at most, or `None`.
        delimiter: What separates the columns.
        columns: Numbers of the source and the target column, from 0; `(1, 0)` reverses.
        max_words: Longest sentence to keep, in words, on both sides; `None` keeps all.
        encoding: A codec of Python.
        validation: Share of the validation split, in (0, 1).
        test: Share of the test split, in (0, 1).

    Returns:
        Lists of source and target sentences.

    Raises:
        DataError: If the file is missing, is no text in this encoding, or a line has no
            two sentences.
    """
    source = Path(path)
    check_is_file(source)
    text = decode_text(source.read_bytes(), path=source, encoding=encoding)
    pairs = parse_pairs(text, path=source, delimiter=delimiter, columns=columns)
    kept = [pair for pair in pairs if max_words is None or short(pair, max_words + 1)]
    notes = kept_note(kept, pairs, f"of at most {max_words} words")
    if not kept:
        raise DataError(f"no pair has at most {max_words} words a side.", path=source)
    return pair_dataset(
        source.stem, kept, seed=seed, rows=rows, validation=validation, test=test, notes=notes
    )


def short(pair: Pair, words: int) -> bool:
    """Whether both sentences have fewer than so many words."""
    return all(len(sentence.split()) < words for sentence in pair)


def kept_note(kept: list[Pair], pairs: list[Pair], what: str) -> tuple[str, ...]:
    """Says how many pairs are left, if not all."""
    if len(kept) == len(pairs):
        return ()
    return (f"kept {len(kept)} of {len(pairs)} pairs: those {what}",)
