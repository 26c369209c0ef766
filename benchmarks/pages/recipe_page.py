"""A page for each recipe, `docs/recipes/NAME.md`, and the gallery of `docs/index.md`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import yaml

from benchmarks._machine import ROOT
from benchmarks.pages.curves import draw_curves, has_curves
from benchmarks.pages.lab_record import BEGIN, recipe_file
from benchmarks.pages.tried_values import tried_rows
from pipelines.comparisons.registry import all_comparisons
from pipelines.datasets.registry import entry
from pipelines.recipes.evidence import COMPARED
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.record import Record, record_of, variants_of
from pipelines.recipes.registry import all_recipes
from pipelines.recipes.reproduction import reproduce

# Rows of the table of epochs; the record has all of them.
EPOCHS = 12
PAGES = ROOT / "docs" / "recipes"
CURVES = ROOT / "docs" / "images" / "curves"


def recipe_pages() -> Iterator[tuple[Path, str]]:
    """The page of every recipe and its pictures of the epochs, and what they must contain."""
    for recipe in all_recipes():
        record = record_of(recipe.name)
        yield PAGES / f"{recipe.name}.md", recipe_page(recipe, record)
        variants = variants_of(recipe.name)
        named = {recipe.name: record, **{f"{recipe.name}.{v}": r for v, r in variants.items()}}
        for name, found in named.items():
            if found is not None and has_curves(found):
                yield CURVES / f"{name}.svg", draw_curves(found, recipe.metric)


def recipe_page(recipe: Recipe, record: Record | None) -> str:
    """What a recipe is, what it reached, what it costs and what it sets, as Markdown.

    Args:
        recipe: What is trained.
        record: What that gave, or None.
    """
    head = f"# {recipe.name}\n\n{recipe.summary}. Source: {recipe.source}.\n\n{_prose(recipe)}"
    parts = [head, _results(recipe, record), _variants(recipe), _figures(recipe), _tried(recipe)]
    parts += [*_course(record), _commands(recipe), _values(recipe)]
    return "\n\n".join(part for part in parts if part) + "\n"


def gallery() -> str:
    """Every recipe under its task, first those with a result; then all comparisons' figures."""
    parts = []
    measured = {r.name: _kind(r) for r in all_recipes() if record_of(r.name) is not None}

    def place(recipe: Recipe) -> tuple[bool, str, bool, str]:
        kind, name = _kind(recipe), recipe.name
        return kind not in measured.values(), kind, name not in measured, name

    recipes = sorted(all_recipes(), key=place)
    for kind, found in groupby(recipes, key=_kind):
        rows = [_card(recipe) for recipe in found]
        table = _table(("recipe", "what it trains", "test", "simple method", "cost"), rows)
        parts.append(f"### {kind}\n\n{table}")
    for comparison in all_comparisons():
        name = comparison.name
        if not (COMPARED / f"{name}.json").exists():
            continue  # not measured yet
        heading = f"### {comparison.summary}"
        picture = f"[![{name}](images/{name}.png)](comparisons.md#{name})"
        parts.append(f"{heading}\n\n`{name}`\n\n{picture}")
    return "\n\n".join(parts)


def _kind(recipe: Recipe) -> str:
    """What a newcomer calls the recipe's task."""
    if "{" in recipe.task:
        return "Table classification or regression"
    return recipe.task.replace("text-bag", "text").replace("-", " ").capitalize()


def _card(recipe: Recipe) -> Sequence[str]:
    record = record_of(recipe.name)
    name = (f"[{recipe.name}](recipes/{recipe.name}.md)", recipe.summary)
    if record is None:
        unmeasured = "on your own data" if entry(recipe.dataset).is_own else "not measured yet"
        return (*name, unmeasured, "", "")
    metric = record.tested(recipe.metric)
    ours, theirs = record.pair(metric)
    # Most simple methods have no seed.
    simple = f"{theirs}, {record.baseline}" if theirs else ""
    return (*name, f"{metric.replace('_', ' ')} {ours}", simple, record.effort())


def _prose(recipe: Recipe) -> str:
    text = ast.get_docstring(ast.parse(recipe_file(recipe.name).read_text(encoding="utf-8"))) or ""
    return text.partition(f"\n\n{BEGIN}")[0]


def _results(recipe: Recipe, record: Record | None) -> str:
    if record is None:
        own = entry(recipe.dataset).is_own
        kind = "your data" if own else "the data (the recipe itself is not measured yet)"
        return f"## Results\n\nEach run scores a simple method on {kind} beside the model."
    rows = [(f"`{name}`", *record.pair(name)) for name in record.test_metrics]
    table = _table(("on the test split", "this recipe", record.baseline), rows)
    parts = [f"## Results\n\n{table}"]
    if recipe.behind_baseline:
        parts.append(f"Behind the simple method: {recipe.behind_baseline}")
    measured = f"{record.cost()}, {record.cpu}; {record.date}, commit {record.commit[:10]}"
    read = f"; data from `{record.data}`" if record.data else ""
    parts.append(f"{_over(record.seeds)}; {measured}{read}:\n\n    {record.command}")
    return "\n\n".join(parts)


def _variants(recipe: Recipe) -> str:
    """What the recipe reached with other settings."""
    variants = variants_of(recipe.name)
    if not variants:
        return ""
    usual = record_of(recipe.name)
    rows = [
        (name, record.line(recipe.metric) + _apart(record, usual), *_origin(record))
        for name, record in variants.items()
    ]
    pictures = [
        f"`{name}`:\n\n{_picture(f'{recipe.name}.{name}')}"
        for name, record in variants.items()
        if has_curves(record)
    ]
    table = _table(("variant", "measured", "data", "commit"), rows)
    return "\n\n".join([f"## Variants\n\n{table}", *pictures])


def _origin(record: Record) -> tuple[str, str]:
    """What the data were read from, and the commit."""
    return f"`{record.data}`" if record.data else "", record.commit[:10]


def _apart(record: Record, usual: Record | None) -> str:
    """Scores that only this variant was asked for and the simple method has none of."""
    known = usual.test_metrics if usual is not None else record.test_metrics
    pairs = {name: record.pair(name) for name in record.test_metrics if name not in known}
    return "".join(
        f"; apart, {name} {ours}" for name, (ours, theirs) in pairs.items() if not theirs
    )


def _over(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return f"One training with seed {seeds[0]}"
    return f"Mean and standard deviation over the seeds {', '.join(map(str, seeds))}"


def _figures(recipe: Recipe) -> str:
    found = [one for one in reproduce() if one.figure.ours.split()[1:2] == [recipe.name]]
    if not found:
        return ""
    rows = [
        (one.figure.what, f"{one.figure.value:g} {one.figure.unit}", one.verdict, one.note)
        for one in found
    ]
    return f"## Beside the source\n\n{_table(('figure', 'reported', 'verdict', 'note'), rows)}"


def _tried(recipe: Recipe) -> str:
    """The values that validation rows decided on, because the source does not state them."""
    rows = tried_rows(recipe)
    if not rows:
        return ""
    head = ("values", "epochs", "best epoch", f"best `{recipe.metric}`", "at the end")
    said = "The source does not state these values. One training each; no test row was looked at."
    return f"## Chosen on validation rows\n\n{said}\n\n{_table(head, rows)}"


def _course(record: Record | None) -> Iterator[str]:
    """What the epochs reported, and what the trained model writes."""
    if record is None:
        return
    if record.history:
        first = record.history[0]
        names = sorted(first, key=lambda name: (name.removeprefix("val_"), name))
        epochs = _evenly(len(first[names[0]]), EPOCHS)
        rows = [[str(n + 1), *(f"{first[name][n]:.4g}" for name in names)] for n in epochs]
        table = _table(["epoch", *(f"`{name}`" for name in names)], rows)
        said = f"What the epochs of seed {record.seeds[0]} reported."
        picture = f"{_picture(record.recipe)}\n\n" if has_curves(record) else ""
        yield f"## Training\n\n{picture}{said}\n\n{table}"
    for text in record.texts.values():
        yield f"## Samples\n\n```text\n{text.strip()}\n```"


def _picture(name: str) -> str:
    """The curves of a record."""
    picture = (CURVES / f"{name}.svg").relative_to(PAGES.parent).as_posix()
    return f"![Training and validation by epoch, a line for each seed](../{picture})"


def _evenly(count: int, most: int) -> list[int]:
    """At most so many of the numbers below `count`, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(n * (count - 1) / (most - 1)) for n in range(most)]


def _commands(recipe: Recipe) -> str:
    name = recipe.name
    data = ""
    if entry(recipe.dataset).source == "yours":
        data = " --data PATH" + (" --target COLUMN" if recipe.dataset == "tabular-file" else "")
    lines = [f"cookbook {verb} {name}{data}" for verb in ("train", "tune")]
    lines.insert(1, f"{lines[0]} --tiny")
    cost = f"\n\nCost: {recipe.fits_in}." if recipe.fits_in else ""
    return "## Run it\n\n" + "\n".join(f"    {line}" for line in lines) + cost


def _values(recipe: Recipe) -> str:
    names = list(dict.fromkeys([*recipe.defaults, *recipe.space.dimensions]))
    rows = []
    for name in names:
        searched = f"`{_yaml(recipe.space[name].to_dict())}`" if name in recipe.space else ""
        rows.append((f"`{name}`", f"`{_yaml(recipe.defaults.get(name))}`", searched))
    best = "largest" if recipe.direction == "maximize" else "smallest"
    return (
        f"## Hyperparameters\n\nA search looks for the {best} `{recipe.metric}`.\n\n"
        f"{_table(('name', 'default', 'searched in'), rows)}"
    )


def _yaml(value: object) -> str:
    """A value as `--set` and a job take it."""
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, sort_keys=False, width=1000)
    return text.removesuffix("...\n").strip()


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
