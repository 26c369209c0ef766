"""The user's own series of numbers: windows of the past, and the values that follow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError, here_and_more
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.column_types import first_non_number, to_numbers
from pipelines.datasets.formats.series_times import read_times
from pipelines.datasets.formats.table_reader import Table, read_table
from pipelines.datasets.formats.tabular import find_decimal
from pipelines.datasets.splits.splitting import check_shares
from pipelines.preprocessing.numbers import column_decimal

# Seasons that a step of so many days can have, in steps.
_SEASONS = {1 / 24: (24, 168), 1.0: (7, 365), 7.0: (52,), 30.4: (12,), 91.3: (4,)}
_SHORTEST_PAST = 32
_SPLITS = ("train", "validation", "test")


def load_series(  # noqa: PLR0913 - the words of a person, by keyword
    path: Path | str,
    target: str,
    *,
    seed: int = 0,
    rows: int | None = None,
    time: str | None = None,
    horizon: int = 1,
    season: int | None = None,
    past: int | None = None,
    validation: float = 0.15,
    test: float = 0.15,
    day_first: bool | None = None,
) -> Dataset:
    """Loads a CSV or Parquet file with a column of times and one of numbers.

    The series is cut by time: the last steps are the test split, those before them validate. An
    input holds earlier values only, which may be those of the split before: they are known when a
    forecast is made. No step is a target in two splits.

    Args:
        path: The file, sorted by time.
        target: The column to forecast.
        seed: Ignored: time decides the splits.
        rows: Training windows to keep at most, the last ones, and the same share of the other
            splits; or `None`.
        time: The column of times; `None`: the first one that holds dates.
        horizon: How many steps are forecast, at least 1.
        season: Steps of a season, or 1 for none; `None` takes the one with the largest
            autocorrelation of the training part, above that of half of it, among those that the
            distance of times suggests.
        past: Steps of an input, at least `season`; `None`: a season and 32 steps, so that the
            last steps have those of the season before beside them, or of a series that is short
            for that the longer of the two.
        validation: Share of the steps, in (0, 1).
        test: Share of the steps, in (0, 1); both together below 1.
        day_first: How times such as 03/04/2026 are read where none of them tells: `True` the day
            first, `False` the month. `None` takes the month, and a note says so.

    Returns:
        Windows `float32[n, past]`; targets `float32[n, horizon]`; `options` hold `season`,
        `horizon`, the name and decimal separator of the target, the column of times and their
        format, and the usual distance of two times in days.

    Raises:
        DataError: If a column is missing or holds no numbers or dates, a value or time is missing,
            times do not increase, or the series is too short.
        ValueError: If an option is out of range.
    """
    _check_steps(horizon, season)
    check_shares(validation, test)
    table = read_table(Path(path))
    decimal = find_decimal(table)
    values = _values(table, target, decimal)
    decimal = column_decimal(table.frame[target], decimal)
    times = read_times(table, time, target, day_first=day_first)
    first_test = len(values) - round(test * len(values))
    first_validation = first_test - round(validation * len(values))
    if season is None:
        season = find_season(values[:first_validation], times.step)
    past = _past_for(season, first_validation) if past is None else past
    if past < season:
        raise ValueError(f"`past >= season` must hold. Got past={past}, season={season}.")
    parts = _targets((past, first_validation, first_test, len(values)), horizon, path)
    if rows is not None:
        parts = _last(parts, rows)
    splits = {name: _windows(values, steps, past, horizon) for name, steps in parts.items()}
    return Dataset(
        name=Path(path).stem,
        modality="series",
        task="forecast",
        train=splits["train"],
        validation=splits["validation"],
        test=SealedSplit(splits["test"]),
        fingerprint=fingerprint(content_digest(values), parts.values(), past, horizon, season),
        notes=(
            f"{len(values)} steps of {target!r}, a season of {season}; inputs of {past} steps, "
            f"forecasts of {horizon}",
            *times.notes(),
            *(("numbers are read with a decimal comma",) if decimal == "," else ()),
        ),
        options={
            "season": season,
            "horizon": horizon,
            "unit": "series",
            "target": target,
            "target_decimal": decimal,
            "time": times.name,
            "time_format": times.form,
            "step": times.step,
        },
    )


def _past_for(season: int, training: int) -> int:
    """Steps of an input in a series with so many steps to train on."""
    both = _SHORTEST_PAST + (season if season > 1 else 0)
    return both if training >= 2 * both else max(season, _SHORTEST_PAST)


def _check_steps(horizon: int, season: int | None) -> None:
    if horizon < 1 or (season is not None and season < 1):
        raise ValueError(
            f"`horizon >= 1` and `season >= 1` must hold. Got horizon={horizon}, season={season}."
        )


def find_season(values: np.ndarray, step: float) -> int:
    """The season with the largest autocorrelation among those of this distance of times.

    Args:
        values: The training part, `float[n]`.
        step: Days between two values.

    Returns:
        Steps, or 1 if no season occurs twice or explains anything.

    Example:
        >>> find_season(np.sin(np.arange(120) * 2 * np.pi / 12), 30.4)
        12
    """
    near = min(_SEASONS, key=lambda days: abs(np.log(days / step)))
    found = {1: 0.1}
    for season in _SEASONS[near]:
        if len(values) >= 2 * season and np.ptp(values) > 0:
            # Smooth series are alike at every short distance; a season is more so than half of it.
            found[season] = _likeness(values, season) - _likeness(values, season // 2)
    return max(found, key=lambda season: found[season])


def _likeness(values: np.ndarray, distance: int) -> float:
    return float(np.corrcoef(values[:-distance], values[distance:])[0, 1])


def _values(table: Table, target: str, decimal: str) -> np.ndarray:
    if target not in table.frame.columns:
        raise DataError(unknown_name("column", target, table.frame.columns), path=table.path)
    values = to_numbers(table, target, decimal=decimal)
    if values is None:
        line, value = first_non_number(table, target, decimal=decimal)
        raise DataError(f"{target!r} is {value!r}, no number.", path=table.path, line=line)
    missing = np.flatnonzero(np.isnan(values))
    if len(missing):
        raise DataError(
            f"{target!r} has no value {here_and_more(len(missing) - 1, 'step')}: fill them first.",
            path=table.path,
            line=table.lines[missing[0]],
        )
    return values


def _targets(
    bounds: tuple[int, int, int, int], horizon: int, path: Path | str
) -> dict[str, np.ndarray]:
    """The first steps of the forecasts of each split, which ends where the next one begins."""
    parts = {
        name: np.arange(start, end - horizon + 1)
        for name, start, end in zip(_SPLITS, bounds, bounds[1:], strict=False)
    }
    if short := [name for name, steps in parts.items() if not len(steps)]:
        needed = f"{bounds[-1]} steps are too few for past={bounds[0]} and horizon={horizon}"
        raise DataError(f"{needed}: the {' and '.join(short)} split is empty.", path=path)
    return parts


def _last(parts: Mapping[str, np.ndarray], rows: int) -> dict[str, np.ndarray]:
    """The last steps: `rows` of the training part, and the same share of the others."""
    share = min(1.0, rows / len(parts["train"]))
    kept = {name: max(1, round(share * len(steps))) for name, steps in parts.items()}
    return {name: steps[-kept[name] :] for name, steps in parts.items()}


def _windows(values: np.ndarray, steps: np.ndarray, past: int, horizon: int) -> Split:
    """Past and future of each step."""
    windows: Any = np.lib.stride_tricks.sliding_window_view
    x = windows(values, past)[steps - past].astype(np.float32)
    return Split(x, windows(values, horizon)[steps].astype(np.float32))
