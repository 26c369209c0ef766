import math
from datetime import timedelta

import pytest

from tests.tuning.tracking.studies import START
from tuning.storage.records import COMPLETE, FAILED, PRUNED, TrialRecord
from tuning.tracking.content import (
    LONGEST_PARAM,
    as_params,
    history_points,
    milliseconds,
    safe_key,
    trial_content,
)
from tuning.tracking.parent import incumbent_points, result_points


def record(**fields: object) -> TrialRecord:
    usual: dict[str, object] = {
        "number": 3,
        "state": COMPLETE,
        "params": {"units": 32, "layers": [64, 32], "optimizer": "adam"},
        "values": (0.9,),
        "metrics": {"val_accuracy": 0.9, "parameters": 1200.0},
        "history": {"step": [1, 2], "val_accuracy": [0.5, 0.9], "loss": [2.0, 1.0]},
        "started": START,
        "finished": START + timedelta(seconds=4),
        "seed": 0,
        "worker": 1,
        "attempts": 1,
    }
    return TrialRecord(**(usual | fields))  # type: ignore[arg-type]


def test_a_trial_keeps_its_times_parameters_and_epochs() -> None:
    content = trial_content(
        record(), metrics=["val_accuracy"], tags={"study": "digits"}, searched={"units"}
    )
    start = milliseconds(START)
    assert (content.name, content.status) == ("trial-0003 units=32", "FINISHED")
    assert (content.start, content.end) == (start, start + 4000)
    assert content.params == {"units": "32", "layers": "[64, 32]", "optimizer": "adam"}
    points = {(p.key, p.step): (p.value, p.timestamp) for p in content.metrics}
    assert points == {
        ("val_accuracy", 1): (0.5, start + 2000),
        ("val_accuracy", 2): (0.9, start + 4000),
        ("loss", 1): (2.0, start + 2000),
        ("loss", 2): (1.0, start + 4000),
        ("system/parameters", 2): (1200.0, start + 4000),
        ("objective", 2): (0.9, start + 4000),
        ("system/duration_seconds", 2): (4.0, start + 4000),
    }
    assert content.tags == {
        "study": "digits",
        "role": "trial",
        "trial": "3",
        "state": "complete",
        "seed": "0",
        "worker": "1",
        "attempts": "1",
    }


@pytest.mark.parametrize(
    ("state", "status"), [(COMPLETE, "FINISHED"), (PRUNED, "FINISHED"), (FAILED, "FAILED")]
)
def test_every_end_has_a_status(state: str, status: str) -> None:
    content = trial_content(record(state=state), metrics=["val_accuracy"], tags={})
    assert content.status == status
    assert content.tags["state"] == state
    assert ("pruned" in content.name) == (state == PRUNED)
    assert any(p.key == "objective" for p in content.metrics) == (state == COMPLETE)


def test_a_final_value_that_is_not_the_last_epoch_is_the_latest_point_of_its_curve() -> None:
    content = trial_content(record(metrics={"val_accuracy": 0.95}), metrics=["x"], tags={})
    assert [p.value for p in content.metrics if p.key == "val_accuracy"][-1:] == [0.95]


def test_several_metrics_are_named() -> None:
    content = trial_content(record(values=(0.9, 7.0)), metrics=["acc", "size"], tags={})
    objectives = {p.key: p.value for p in content.metrics if p.key.startswith("objective")}
    assert objectives == {"objective_acc": 0.9, "objective_size": 7.0}


def test_a_failed_trial_says_why_without_passwords() -> None:
    reason = "cannot reach postgresql://me:secret@db/studies"
    content = trial_content(record(state=FAILED, reason=reason), metrics=["x"], tags={})
    shown = "cannot reach postgresql://me:***@db/studies"
    assert content.tags["reason"] == content.tags["mlflow.note.content"] == shown


def test_a_trial_that_never_started_still_has_content() -> None:
    bare = TrialRecord(number=0, state=FAILED, finished=START)
    content = trial_content(bare, metrics=["x"], tags={})
    assert content.start == content.end == milliseconds(START)


def test_history_without_steps_counts_from_zero_and_skips_gaps() -> None:
    points = history_points({"loss": [1.0, None, 0.5]}, 0, 3)  # type: ignore[list-item]
    assert [(p.step, p.value) for p in points] == [(0, 1.0), (2, 0.5)]


@pytest.mark.parametrize("name", ["a b", "läng", "x" * 400, "<script>", "../../etc", "", "a//b"])
def test_safe_keys_are_accepted_by_mlflow(name: str) -> None:
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    _validate_metric_name(safe_key(name))
    _validate_param_name(safe_key(name))


def test_parameters_whose_names_fall_together_are_both_kept() -> None:
    assert as_params({"a(b": 1, "a)b": 2}) == {"a_b": "1", "a_b_2": "2"}


def test_long_parameters_are_shortened() -> None:
    assert len(as_params({"code": "x" * 10_000})["code"]) == LONGEST_PARAM


def test_the_incumbent_follows_the_order_of_ends() -> None:
    values = [0.5, 0.4, 0.7]
    ends = [3, 1, 2]
    trials = [
        record(number=i, values=(v,), finished=START + timedelta(seconds=end))
        for i, (v, end) in enumerate(zip(values, ends, strict=True))
    ]
    points = incumbent_points(trials, maximize=True)
    assert [(p.step, p.value) for p in points] == [(1, 0.4), (2, 0.7), (3, 0.7)]
    assert [p.value for p in incumbent_points(trials, maximize=False)] == [0.4, 0.4, 0.4]


def test_the_incumbent_ignores_what_is_not_finite_failed_or_infeasible() -> None:
    trials = [
        record(number=0, values=(math.nan,)),
        record(number=1, state=FAILED, values=()),
        record(number=2, values=(9.0,), constraints={"size": 1.0}),
        record(number=3, values=(math.inf,)),
        record(number=4, values=(0.2,)),
    ]
    assert [(p.step, p.value) for p in incumbent_points(trials, maximize=True)] == [(5, 0.2)]


def test_results_become_metrics_but_not_their_parameters() -> None:
    result = {"best_params": {"units": 3}, "test": {"acc": 0.5, "nan": math.nan}, "ok": True}
    assert [(p.key, p.value) for p in result_points(result, 0)] == [("result.test.acc", 0.5)]
