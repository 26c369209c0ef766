"""Puts the measured figures into the documents: `python -m benchmarks.document`.

A document says where: everything between `<!-- benchmark: NAME -->` and `<!-- end benchmark -->`
is replaced by the table of `benchmarks/results/NAME.json`, and everything between
`<!-- comparison: NAME -->` and `<!-- end comparison -->` by that of
`benchmarks/results/comparisons/NAME.json`. No figure is typed by hand.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks._comparison_table import render_comparison
from benchmarks._harness import CONSOLE, RESULTS, Row
from benchmarks._machine import ROOT
from benchmarks._table import HEADINGS, commit_of, line, markdown_table, summary, verdicts

_PLACE = re.compile(r"(<!-- (benchmark|comparison): ([\w-]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
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


KINDS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "benchmark": (".", render),
    "comparison": ("comparisons", render_comparison),
}


def fill(text: str, results: Path) -> str:
    """Replaces every marked place of a document.

    Args:
        text: The document.
        results: Folder of the JSON files; a place whose file is missing says so.

    Returns:
        The document with the figures of today's files.
    """

    def replace(found: re.Match[str]) -> str:
        folder, show = KINDS[found[2]]
        path = results / folder / f"{found[3]}.json"
        body = show(json.loads(path.read_text())) if path.exists() else NOT_YET
        return found[1] + body + found[4]

    return _PLACE.sub(replace, text)


def main() -> None:
    """Fills the documents, or with `--check` only says which are out of date."""
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    options = command.parse_args()
    stale = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text()
        filled = fill(text, RESULTS)
        if filled != text:
            stale.append(str(path.relative_to(ROOT)))
            if not options.check:
                path.write_text(filled)
    CONSOLE.print("Out of date: " + ", ".join(stale) if options.check and stale else "Done.")
    raise SystemExit(1 if options.check and stale else 0)


if __name__ == "__main__":
    main()
