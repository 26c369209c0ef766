"""Puts measured figures and tables into the documents: `python -m benchmarks.document`.

A document says where: everything between `<!-- benchmark: NAME -->` and `<!-- end benchmark -->`
is replaced by the table of `benchmarks/results/NAME.json`, everything between
`<!-- comparison: NAME -->` and `<!-- end comparison -->` by that of
`pipelines/comparisons/records/NAME.json`, everything between `<!-- tables: NAME -->` and
`<!-- end tables -->` by the comparison on public tables in `benchmarks/results/NAME.json`, and
everything between `<!-- table: NAME -->` and `<!-- end table -->` by one of `TABLES`. The
docstrings of the recipes get the results of their records. No figure is typed by hand, and a test
holds all of it against its origin.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks._comparison_table import render_comparison
from benchmarks._harness import CONSOLE, RESULTS, Row
from benchmarks._machine import ROOT
from benchmarks._table import HEADINGS, commit_of, line, markdown_table, summary, verdicts
from benchmarks.pages.coverage import coverage_table, documents_table
from benchmarks.pages.figures_table import figures_table
from benchmarks.pages.lab_record import lab_records
from benchmarks.pages.public_tables import render_tables
from benchmarks.pages.recipe_page import gallery, recipe_pages
from benchmarks.pages.recipe_table import recipe_table
from pipelines.recipes.evidence import COMPARED

_PLACE = re.compile(
    r"(<!-- (benchmark|comparison|tables|table): ([\w-]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL
)
# Lines of a table that nobody reads to its end, its two headings left out.
LONG = 38
NOT_YET = "Not measured yet.\n"


def render(result: Mapping[str, Any]) -> str:
    """One benchmark as Markdown: table, goals, what was not equal, and how it was measured.

    A long table is summed up: one line a contestant.

    Args:
        result: The content of its JSON file.
    """
    rows = [Row(**entry) for entry in result["rows"]]
    cells: list[tuple[str, ...]] = []
    for row in rows:
        if row.skipped:
            cells.append((row.case, row.name, row.skipped, "", "", "", ""))
        for quantity in result["quantities"]:
            found = line(row, quantity["key"], quantity["unit"], result["ratios"])
            if found is not None:
                cells.append(found)
    table = summary(result, rows) if len(cells) > LONG else markdown_table(HEADINGS, cells)
    notes = [f"- {text}" for text in verdicts(result["ratios"])]
    notes += [f"- Not equal: {text}." for text in result["unequal"]]
    return "\n".join([table, "", *notes, "", _origin(result), ""])


def _origin(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    return (
        f"`{result['command']}`, commit {commit_of(result)}, {result['date'][:10]}, "
        f"{result['seconds']:.0f} s; {machine['cores']} cores, {machine['cpu']}, "
        f"{machine['memory_gb']} GB, load {machine['load_before']} before; {versions}."
    )


KINDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "benchmark": render,
    "comparison": render_comparison,
    "tables": render_tables,
}
TABLES: Mapping[str, Callable[[], str]] = {
    "recipes": recipe_table,
    "documents": documents_table,
    "coverage": coverage_table,
    "figures": figures_table,
    "gallery": gallery,
}


def fill(text: str, results: Path, *, compared: Path = COMPARED) -> str:
    """Replaces every marked place of a document.

    Args:
        text: The document.
        results: Folder of the JSON files; a place whose file is missing says so.
        compared: Folder of those of the comparisons.

    Returns:
        The document with the figures of today's files.
    """

    def replace(found: re.Match[str]) -> str:
        kind, name = found[2], found[3]
        folder = compared if kind == "comparison" else results
        return found[1] + _body(kind, folder / f"{name}.json") + found[4]

    return _PLACE.sub(replace, text)


def _body(kind: str, file: Path) -> str:
    if kind == "table":
        return f"{TABLES[file.stem]()}\n"
    return KINDS[kind](json.loads(file.read_text())) if file.exists() else NOT_YET


def documents() -> Iterator[tuple[Path, str]]:
    """Every file that holds generated parts, and what it must contain."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        yield path, fill(path.read_text(encoding="utf-8"), RESULTS)
    yield from lab_records()
    yield from recipe_pages()


def stale_documents(*, write: bool) -> list[str]:
    """Which files do not say what their origins say.

    Args:
        write: Whether to write them anew.

    Returns:
        Their paths within the repository.
    """
    stale = []
    for path, wanted in documents():
        if not path.exists() or path.read_text(encoding="utf-8") != wanted:
            stale.append(str(path.relative_to(ROOT)))
            if write:
                path.write_text(wanted, encoding="utf-8")
    return stale


def main() -> None:
    """Writes the generated parts, or with `--check` only says which are out of date."""
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    check = command.parse_args().check
    stale = stale_documents(write=not check)
    CONSOLE.print(f"{'Out of date' if check else 'Written'}: {', '.join(stale) or 'nothing'}.")
    raise SystemExit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
