"""What of the source documents the product covers: the tables of `docs/sources.md`.

`docs/coverage.tsv` has one line for each thing that a source describes. `where` is a file or folder
of the repository, a module, or `module:name`; `run` is a command line of the program, or of an
example. A test resolves every reference, parses every command, and holds that what is lacking is
data or hardware.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks._machine import ROOT
from cookbook._sources import TITLES

FILE = ROOT / "docs" / "coverage.tsv"
STATES = ("works", "partly", "missing")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that a source document describes.

    Attributes:
        source: Number of the document.
        item: What is described.
        state: One of `STATES`.
        where: The place in the product; empty where there is none.
        run: The command that shows it; empty for parts that are imported.
        missing: What is missing; empty where it works.
    """

    source: str
    item: str
    state: str
    where: str
    run: str
    missing: str


def read_items() -> list[Item]:
    """Every line of `docs/coverage.tsv`, in its order."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [
            Item(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def documents_table() -> str:
    """The source documents with their titles, and how much of each works."""
    counts = Counter((item.source, item.state) for item in read_items())
    rows = [
        [number, title, *(str(counts[number, state]) for state in STATES)]
        for number, title in TITLES.items()
    ]
    total = Counter(state for _, state in counts.elements())
    rows.append(["", "all", *(str(total[state]) for state in STATES)])
    return _markdown(("number", "title", *STATES), rows)


def coverage_table() -> str:
    """Every item under the title of its document."""
    parts = []
    for number, title in TITLES.items():
        rows = [
            [item.item, _state(item), _code(item.where), _code(item.run)]
            for item in read_items()
            if item.source == number
        ]
        table = _markdown(("item", "state", "where", "how to run it"), rows)
        parts.append(f"### {title} (source {number})\n\n{table}")
    return "\n\n".join(parts)


def _state(item: Item) -> str:
    return f"{item.state}: {item.missing}" if item.missing else item.state


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )
