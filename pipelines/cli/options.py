"""Options and value parsing that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

# What begins like this is meant as YAML, so a fault in it is one.
_OPENING = ("[", "{", '"', "'")
_NULLS = ("null", "~")
Command = TypeVar("Command", bound=Callable[..., Any])


def store_options(command: Command) -> Command:
    """Adds `--root`: the folder of the embedded stores."""
    return click.option(
        "--root",
        type=click.Path(file_okay=False, path_type=Path),
        default="mlruns",
        envvar="COOKBOOK_ROOT",
        show_default=True,
        help="Folder of the embedded stores (studies, MLflow runs, models).",
    )(command)


def own_data_options(command: Command) -> Command:
    """Adds what names a person's own data; `parse_data` reads it."""
    decorators = (
        click.option("--data", "data_path", type=click.Path(),
                     help="Your own file or folder, for the generic recipes."),
        click.option("--target", help="Column to predict, of a table."),
        click.option("--sample-weights", metavar="COLUMN|FILE",
                     help="What training rows count: a column, or a CSV of files and weights."),
        click.option("--data-option", "data_options", multiple=True, metavar="KEY=VALUE",
                     help="Option of the dataset's loader; repeat for more."),
    )  # fmt: skip
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def run_options(command: Command) -> Command:
    """Adds what `train` and `tune` share: hyperparameters, data, seed, tiny mode."""
    decorators = (
        click.option("--set", "settings", multiple=True, metavar="KEY=VALUE",
                     help="Fix a hyperparameter; repeat for more."),
        click.option("--epochs", type=click.IntRange(min=1), help="Passes over the data."),
        click.option("--seed", type=click.IntRange(0, 2**32 - 1),
                     help="Weights, dropout, data order; 0."),
        click.option("--data-dir", type=click.Path(file_okay=False), envvar="COOKBOOK_DATA",
                     help="Folder of downloaded datasets (COOKBOOK_DATA)."),
        own_data_options,
        click.option("--tiny", is_flag=True, help="A few rows and epochs: does it run at all?"),
    )  # fmt: skip
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def pool_options(command: Command) -> Command:
    """Adds where trials run and what each of them needs; the values are a job's."""
    decorators = (
        click.option("--pool", help="Where trials run: local, or ray."),
        click.option("--ray-address", help="auto or host:port; by default a cluster of its own."),
        click.option("--threads", type=click.IntRange(min=1), help="Threads of each trial; one."),
        click.option("--gpus", type=click.IntRange(min=0), is_flag=False, flag_value=1,
                     help="GPUs that each trial has for itself; one without a number."),
        click.option("--memory", help="Memory that each trial needs, as 4GB."),
    )  # fmt: skip
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def check_folder_of(file: Path, flag: str = "--output") -> None:
    """Refuses a file in a folder that is not there, before the work whose result it takes.

    Args:
        file: What is to be written.
        flag: The option that names it.

    Raises:
        click.UsageError: If its folder is not there.
    """
    if not file.parent.is_dir():
        raise click.UsageError(
            f"{flag} takes a file in a folder that is there. Got {str(file)!r}: make "
            f"{str(file.parent)!r} first."
        )


def parse_data(
    path: str | None,
    target: str | None,
    options: Sequence[str],
    *,
    sample_weights: str | None = None,
) -> dict[str, Any]:
    """Options of a dataset's loader: `--data`, `--target`, `--sample-weights`, `--data-option`."""
    from pipelines.datasets.registry import check_option_names

    given = {"path": path, "target": target, "sample_weight": sample_weights}
    parsed = parse_settings(options, flag="--data-option", example="missing=drop")
    check_option_names(parsed)
    return {k: v for k, v in given.items() if v is not None} | parsed


def parse_settings(
    settings: Sequence[str], *, flag: str = "--set", example: str = "epochs=3"
) -> dict[str, Any]:
    """Parses `key=value` pairs; values are YAML scalars or lists.

    Args:
        settings: What the option received.
        flag: Name of the option, for errors.
        example: A pair that it takes, for errors.

    Returns:
        Names to values.

    Raises:
        click.UsageError: If a pair has no `=`, no name, or a value that is not YAML.

    Example:
        >>> parse_settings(["epochs=3", "widths=[8, 16]", "learning_rate=1e-3", "optimizer=sgd"])
        {'epochs': 3, 'widths': (8, 16), 'learning_rate': 0.001, 'optimizer': 'sgd'}
    """
    parsed: dict[str, Any] = {}
    for pair in settings:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(
                f"{flag} takes KEY=VALUE. Got {pair!r}: write for example {flag} {example}."
            )
        try:
            parsed[name.strip()] = parse_value(text)
        except ValueError as error:
            raise click.UsageError(f"{flag} {name.strip()}: {error}") from None
    return parsed


def parse_value(text: str) -> Any:
    """One value in YAML's notation, with 1e-3 read as a number and lists as tuples.

    What YAML cannot read, or reads as nothing, is a text as it stands, such as the delimiters `,`
    and `|`.

    Raises:
        ValueError: If a list, mapping or quoted text does not end.
    """
    import yaml

    from pipelines.yaml_numbers import NumberLoader

    if len(text) == 1 and not text.isalnum() and text != "~":
        return text
    try:
        value = yaml.load(text, Loader=NumberLoader)  # noqa: S506 - it is a safe one
    except yaml.YAMLError:
        if text.lstrip().startswith(_OPENING):
            raise ValueError(
                f"a list, mapping or quoted text in YAML's notation ends as it began. Got {text!r}."
            ) from None
        return text
    return text if value is None and text.strip().lower() not in _NULLS else _frozen(value)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
