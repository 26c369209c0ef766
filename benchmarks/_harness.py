"""What every benchmark shares: alternating runs, medians and spread, one table, one JSON file."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks._contestant import Contestant, ContestantError, Measured, run_once
from benchmarks._machine import Origin, command_line
from benchmarks._ratios import ratios
from benchmarks._table import show

RESULTS = Path(__file__).resolve().parent / "results"
# Files and pipes have no width of their own; the table needs some.
CONSOLE = Console(width=None if sys.stdout.isatty() else 140)


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number that contestants return.

    Attributes:
        key: Its name in what they return.
        unit: What it counts, for the table.
        larger_is_better: Whether more is better; ratios are always those of speeds.
    """

    key: str
    unit: str
    larger_is_better: bool = True


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a measurement must reach, from the project's plan.

    Attributes:
        case: The case it speaks of.
        key: The quantity.
        peer: The peer we are compared with; empty for a limit on our own number.
        must: Least ratio `ours / peer`, or with no peer the most that our number may be.
        goal: The ratio that is aimed at, or None.
    """

    case: str
    key: str
    peer: str = ""
    must: float
    goal: float | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """All measurements of one contestant in one case."""

    case: str
    name: str
    runs: Sequence[Measured] = ()
    skipped: str = ""

    def values(self, key: str) -> list[float]:
        """The measured values of one quantity, those that are not numbers left out."""
        found = [run.get(key) for run in self.runs]
        return [float(value) for value in found if isinstance(value, int | float)]

    def median(self, key: str) -> float | None:
        """Median of one quantity, None where nothing was measured."""
        values = self.values(key)
        return statistics.median(values) if values else None


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A finished or running benchmark.

    Attributes:
        name: Name of its file, table and JSON.
        title: One line.
        quantities: What is compared, the most important first.
        goals: What must be reached.
        unequal: What was not equal between the contestants, one line each.
        quick: Whether this is the short form, whose figures prove nothing.
        settings: Sizes of the run, for the JSON.
        origin: Time, machine and commit before the first run.
    """

    name: str
    title: str
    quantities: Sequence[Quantity]
    goals: Sequence[Goal] = ()
    unequal: Sequence[str] = ()
    quick: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)


def alternate(case: str, contestants: Sequence[Contestant], *, seeds: Sequence[int]) -> list[Row]:
    """Measures contestants in turn, A B C A B C: a slow minute of the machine hits them all.

    Args:
        case: Name of the case.
        contestants: Ours first.
        seeds: One round for each.

    Returns:
        One row for each contestant; that of a peer that failed says so.

    Raises:
        ContestantError: If ours failed.
    """
    runs: dict[str, list[Measured]] = {contestant.name: [] for contestant in contestants}
    skipped = {c.name: f"{c.missing()} is not installed" for c in contestants if c.missing()}
    for round_number, seed in enumerate(seeds, start=1):
        for contestant in contestants:
            if contestant.name in skipped:
                continue
            CONSOLE.log(f"{case}: round {round_number} of {len(seeds)}, {contestant.name}")
            try:
                runs[contestant.name].append(run_once(contestant, seed=seed))
            except ContestantError as error:
                if contestant is contestants[0]:
                    raise
                skipped[contestant.name] = f"failed: {str(error).splitlines()[-1]}"
    return [
        Row(case=case, name=name, runs=found, skipped=skipped.get(name, ""))
        for name, found in runs.items()
    ]


def finish(benchmark: Benchmark, rows: Sequence[Row], *, extra: Any = None) -> Path:
    """Writes the JSON file, then prints the table and the ratios.

    Args:
        benchmark: The benchmark.
        rows: Its measurements.
        extra: Anything else that belongs into the JSON.

    Returns:
        The JSON file; the quick form has a file of its own, so that it replaces no real figures.
    """
    judged = ratios(benchmark, rows)
    content = {
        "name": benchmark.name,
        "title": benchmark.title,
        **benchmark.origin.to_dict(command_line(benchmark.name)),
        "quick": benchmark.quick,
        "settings": dict(benchmark.settings),
        "quantities": [asdict(quantity) for quantity in benchmark.quantities],
        "unequal": list(benchmark.unequal),
        "rows": [asdict(row) for row in rows],
        "ratios": judged,
        "extra": extra,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{benchmark.name}{'.quick' if benchmark.quick else ''}.json"
    # First of all: nothing that goes wrong while it is shown may cost a measurement of an hour.
    path.write_text(json.dumps(content, indent=1) + "\n")
    show(CONSOLE, benchmark, rows, judged)
    CONSOLE.print(f"Written to benchmarks/results/{path.name}.")
    return path


def parser(text: str) -> argparse.ArgumentParser:
    """A command line with `--quick` and `--rounds`.

    Args:
        text: What the benchmark measures.
    """
    made = argparse.ArgumentParser(description=text)
    made.add_argument("--quick", action="store_true", help="the smallest sizes: does it run?")
    made.add_argument("--rounds", type=int, default=0, help="runs of each contestant")
    return made
