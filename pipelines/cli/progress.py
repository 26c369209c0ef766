"""The table at the end of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines.cli.output import make_table, next_steps
from pipelines.cli.wording import with_data_options
from pipelines.formatting import format_value, where

if TYPE_CHECKING:
    from pipelines.training.run import TrainResult


def print_summary(result: TrainResult) -> None:
    """Prints what the training gave."""
    console = Console()
    columns: dict[str, Mapping[str, Any]] = {
        "validation": result.metrics,
        "test": result.test_metrics,
        f"{result.baseline} (test)": result.baseline_metrics,
    }
    lines = [
        [name, *(format_value(values.get(name)) for values in columns.values())]
        for name in result.test_metrics
    ]
    console.print(make_table(("", *columns), lines, right=columns, wrapping=columns))
    sample = "samples" if result.images_per_second is None else "images"
    rate = f"{result.samples_per_second:,.0f} {sample}/s"
    for note in result.notes:
        console.print(
            f"data       {with_data_options(note)}", highlight=False, markup=False, soft_wrap=True
        )
    console.print(f"trained in {result.seconds:.1f} s ({rate})", highlight=False)
    places: list[tuple[str, Any]] = [("model", result.model_path)]
    if result.run_url:
        places.append(("run", where(result.run_url)))
    for name, value in places:
        # Whole, so that it can be clicked and copied.
        console.print(f"{name:<10} {value}", highlight=False, markup=False, soft_wrap=True)
    run = result.run_id[:12] or str(result.model_path.parent)
    next_steps(f"cookbook predict {run} INPUT", "cookbook runs")
