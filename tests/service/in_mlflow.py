"""Whether MLflow shows what the study holds, after whatever happened on the way."""

from __future__ import annotations

from tuning.tracking.content import ROLE, ROLE_STUDY, ROLE_TRIAL, STATUS_OF, STUDY, TRIAL, as_params
from tuning.tracking.quiet import connect


def assert_mlflow_equals(tracking, study, trials):
    """One run for the study, one for each of its finished trials, with its own numbers.

    Args:
        tracking: The MLflow store.
        study: Name of a study that is done.
        trials: Its trials.
    """
    parent, children = _runs(tracking, study)
    assert parent.info.status == "FINISHED"
    assert {run.data.tags["mlflow.parentRunId"] for run in children} <= {parent.info.run_id}
    shown = sorted(map(_shown, children), key=lambda row: row[0])
    assert shown == [_stored(trial) for trial in trials]


def shown_trials(tracking, study):
    """The numbers of the trials that have a run, in their order.

    Args:
        tracking: The MLflow store.
        study: Name of a study.
    """
    return sorted(int(run.data.tags[TRIAL]) for run in _runs(tracking, study)[1])


def _runs(tracking, study):
    client = connect(tracking)
    experiments = [found.experiment_id for found in client.search_experiments()]
    runs = client.search_runs(experiments, f"tags.{STUDY} = '{study}'", max_results=1000)
    (parent,) = (run for run in runs if run.data.tags[ROLE] == ROLE_STUDY)
    return parent, [run for run in runs if run.data.tags[ROLE] == ROLE_TRIAL]


def _shown(run):
    loss = run.data.metrics.get("loss")
    return int(run.data.tags[TRIAL]), run.info.status, loss, run.data.params


def _stored(trial):
    loss = trial.metrics.get("loss")
    return trial.number, STATUS_OF[trial.state], loss, as_params(trial.params)
