"""`sync` against a real MLflow database."""

import json
from typing import Any

import pytest

from tests.tuning.tracking.studies import (
    START,
    add_trial,
    confirmed_study,
    demo_study,
    new_study,
)
from tuning.storage import records
from tuning.tracking import Provenance, Tracker, TrackingError, sync
from tuning.tracking.content import milliseconds
from tuning.tracking.study_runs import sender_of, tracking_id

PARAMS = {"learning_rate": 0.01, "optimizer": "adam", "units": 32, "dropout": 0.1, "layers": [32]}


def runs_of(tracking_uri: str, study: Any) -> tuple[Any, dict[int, Any]]:
    """The parent and the children by trial number, as MLflow has them."""
    tracker = Tracker(tracking_uri, experiment=study.study_name)
    found = tracker.search("study_id", tracking_id(study))
    parents = [run for run in found if run.data.tags["role"] == "study"]
    children = [run for run in found if run.data.tags["role"] == "trial"]
    assert len(parents) == 1
    assert len({run.data.tags["trial"] for run in children}) == len(children)
    return parents[0], {int(run.data.tags["trial"]): run for run in children}


def fingerprint(tracking_uri: str, study: Any) -> list[Any]:
    parent, children = runs_of(tracking_uri, study)
    client = Tracker(tracking_uri, experiment=study.study_name).client
    seen = []
    for run in [parent, *children.values()]:
        history = {
            key: [
                (m.value, m.step, m.timestamp)
                for m in client.get_metric_history(run.info.run_id, key)
            ]
            for key in run.data.metrics
        }
        seen.append((run.info.run_id, run.info.status, run.data.params, run.data.tags, history))
    return seen


def test_every_trial_is_a_child_with_its_exact_values(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    study = demo_study(storage, trials=12, settings={"trials": 12})
    provenance = Provenance(git_commit="abc-dirty", dataset="digits", fingerprint="f" * 64)
    study.set_user_attr("provenance", provenance.to_dict())
    report = sync(storage_url, "digits", tracking_uri, files=False)
    assert (report.created, report.left, report.updated) == (12, 0, True)
    parent, children = runs_of(tracking_uri, study)
    assert parent.info.run_id == report.run_id
    assert parent.info.status == "FINISHED"
    assert parent.data.params["strategy"] == "tpe"
    assert parent.data.tags["mlflow.source.git.commit"] == "abc"
    assert parent.data.tags["git.dirty"] == "true"
    assert [d.dataset.name for d in parent.inputs.dataset_inputs] == ["digits"]
    expected = records.read_trials(study)
    assert sorted(children) == [record.number for record in expected]
    client = Tracker(tracking_uri, experiment="digits").client
    for record in expected:
        run = children[record.number]
        assert run.data.tags["mlflow.parentRunId"] == report.run_id
        assert run.data.tags["dataset.fingerprint"] == "f" * 64
        assert run.info.start_time == milliseconds(record.started)
        assert run.info.end_time == milliseconds(record.finished)
        assert run.data.params["units"] == str(record.params["units"])
        assert run.data.params["batch_size"] == "64"
        history = client.get_metric_history(run.info.run_id, "val_accuracy")
        assert [m.step for m in history] == list(record.history["step"])
        assert [m.value for m in history] == list(record.history["val_accuracy"])
    best = max(r.value for r in expected if r.state == records.COMPLETE)
    assert parent.data.metrics["best_value"] == best


@pytest.mark.exhaustive
def test_a_second_call_writes_nothing(storage: Any, storage_url: str, tracking_uri: str) -> None:
    study = demo_study(storage, trials=6, settings={"trials": 6})
    records.record_result(study, {"test": {"accuracy": 0.98}})
    assert sync(storage_url, "digits", tracking_uri).changed
    before = fingerprint(tracking_uri, study)
    again = sync(storage_url, "digits", tracking_uri)
    assert not again.changed
    assert fingerprint(tracking_uri, study) == before
    parent, _ = runs_of(tracking_uri, study)
    assert parent.data.metrics["result.test.accuracy"] == 0.98


@pytest.mark.exhaustive
def test_files_of_the_parent_run(storage: Any, storage_url: str, tracking_uri: str) -> None:
    demo_study(storage, trials=6, settings={"trials": 6})
    report = sync(storage_url, "digits", tracking_uri)
    client = Tracker(tracking_uri, experiment="digits").client
    names = {file.path for file in client.list_artifacts(report.run_id)}
    assert names == {"figures", "report.html", "space.json", "settings.json", "trials.csv"}
    figures = {file.path for file in client.list_artifacts(report.run_id, "figures")}
    assert "figures/history.png" in figures


def test_the_parent_names_what_was_confirmed_with_its_parameters_alone(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    study = confirmed_study(storage)
    sync(storage_url, "digits", tracking_uri, files=False)
    parent, _ = runs_of(tracking_uri, study)
    assert parent.info.status == "FINISHED"  # all trials of its stages are there
    best = {key: text for key, text in parent.data.tags.items() if key.startswith("best.")}
    assert (best.pop("best.trial"), best.pop("best.value")) == ("1", "0.95")
    assert json.loads(best.pop("best.params"))["learning_rate"] == 0.02
    assert best == {}


def test_new_trials_and_results_are_added(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    study = new_study(storage, settings={"trials": 2})
    add_trial(study, PARAMS, values=[0.9])
    sync(storage_url, "digits", tracking_uri, files=False)
    parent, _ = runs_of(tracking_uri, study)
    assert parent.info.status == "KILLED"  # one trial of two, and nobody searches
    add_trial(study, PARAMS, values=[0.8], start=5)
    records.record_result(
        study, {"test": {"accuracy": 0.7}, "verdict": "Keep it.", "best_trial": 0}
    )
    report = sync(storage_url, "digits", tracking_uri, files=False)
    assert report.created == 1
    parent, children = runs_of(tracking_uri, study)
    assert sorted(children) == [0, 1]
    assert parent.info.status == "FINISHED"
    assert parent.data.metrics["result.test.accuracy"] == 0.7
    assert parent.data.tags["best.trial"] == "0"
    assert parent.data.tags["mlflow.note.content"].startswith("Keep it.")


def test_deleted_runs_are_made_again(storage: Any, storage_url: str, tracking_uri: str) -> None:
    study = demo_study(storage, trials=4)
    first = sync(storage_url, "digits", tracking_uri, files=False)
    _, children = runs_of(tracking_uri, study)
    client = Tracker(tracking_uri, experiment="digits").client
    client.delete_run(first.run_id)
    client.delete_run(children[2].info.run_id)
    report = sync(storage_url, "digits", tracking_uri, files=False)
    assert report.created == 1
    assert report.tidied == 3  # children whose parent is gone
    parent, children = runs_of(tracking_uri, study)
    assert sorted(children) == [0, 1, 2, 3]
    assert {c.data.tags["mlflow.parentRunId"] for c in children.values()} == {parent.info.run_id}


def test_a_run_that_was_cut_off_is_completed(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    study = demo_study(storage, trials=3)
    sync(storage_url, "digits", tracking_uri, files=False)
    whole = fingerprint(tracking_uri, study)
    _, children = runs_of(tracking_uri, study)
    client = Tracker(tracking_uri, experiment="digits").client
    client.update_run(children[1].info.run_id, status="RUNNING")
    report = sync(storage_url, "digits", tracking_uri, files=False)
    assert (report.created, report.completed) == (0, 1)
    assert fingerprint(tracking_uri, study) == whole  # values written twice are there once


def test_doubles_of_two_writers_are_removed(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    study = demo_study(storage, trials=3)
    first = sync(storage_url, "digits", tracking_uri, files=False)
    _, children = runs_of(tracking_uri, study)
    double = children[1]
    Tracker(tracking_uri, experiment="digits").start(
        double.info.run_name,
        tags=double.data.tags,
        parent=first.run_id,
        start=double.info.start_time + 1,
    ).finish()
    report = sync(storage_url, "digits", tracking_uri, files=False)
    assert report.tidied == 1
    _, children = runs_of(tracking_uri, study)
    assert children[1].info.run_id == double.info.run_id


def test_another_writer_is_left_to_its_work(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    study = new_study(storage)
    first = sync(storage_url, "digits", tracking_uri, files=False)
    assert first.run_id is not None
    other = sender_of(study)
    assert other is not None
    assert other.take()
    add_trial(study, PARAMS, values=[0.9])
    report = sync(storage_url, "digits", tracking_uri, files=False)
    assert (report.created, report.left) == (0, 1)
    other.give_back()
    assert sync(storage_url, "digits", tracking_uri, files=False).created == 1


def test_a_new_study_of_an_old_name_gets_its_own_runs(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    import optuna

    add_trial(new_study(storage), PARAMS, values=[0.9])
    first = sync(storage_url, "digits", tracking_uri, files=False)
    optuna.delete_study(study_name="digits", storage=storage)
    study = new_study(storage)
    add_trial(study, PARAMS, values=[0.1])
    second = sync(storage_url, "digits", tracking_uri, files=False)
    assert second.created == 1
    assert second.run_id != first.run_id


def test_changed_settings_become_tags(storage: Any, storage_url: str, tracking_uri: str) -> None:
    study = new_study(storage, settings={"trials": 2})
    sync(storage_url, "digits", tracking_uri, files=False)
    settings = study.user_attrs[records.SETTINGS]
    study.set_user_attr(records.SETTINGS, settings | {"trials": 4})
    sync(storage_url, "digits", tracking_uri, files=False)
    parent, _ = runs_of(tracking_uri, study)
    assert parent.data.params["trials"] == "2"
    assert parent.data.tags["settings.trials"] == "4"
    assert not sync(storage_url, "digits", tracking_uri, files=False).changed


@pytest.mark.exhaustive
def test_strange_values_are_written(storage: Any, storage_url: str, tracking_uri: str) -> None:
    metrics = (("score", "minimize"), ("size", "minimize"))
    study = new_study(storage, metrics=metrics)
    add_trial(
        study,
        PARAMS,
        values=[float("inf"), 1.0],
        metrics={"score": float("inf"), "other": float("nan")},
        history={"step": list(range(2500)), "loss": [0.5] * 2500},
        notes={"weird <name>": "x" * 20_000},
    )
    add_trial(study, PARAMS, state=records.FAILED, start=3, reason="<b>boom</b>\nline two")
    assert sync(storage_url, "digits", tracking_uri, files=False).created == 2
    assert not sync(storage_url, "digits", tracking_uri, files=False).changed
    _, children = runs_of(tracking_uri, study)
    client = Tracker(tracking_uri, experiment="digits").client
    assert len(client.get_metric_history(children[0].info.run_id, "loss")) == 2500


def test_an_unknown_study_is_a_key_error(storage: Any, storage_url: str, tracking_uri: str) -> None:
    with pytest.raises(KeyError):
        sync(storage_url, "nothing", tracking_uri)


def test_an_unreachable_server_is_said_without_its_password(storage: Any, storage_url: str) -> None:
    new_study(storage)
    with pytest.raises(TrackingError, match=r"http://me:\*\*\*@127.0.0.1:9 cannot be reached"):
        sync(storage_url, "digits", "http://me:secret@127.0.0.1:9")


def test_times_are_those_of_the_trial(storage: Any, storage_url: str, tracking_uri: str) -> None:
    study = new_study(storage)
    add_trial(study, PARAMS, values=[0.9], start=7, seconds=3)
    sync(storage_url, "digits", tracking_uri, files=False)
    parent, children = runs_of(tracking_uri, study)
    assert parent.info.start_time == milliseconds(START) + 7000
    assert children[0].info.end_time == milliseconds(START) + 10_000
