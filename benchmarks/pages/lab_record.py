"""The measured result in the docstring of a recipe's file, written from its record.

Whoever opens the file sees what it trains and what that gave. The figures are those of
`pipelines/recipes/records/NAME.json`; `python -m benchmarks.document` writes them, and a test holds
docstring and record equal.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pipelines.datasets.registry import entry
from pipelines.recipes import catalog
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.record import Record, record_of

WIDTH = 100
_LABEL = 12
_METRICS = 3  # the first ones are the task's own; the page of the recipe has all
# The block begins with this line and reaches to the end of the docstring.
BEGIN = "Measured"
_DOCSTRING = re.compile(r'\A"""(?P<text>.*?)"""\n', re.DOTALL)


def recipe_file(recipe: str) -> Path:
    """The file of a recipe.

    Args:
        recipe: Its name.
    """
    return Path(catalog.__path__[0]) / f"{recipe.replace('-', '_')}.py"


def lab_record(recipe: Recipe, record: Record | None) -> str:
    """The block of a docstring that says what was measured, without a last newline.

    Args:
        recipe: What was trained.
        record: What that gave, or None.
    """
    source = _entry("source", recipe.source)
    if record is None:
        own = entry(recipe.dataset).source == "yours"
        why = "each run scores a simple method on your data beside it" if own else "not yet"
        return "\n".join([f"{BEGIN}: {why}.", "", source])
    lines = [f"{BEGIN} by `python -m benchmarks.recipes` on {record.date}:", ""]
    lines += _results(record)
    lines += [source, *_circumstances(record)]
    return "\n".join(lines)


def with_lab_record(text: str, block: str) -> str:
    """The text of a recipe's file with its measured results.

    Args:
        text: The file as it is.
        block: From `lab_record`.

    Returns:
        The file with the block at the end of its docstring, in place of an earlier one.

    Raises:
        ValueError: If the file does not begin with a docstring.
    """
    found = _DOCSTRING.match(text)
    if found is None:
        raise ValueError("A recipe's file begins with a docstring in three double quotes.")
    prose = found["text"].partition(f"\n\n{BEGIN}")[0].rstrip()
    return f'"""{prose}\n\n{block}\n"""\n{text[found.end() :]}'


def _results(record: Record) -> Iterator[str]:
    for name in list(record.test_metrics)[:_METRICS]:
        yield _entry("test", record.result(name))


def _circumstances(record: Record) -> Iterator[str]:
    yield _entry("seeds", ", ".join(map(str, record.seeds)))
    yield _entry("time", f"{record.cost()}, {record.cpu}")
    if record.data:
        yield _entry("data", record.data)
    yield _entry("command", record.command)
    yield _entry("commit", record.commit[:10])


def _entry(label: str, text: str) -> str:
    first, rest = f"    {label:<{_LABEL}}", " " * (4 + _LABEL)
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def lab_records() -> Iterator[tuple[Path, str]]:
    """Every recipe's file, and what it must contain."""
    from pipelines.recipes.registry import all_recipes

    for recipe in all_recipes():
        path = recipe_file(recipe.name)
        block = lab_record(recipe, record_of(recipe.name))
        yield path, with_lab_record(path.read_text(encoding="utf-8"), block)
