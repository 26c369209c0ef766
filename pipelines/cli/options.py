"""Options and value parsing that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

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


def run_options(command: Command) -> Command:
    """Adds what `train` and `tune` share: hyperparameters, data, seed, tiny mode."""
    decorators = (
        click.option("--set", "settings", multiple=True, metavar="KEY=VALUE",
                     help="Fix a hyperparameter; repeat for more."),
        click.option("--epochs", type=click.IntRange(min=1), help="Passes over the data."),
        click.option("--seed", type=click.IntRange(min=0), help="Weights, dropout, data order; 0."),
        click.option("--data-dir", type=click.Path(file_okay=False), envvar="COOKBOOK_DATA",
                     help="Folder of downloaded datasets (COOKBOOK_DATA)."),
        click.option("--data", "data_path", type=click.Path(),
                     help="Your own file or folder, for the generic recipes."),
        click.option("--target", help="Column to predict, for the recipe `tabular`."),
        click.option("--data-option", "data_options", multiple=True, metavar="KEY=VALUE",
                     help="Option of the dataset's loader; repeat for more."),
        click.option("--tiny", is_flag=True, help="A few rows and epochs: does it run at all?"),
    )  # fmt: skip
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def parse_data(path: str | None, target: str | None, options: Sequence[str]) -> dict[str, Any]:
    """Options of a dataset's loader from `--data`, `--target` and `--data-option`."""
    given = {"path": path, "target": target}
    return {k: v for k, v in given.items() if v is not None} | parse_settings(options)


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Parses `key=value` pairs; values are YAML scalars or lists.

    Args:
        settings: What `--set` received.

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
                f"--set takes KEY=VALUE. Got {pair!r}: write for example --set epochs=3."
            )
        parsed[name.strip()] = parse_value(text)
    return parsed


def parse_value(text: str) -> Any:
    """One value in YAML's notation, with 1e-3 read as a number and lists as tuples."""
    import yaml

    try:
        return float(text) if "e" in text.lower() else _frozen(yaml.safe_load(text))
    except ValueError:
        return _frozen(yaml.safe_load(text))
    except yaml.YAMLError:
        raise click.UsageError(f"Not a value in YAML's notation: {text!r}.") from None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
