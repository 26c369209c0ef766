"""What is written to MLflow for a trial, as plain values: no MLflow here."""

from __future__ import annotations

import json
import math
import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tuning.credentials import mask_credentials
from tuning.storage.records import COMPLETE, FAILED, PRUNED, TrialRecord

# Limits of MLflow's tracking stores (mlflow.utils.validation).
LONGEST_KEY = 250
LONGEST_PARAM = 6000
LONGEST_TAG = 8000

# Tags that find the runs of a study again.
STUDY, STUDY_ID, ROLE, TRIAL, STATE = "study", "study_id", "role", "trial", "state"
ROLE_STUDY, ROLE_TRIAL = "study", "trial"
DESCRIPTION = "mlflow.note.content"  # MLflow's tag of what its UI shows as description
_LONGEST_NAME = 80

# MLflow shows what is named so on a page of its own; a section of any other name would stand before
# the learning curves.
BESIDE_CURVES = "system"

# MLflow marks a run that was KILLED as it marks one that FAILED, with a red cross, and a pruned
# trial is no failure: its name and the tag `state` say that it was stopped.
STATUS_OF = {COMPLETE: "FINISHED", PRUNED: "FINISHED", FAILED: "FAILED"}

_FORBIDDEN = re.compile(r"[^/\w.\- ]")


@dataclass(frozen=True)
class Point:
    """One value of a metric: milliseconds since 1970 and a step."""

    key: str
    value: float
    timestamp: int
    step: int


@dataclass(frozen=True, kw_only=True)
class RunContent:
    """Everything of one run.

    Attributes:
        name: Shown name.
        status: `FINISHED`, `KILLED` or `FAILED`.
        start: Milliseconds since 1970.
        end: Milliseconds since 1970.
        params: Name to text.
        tags: Name to text.
        metrics: The points of all metrics.
    """

    name: str
    status: str
    start: int
    end: int
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Sequence[Point] = ()


def milliseconds(moment: datetime) -> int:
    """Converts a time, local unless it carries a zone, to milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def safe_key(name: str) -> str:
    """Makes a name that MLflow accepts for a parameter, metric or tag.

    Args:
        name: Any text.

    Returns:
        The name itself when MLflow accepts it.

    Example:
        >>> safe_key("val_accuracy"), safe_key("dropout (head)"), safe_key("../up")
        ('val_accuracy', 'dropout _head_', 'up')
    """
    key = posixpath.normpath(_FORBIDDEN.sub("_", str(name)))
    return key.lstrip("./")[:LONGEST_KEY] or "_"


def score_key(group: str, name: str) -> str:
    """Names a score of the test rows: the model's own, or what it is compared with.

    Args:
        group: `test`, `default` or `baseline`.
        name: Of the metric.

    Example:
        >>> score_key("test", "accuracy"), score_key("baseline", "accuracy")
        ('test_accuracy', 'test_baseline_accuracy')
    """
    # By their letters the charts begin with curves: `baseline_accuracy` would be the first.
    return f"test_{name}" if group == "test" else f"test_{group}_{name}"


def as_text(value: Any, limit: int) -> str:
    """Writes a value as the text of a parameter or tag, shortened with `...` at the limit.

    Example:
        >>> as_text(0.1, 100), as_text([32, 64], 100), as_text("x" * 9, 5)
        ('0.1', '[32, 64]', 'xx...')
    """
    plain = isinstance(value, Mapping | list | tuple)
    text = json.dumps(value, default=str) if plain else str(value)
    text = mask_credentials(text)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def as_params(values: Mapping[str, Any]) -> dict[str, str]:
    """Writes parameters as MLflow accepts them; names that fall together get a number."""
    texts: dict[str, str] = {}
    for name, value in values.items():
        key, count = safe_key(name), 2
        while key in texts:
            key, count = f"{safe_key(name)[: LONGEST_KEY - 4]}_{count}", count + 1
        texts[key] = as_text(value, LONGEST_PARAM)
    return texts


def as_tags(values: Mapping[str, Any]) -> dict[str, str]:
    """Writes tags as MLflow accepts them; None is left out."""
    return {
        safe_key(name): as_text(value, LONGEST_TAG)
        for name, value in values.items()
        if value is not None
    }


def history_points(
    history: Mapping[str, Sequence[float]], start: int, end: int, *, key: str = "step"
) -> list[Point]:
    """Places the epochs of a history evenly between start and end.

    The times are computed, so that writing a history again changes nothing in MLflow.

    Args:
        history: Metric to its values, and `key` to the steps; without it they count from 0.
        start: Milliseconds since 1970.
        end: Milliseconds since 1970.
        key: Name of the list of steps.

    Returns:
        One point per value; None values are left out.

    Example:
        >>> [(p.value, p.timestamp, p.step) for p in
        ...  history_points({"step": [1, 2], "loss": [0.5, 0.25]}, 0, 100)]
        [(0.5, 50, 1), (0.25, 100, 2)]
    """
    points = []
    steps = history.get(key)
    for name, values in history.items():
        if name == key:
            continue
        for index, value in enumerate(values):
            if value is None:
                continue
            moment = start + (end - start) * (index + 1) // len(values)
            step = int(steps[index]) if steps is not None else index
            points.append(Point(safe_key(name), float(value), moment, step))
    return points


def run_name(first: str, differing: Mapping[str, Any]) -> str:
    """A name that says what is different about a run, as far as it fits.

    Args:
        first: What the name begins with.
        differing: Hyperparameters that differ between the runs.

    Example:
        >>> run_name("trial-0007", {"learning_rate": 0.00123456, "widths": [64, 32]})
        'trial-0007 learning_rate=0.00123 widths=[64,32]'
    """
    name = first
    for key, value in differing.items():
        text = f"{value:.3g}" if isinstance(value, float) else as_text(value, _LONGEST_NAME)
        longer = f"{name} {key}={text.replace(', ', ',')}"
        if len(longer) <= _LONGEST_NAME:
            name = longer
    return name


def trial_content(
    record: TrialRecord,
    *,
    metrics: Sequence[str],
    tags: Mapping[str, str],
    searched: Collection[str] = (),
) -> RunContent:
    """Collects what MLflow gets of one finished trial.

    Args:
        record: A complete, pruned or failed trial.
        metrics: Names of the study's metrics.
        tags: Tags that all trials of the study share.
        searched: Hyperparameters that are not the same in all trials; they are in the run's name.

    Returns:
        The content. Where the value that counts is not the last one of a curve (that of the best
        epoch, for example), it is the curve's latest point, under the same name: so a table of
        runs shows and sorts by what the study compares. `objective` is what the search compared,
        of complete trials only. What is no curve beside curves, and no metric of the study, is
        named `system/...`: MLflow shows it on another page than the curves.
    """
    start = milliseconds(record.started or record.finished or datetime.now())
    end = max(start, milliseconds(record.finished)) if record.finished else start
    points = history_points(record.history, start, end)
    for name, value in _final_values(record, metrics):
        # A millisecond later than the end of a curve: of equal steps MLflow shows the latest point.
        ends_curve = any(name == point.key for point in points)
        points.append(Point(name, value, end + ends_curve, record.steps))
    return RunContent(
        name=run_name(
            f"trial-{record.number:04d}{' pruned' if record.state == PRUNED else ''}",
            {name: value for name, value in record.params.items() if name in searched},
        ),
        status=STATUS_OF[record.state],
        start=start,
        end=end,
        params=as_params(record.params),
        tags=dict(tags) | as_tags(_trial_tags(record)),
        metrics=points,
    )


def _final_values(record: TrialRecord, names: Sequence[str]) -> list[tuple[str, float]]:
    final: dict[str, float] = {}
    for name, value in record.metrics.items():
        values = record.history.get(name)
        if values is None or (values and not _same(values[-1], value)):
            final[_key(name, record, names)] = float(value)
    if record.state == COMPLETE:
        single = len(record.values) == 1
        for index, value in enumerate(record.values):
            name = names[index] if index < len(names) else str(index)
            final["objective" if single else safe_key(f"objective_{name}")] = float(value)
    for name, value in record.constraints.items():
        final[safe_key(f"{BESIDE_CURVES}/constraint/{name}")] = float(value)
    if record.duration is not None:
        final[f"{BESIDE_CURVES}/duration_seconds"] = record.duration
    return list(final.items())


def _key(name: str, record: TrialRecord, names: Sequence[str]) -> str:
    has_curve = name in record.history or name in names or not record.history
    return safe_key(name if has_curve else f"{BESIDE_CURVES}/{name}")


def _trial_tags(record: TrialRecord) -> dict[str, Any]:
    return {
        ROLE: ROLE_TRIAL,
        TRIAL: record.number,
        STATE: record.state,
        "seed": record.seed,
        "worker": record.worker,
        "attempts": record.attempts or None,
        "repeat": record.repeat or None,
        "stage": record.stage,
        "reason": record.reason,
        "traceback": record.traceback,
        DESCRIPTION: record.reason,
        **{f"note.{name}": value for name, value in record.notes.items()},
    }


def _same(first: Any, second: Any) -> bool:
    first, second = float(first), float(second)
    return first == second or (math.isnan(first) and math.isnan(second))
