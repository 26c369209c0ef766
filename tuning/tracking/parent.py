"""What the parent run of a study says, computed from its trials alone."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from tuning.space.space import Space
from tuning.storage.records import (
    COMPLETE,
    FAILED,
    FINISHED,
    PRUNED,
    RESULT,
    RUNNING,
    SETTINGS,
    SPACE,
    TrialRecord,
)
from tuning.tracking.content import (
    Point,
    as_tags,
    milliseconds,
    safe_key,
    score_key,
)

BEST_VALUE = "best_value"
_RESULT_PREFIX = "result"


def maximize_of(study: Any) -> tuple[bool, ...]:
    """Whether larger is better, for each metric of an `optuna.Study`."""
    return tuple(direction.name == "MAXIMIZE" for direction in study.directions)


def metric_names(study: Any) -> list[str]:
    """Names of a study's metrics; `objective` where nobody named them."""
    settings = study.user_attrs.get(SETTINGS, {})
    named = [str(metric[0]) for metric in settings.get("metrics", ())]
    named = named or list(study.metric_names or ())
    count = len(study.directions)
    plain = ["objective"] if count == 1 else [f"objective_{i}" for i in range(count)]
    return named if len(named) == count else plain


def searched_names(study: Any) -> frozenset[str]:
    """Names of a study's hyperparameters that differ between its trials."""
    return frozenset(Space.from_dict(study.user_attrs.get(SPACE, {})).searched)


def in_order_of_end(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Finished trials, the first that ended first."""
    ended = [r for r in records if r.state in FINISHED and r.finished is not None]
    return sorted(ended, key=lambda r: (r.finished, r.number))


def incumbent_points(records: Sequence[TrialRecord], *, maximize: bool) -> list[Point]:
    """The best value after each finished trial, as a metric of the parent run.

    Args:
        records: The trials.
        maximize: Whether larger is better.

    Returns:
        One point per finished trial from the first complete one on; the step counts finished
        trials from 1, the time is the end of the trial.
    """
    points: list[Point] = []
    best: float | None = None
    for count, record in enumerate(in_order_of_end(records), start=1):
        value = record.value
        usable = record.state == COMPLETE and record.feasible and value is not None
        if usable and value is not None and math.isfinite(value):
            better = best is None or (value > best if maximize else value < best)
            best = value if better else best
        if best is not None and record.finished is not None:
            points.append(Point(BEST_VALUE, best, milliseconds(record.finished), count))
    return points


def parent_tags(records: Sequence[TrialRecord], winner: TrialRecord | None) -> dict[str, str]:
    """Tags of the parent run that change while the search runs.

    Args:
        records: The trials.
        winner: The one that wins by now, if there is one.

    Returns:
        Counts of trials by their end, and the winner with its value and parameters.
    """
    counts = dict.fromkeys((COMPLETE, PRUNED, FAILED), 0)
    for record in records:
        if record.state in counts:
            counts[record.state] += 1
    tags: dict[str, Any] = {f"trials.{state}": count for state, count in counts.items()}
    if winner is not None:
        # One tag for all parameters: those that a later winner does not have would stay.
        params = json.dumps(winner.params)
        tags |= {"best.trial": winner.number, "best.value": winner.value, "best.params": params}
    return as_tags(tags)


_SCORES = ("test", "default", "baseline")
_SCORE_KEYS = frozenset(f"{group}_metrics" for group in _SCORES)


def result_points(result: Mapping[str, Any], moment: int) -> list[Point]:
    """Numbers of the final result as metrics.

    Test metrics are named as those of a single training are: `test_<name>`, with
    `test_default_<name>` and `test_baseline_<name>` beside them. Of all else nested names are
    joined by a dot: names with a slash are sections, which MLflow shows first.

    Args:
        result: The study's `result`.
        moment: Milliseconds since 1970.

    Returns:
        One point per finite number; everything else is in the file `result.json`.

    Example:
        >>> [(p.key, p.value) for p in
        ...  result_points({"test_metrics": {"accuracy": 0.98}, "trials": 9}, 0)]
        [('test_accuracy', 0.98), ('result.trials', 9.0)]
    """
    found: dict[str, float] = {}
    for group in _SCORES:
        for name, value in dict(result.get(f"{group}_metrics") or {}).items():
            _flatten(score_key(group, name), value, found)
    rest = {key: value for key, value in result.items() if key not in _SCORE_KEYS}
    _flatten(_RESULT_PREFIX, rest, found)
    return [Point(key, value, moment, 0) for key, value in found.items()]


def _flatten(prefix: str, value: Any, found: dict[str, float]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in ("params", "best_params"):
                _flatten(f"{prefix}.{key}", inner, found)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value[:10]):
            _flatten(f"{prefix}.{index}", inner, found)
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        found[safe_key(prefix)] = float(value)


def is_finished(study: Any, records: Sequence[TrialRecord]) -> bool:
    """Whether a study has its result, or all the trials that it was asked for."""
    if study.user_attrs.get(RESULT):
        return True
    settings = study.user_attrs.get(SETTINGS, {})
    wanted = settings.get("total", settings.get("trials"))
    return wanted is not None and sum(r.state in FINISHED for r in records) >= int(wanted)


def parent_status(study: Any, records: Sequence[TrialRecord], shown: str) -> str:
    """Status that the parent run should show.

    Args:
        study: The study.
        records: Its trials.
        shown: Status that MLflow shows now.

    Returns:
        `FINISHED` when the study is; `RUNNING` while trials run; else what was shown, or
        `KILLED` for a search that ended without saying so.
    """
    if is_finished(study, records):
        return "FINISHED"
    if shown == "RUNNING" and not any(record.state == RUNNING for record in records):
        return "KILLED"
    return shown


def digest(study: Any, records: Sequence[TrialRecord]) -> str:
    """Mark of everything that the files of the parent run show.

    Args:
        study: The study.
        records: Its trials.

    Returns:
        Hexadecimal digits that change when a trial ends or the result is written.
    """
    return _mark([_ends(records), study.user_attrs.get(RESULT), study.user_attrs.get(SETTINGS)])


def trials_digest(study: Any, records: Sequence[TrialRecord]) -> str:
    """Mark of what the figures of the trials show.

    Args:
        study: The study.
        records: Its trials.

    Returns:
        Hexadecimal digits that change when a trial ends or the space grows.
    """
    attributes = study.user_attrs
    return _mark([_ends(records), attributes.get(SPACE), attributes.get(SETTINGS)])


def _ends(records: Sequence[TrialRecord]) -> list[tuple[int, str, str]]:
    return [(r.number, r.state, str(r.values)) for r in in_order_of_end(records)]


def _mark(shown: Sequence[Any]) -> str:
    text = json.dumps(shown, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
