"""English and French sentence pairs of the Tatoeba project."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipelines.datasets.containers import Dataset
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.archives import read_members
from pipelines.datasets.formats.pairs import Pair, kept_note, pair_dataset, parse_pairs, short
from pipelines.datasets.formats.text_files import decode_text
from pipelines.datasets.locate import locate

# The subset of the PyTorch tutorial, which the R&D report (source 003) trains on.
TUTORIAL_PREFIXES = tuple(
    f"{pronoun} {verb}"
    for pronoun, verb in (
        ("i", "am "),
        ("i", "m "),
        ("he", "is"),
        ("he", "s "),
        ("she", "is"),
        ("she", "s "),
        ("you", "are"),
        ("you", "re "),
        ("we", "are"),
        ("we", "re "),
        ("they", "are"),
        ("they", "re "),
    )
)
_TUTORIAL_WORDS = 10


def plain_ascii(sentence: str) -> str:
    """Lower case without accents; letters and `.!?` stay, `.!?` become words.

    Args:
        sentence: Any sentence in Latin letters.

    Returns:
        Words separated by one space.

    Example:
        >>> plain_ascii("C'est l'\u00e9t\u00e9\u00a0!")
        'c est l ete !'
    """
    letters = unicodedata.normalize("NFD", sentence.lower().strip())
    text = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    text = re.sub(r"([.!?])", r" \1", text)
    return re.sub(r"[^a-z.!?]+", " ", text).strip()


def _tutorial_subset(pairs: list[Pair]) -> tuple[list[Pair], tuple[str, ...]]:
    plain = [(plain_ascii(english), plain_ascii(french)) for english, french in pairs]
    kept = [
        pair
        for pair in plain
        if short(pair, _TUTORIAL_WORDS) and pair[0].startswith(TUTORIAL_PREFIXES)
    ]
    return kept, kept_note(kept, pairs, "of fewer than 10 words that begin like 'I am'")


def eng_fra(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    subset: str = "all",
    reverse: bool = False,
    max_words: int | None = None,
    validation: float = 0.1,
    test: float = 0.1,
) -> Dataset:
    """Loads English and French sentence pairs.

    Under a random 90/10 split of the tutorial's subset 55 % of the English and 12 % of
    the French test sentences occur in train. Here pairs linked by a shared sentence stay
    in one split, see `sentence_groups`.

    Args:
        path: The dataset's folder.
        seed: Decides the split.
        rows: Training pairs to keep at most, or `None`.
        subset: `"all"`, or `"tutorial"` for the pairs that the R&D report on LeNet, ResNet and
            recurrent networks (source 003) and the PyTorch tutorial use: lower case without
            accents, fewer than 10 words, English side beginning like "i am". They are 12,441 of the
            167,130 pairs of the release of 2019-04-07.
        reverse: `True` translates French into English.
        max_words: Longest sentence to keep, in words, on both sides; `None` keeps all.
        validation: Share of the validation split, in (0, 1).
        test: Share of the test split, in (0, 1).

    Returns:
        Lists of source and target sentences; `options["languages"]` names them.

    Raises:
        DataError: If the file is missing or damaged.
        ValueError: If `subset` is unknown.
    """
    subsets: dict[str, Callable[[list[Pair]], tuple[list[Pair], tuple[str, ...]]]] = {
        "all": lambda pairs: (pairs, ()),
        "tutorial": _tutorial_subset,
    }
    if subset not in subsets:
        raise ValueError(f"`subset` is 'all' or 'tutorial'. Got {subset!r}.")
    _, (file,) = locate("eng-fra", Path(path))
    every = _read_eng_fra(file)
    chosen, notes = subsets[subset](every)
    kept = [pair for pair in chosen if max_words is None or short(pair, max_words + 1)]
    notes += kept_note(kept, chosen, f"of at most {max_words} words")
    if not kept:
        raise DataError(f"no pair is left of {len(every)}: the subset is empty.", path=file)
    if reverse:
        kept = [(french, english) for english, french in kept]
    dataset = pair_dataset(
        "eng-fra", kept, seed=seed, rows=rows, validation=validation, test=test, notes=notes
    )
    languages = ("fra", "eng") if reverse else ("eng", "fra")
    return replace(dataset, options={"languages": languages})


def _read_eng_fra(file: Path) -> list[Pair]:
    """Reads the text file, also out of the zip archives it is published in."""
    if file.suffix != ".zip" or not zipfile.is_zipfile(file):
        if file.suffix == ".zip":
            raise DataError("the archive is truncated or damaged. Fetch it again.", path=file)
        return parse_pairs(decode_text(file.read_bytes(), path=file), path=file)
    names = ("eng-fra.txt", "fra.txt")
    for name, data in read_members(file, lambda item: item.rpartition("/")[2] in names):
        return parse_pairs(decode_text(data, path=file / name), path=file / name)
    raise DataError(f"the archive holds none of {', '.join(names)}.", path=file)
