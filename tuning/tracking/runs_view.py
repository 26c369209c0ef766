"""A saved view of MLflow's table of runs: the trials of one study with the columns that matter.

MLflow keeps what its button "Share" saves in a tag of the experiment, and opens it by a key in the
address. It is written here for each study, so that nobody has to choose columns.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tuning.storage.records import SPACE
from tuning.tracking.content import STUDY, safe_key
from tuning.tracking.locations import MODEL_TRAINING_VIEW
from tuning.tracking.quiet import tracking_errors
from tuning.tracking.runs import Run

_TAG = "mlflow.sharedViewState."
_MOST_PARAMS = 8  # columns beyond are out of sight


def runs_view(study: Any) -> dict[str, Any]:
    """The state of the table: filter, order, columns.

    Args:
        study: The `optuna.Study`.

    Returns:
        What MLflow reads from a shared view.
    """
    single = len(study.directions) == 1
    params = [name for name, form in study.user_attrs.get(SPACE, {}).items() if "fixed" not in form]
    several = [safe_key(f"objective_{name}") for name in study.metric_names or ()]
    metrics = ["objective"] if single else several
    columns = [
        "tags.`state`",
        *(f"metrics.`{name}`" for name in metrics),
        *(f"params.`{name}`" for name in params[:_MOST_PARAMS]),
    ]
    return {
        "searchFilter": f"tags.`{STUDY}` = '{study.study_name.replace(chr(39), '')}'",
        "orderByKey": f"metrics.`{metrics[0]}`" if metrics else "attributes.start_time",
        "orderByAsc": study.directions[0].name == "MINIMIZE",
        "selectedColumns": columns,
    }


def save_view(run: Run, study: Any) -> None:
    """Saves the view of a study in its experiment.

    Args:
        run: The parent run.
        study: The `optuna.Study`.
    """
    tracker = run.tracker
    with tracking_errors(tracker.tracking_uri):
        tag, text = f"{_TAG}{_key(study)}", json.dumps(runs_view(study))
        tracker.client.set_experiment_tag(tracker.experiment_id, tag, text)


def view_url(run: Run, study: Any) -> str:
    """Names the page of the view that `save_view` saves.

    Args:
        run: The parent run.
        study: The `optuna.Study`.
    """
    page, _, _ = run.url.partition("/runs/")
    return f"{page}/runs?viewStateShareKey={_key(study)}&{MODEL_TRAINING_VIEW}"


def _key(study: Any) -> str:
    return f"study-{re.sub(r'[^A-Za-z0-9-]', '-', study.study_name)[:60]}"
