"""Live progress of a comparison, and its table at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from pipelines.cli.output import make_table, next_steps
from pipelines.formatting import format_value, where
from pipelines.progress_bar import LeftColumn, LiveBar

if TYPE_CHECKING:
    from rich.table import Table

    from pipelines.comparisons.arm_results import ArmResult
    from pipelines.comparisons.comparison import Comparison, Part
    from pipelines.comparisons.run import ComparisonResult

_LOG_WIDTH = 160
_LEFT = ("part", "arm", "verdict")


class ComparisonProgress(LiveBar):
    """One bar over the trainings of all arms and seeds."""

    def __init__(self) -> None:
        super().__init__(
            "training",
            "loading data and tracing the first model",
            further=(LeftColumn(),),
        )
        self._done = self._total = 0

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        super().__exit__(kind, *_)
        if kind is KeyboardInterrupt and self._done:
            self.console.print(
                f"{self._done} of {self._total} trainings are saved: "
                "run the same command to continue."
            )

    def update(self, done: int, total: int, what: str, result: ArmResult) -> None:
        """Shows one finished training."""
        self._done, self._total = done, total
        text = f"{what}: diverged" if result.diverged else f"{what}  {result.seconds:.1f} s"
        self.show(done, total, escape(text))
        self.log(escape(f"training {done}/{total}  {text}"))

    def summary(self, result: ComparisonResult) -> None:
        """Prints the table and its conclusions."""
        console = Console()
        if not console.is_terminal:
            console.width = max(console.width, _LOG_WIDTH)
        for title in dict.fromkeys(row["part"] for row in result.table):
            rows = [row for row in result.table if row["part"] == title]
            console.print(_table(title, rows))
            console.print()
        for sentence in result.conclusions:
            console.print(sentence, highlight=False)
        console.print(
            f"validation rows, mean of {len(result.seeds)} seeds [smallest, largest]; "
            "the test split was not used",
            highlight=False,
            markup=False,
        )
        for name, value in (("table", result.csv), ("figure", result.figure)):
            console.print(f"{name:<10} {value}", highlight=False, soft_wrap=True)
        console.print(f"{'run':<10} {where(result.run_url)}", highlight=False, soft_wrap=True)
        next_steps("cookbook ui", "cookbook recipes")


def print_comparison(comparison: Comparison) -> None:
    """Prints the question of a comparison and the arms of each part."""
    console = Console()
    for name in ("name", "summary", "question", "source"):
        console.print(f"[bold]{name:<9}[/] {getattr(comparison, name)}", highlight=False)
    if comparison.fits_in:
        console.print(f"[bold]cost     [/] {comparison.fits_in}", highlight=False)
    for part in comparison.parts:
        console.print()
        console.print(_arms(part))
        shared = ", ".join(f"{key}={format_value(value)}" for key, value in part.fixed.items())
        console.print(f"all arms: {part.recipe}, {shared}", highlight=False, markup=False)


def _arms(part: Part) -> Table:
    columns = ("arm", "what it sets", *(["learning rates"] if part.learning_rates else []))
    lines = []
    for arm, params in part.arms.items():
        text = ", ".join(f"{key}={format_value(value)}" for key, value in params.items())
        rates = ", ".join(f"{rate:g}" for rate in part.learning_rates.get(arm, ()))
        lines.append([arm, text, *([rates] if part.learning_rates else [])])
    return make_table(columns, lines, wrapping=columns, title=part.title)


def _table(title: str, rows: list[Mapping[str, Any]]) -> Table:
    cells = [_cells(row) for row in rows]
    numbers = [name for name in cells[0] if name not in _LEFT]
    return make_table(
        list(cells[0]), [list(one.values()) for one in cells], right=numbers, title=title
    )


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    cells = {"arm": row["arm"]}
    if "learning_rate" in row:
        cells["rate"] = format_value(row["learning_rate"])
    cells[str(row["metric"]).replace("_", " ")] = _interval(row, "mean", "low", "high")
    further = [name for name in row if f"{name}_low" in row and name != "difference"]
    for name in further:
        cells[name.replace("_", " ")] = format_value(row[name])
    cells["to the best"] = _interval(row, "difference", "difference_low", "difference_high")
    cells["verdict"] = row["verdict"]
    cells["seconds"] = f"{row['seconds']:.1f}"
    return cells


def _interval(row: Mapping[str, Any], middle: str, low: str, high: str) -> str:
    if row[middle] is None:
        return ""
    text = format_value(row[middle])
    if row[low] is None:
        return text
    return f"{text} [{format_value(row[low])}, {format_value(row[high])}]"
