"""What each stage of a staged search did, as rows for the terminal, JSON and the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuning.results.confirmation import Confirmation
from tuning.stages import Stage
from tuning.storage.records import COMPLETE, FAILED, PRUNED, TrialRecord, best_record


def stage_rows(
    found: Sequence[TrialRecord],
    stages: Sequence[Stage],
    confirmed: Sequence[Confirmation],
    *,
    maximize: bool,
) -> list[dict[str, Any]]:
    """Sums up a staged search, one row per stage.

    Args:
        found: The trials of the study.
        stages: Its stages.
        confirmed: The points that were run again, the best mean first.
        maximize: Whether a larger first metric is better.

    Returns:
        Rows with `stage`, `strategy` (`"repeat"` for a confirming stage), the numbers of
        `trials` and of those `complete`, `pruned` and `failed`, the `best` value of the stage's
        own trials with the number of its trial, and its `deviation`. For a confirming stage
        `best` is the best mean over the repetitions, `best_trial` the trial that found the
        point, and `deviation` the sample standard deviation; elsewhere it is None.

    Example:
        >>> trials = [TrialRecord(number=0, state=COMPLETE, values=(0.9,), stage="explore")]
        >>> rows = stage_rows(trials, [Stage(name="explore", trials=1)], [], maximize=True)
        >>> rows[0]["best"], rows[0]["trials"]
        (0.9, 1)
    """
    rows = []
    for stage in stages:
        own = [record for record in found if record.stage == stage.name]
        states = [record.state for record in own]
        best = best_record(own, maximize=maximize)
        row = {
            "stage": stage.name,
            "strategy": stage.strategy if stage.confirm is None else "repeat",
            "trials": len(own),
            "complete": states.count(COMPLETE),
            "pruned": states.count(PRUNED),
            "failed": states.count(FAILED),
            "best": None if best is None else best.value,
            "best_trial": None if best is None else best.number,
            "deviation": None,
        }
        if stage.confirm is not None and confirmed:
            first = confirmed[0]
            row |= {"best": first.mean, "best_trial": first.trial, "deviation": first.deviation}
        rows.append(row)
    return rows
