"""Why a search has no winner."""

from __future__ import annotations

from collections.abc import Sequence

from tuning.storage.records import COMPLETE, FAILED, FINISHED, PRUNED, TrialRecord, best_record


def shortfall(records: Sequence[TrialRecord]) -> str | None:
    """Says why no trial is the best one, and what helps.

    Args:
        records: The trials of a study.

    Returns:
        One or two sentences; None when there is a best trial.

    Example:
        >>> trials = [TrialRecord(number=0, state=COMPLETE, values=(0.5,),
        ...                       constraints={"parameters <= 100": 20.0})]
        >>> shortfall(trials)[:44]
        'No complete trial keeps the constraints (1 c'
    """
    if best_record(records, maximize=True) is not None:
        return None
    ended = [record for record in records if record.state in FINISHED]
    complete = [record for record in ended if record.state == COMPLETE]
    if complete:
        return _infeasible(complete)
    if not ended:
        return "No trial has ended yet."
    pruned = [record for record in ended if record.state == PRUNED]
    failed = [record for record in ended if record.state == FAILED]
    if not failed:
        return (
            f"The pruner gave up all {len(pruned)} trials before their end: search without one "
            "(`none`), or with more trials."
        )
    return (
        f"No trial is complete: {len(failed)} failed, {len(pruned)} pruned. Trial "
        f"{failed[-1].number} failed with: {failed[-1].reason}"
    )


def _infeasible(complete: Sequence[TrialRecord]) -> str:
    # Excesses have different units; the number of broken constraints comes first.
    nearest = min(
        complete, key=lambda record: (len(_broken(record)), sum(_broken(record).values()))
    )
    broken = ", ".join(
        f"`{constraint}` by {excess:.4g}" for constraint, excess in _broken(nearest).items()
    )
    return (
        f"No complete trial keeps the constraints ({len(complete)} complete). The nearest, trial "
        f"{nearest.number}, breaks {broken}: loosen the constraint or widen the space."
    )


def _broken(record: TrialRecord) -> dict[str, float]:
    return {name: excess for name, excess in record.constraints.items() if excess > 0}
