"""Commands on studies, on two finished ones that are searched once; MLflow broken and back."""

from __future__ import annotations

import json
import sqlite3

import pytest
import yaml

from pipelines.cli.studies import _sent
from pipelines.jobs.api import tune

pytestmark = pytest.mark.service

COMMON = {
    "function": "tests.service.objectives:parabola",
    "metric": "loss",
    "direction": "minimize",
    "pruner": "none",
    "workers": 1,
    "space": {"x": {"float": [0.0, 1.0]}, "kind": {"choice": ["a", "b"]}},
}
STAGED = {
    "stages": [
        {"name": "explore", "strategy": "random", "trials": 4},
        {"name": "refine", "strategy": "tpe", "trials": 3, "narrow": 2},
        {"name": "confirm", "confirm": 2, "repeats": 2},
    ]
}


@pytest.fixture(scope="module")
def root(tmp_path_factory, put_mlflow):
    folder = tmp_path_factory.mktemp("studies")
    for name, keys in {"staged": STAGED, "plain": {"strategy": "random", "trials": 5}}.items():
        job = folder / f"{name}.yaml"
        job.write_text(yaml.safe_dump(COMMON | keys))
        tune(job, root=folder / "mlruns", tracking=False)
    return put_mlflow(folder / "mlruns")


@pytest.fixture
def cli(program, root):
    return lambda *arguments, **changes: program(*arguments, "--root", root, **changes)


def last(done):
    return json.loads(done.out.strip().splitlines()[-1])


def test_status_lists_every_study(cli):
    rows = {row["name"]: row for row in last(cli("status", "--json"))}
    assert {name: row["finished"] for name, row in rows.items()} == {"staged": 11, "plain": 5}
    assert {row["status"] for row in rows.values()} == {"finished"}
    table = cli("status").out
    assert "staged" in table
    assert "plain" in table


def test_the_beginning_of_a_name_and_latest_are_enough(cli, tmp_path):
    assert [row["name"] for row in last(cli("status", "st", "--json"))] == ["staged"]
    assert cli("best", "pl").out == cli("best", "latest").out == cli("best", "plain").out
    assert len(last(cli("trials", "latest", "--json"))) == 5
    done = cli("report", "pl")
    assert (tmp_path / "plain.html").exists()
    assert "Next: cookbook best plain" in done.err


def test_trials_are_listed_with_their_stage(cli):
    rows = last(cli("trials", "staged", "--json"))
    assert [row["stage"] for row in rows] == ["explore"] * 4 + ["refine"] * 3 + ["confirm"] * 4
    assert all(row["state"] == "complete" for row in rows)
    assert cli("trials", "plain").out.count("complete") == 5


def test_the_table_of_trials_has_the_hyperparameters_that_differ(cli, monkeypatch):
    rows = last(cli("trials", "plain", "--json"))
    header, *lines = cli("trials", "plain").out.strip().splitlines()
    kinds = {row["params"]["kind"] for row in rows}
    assert header.split()[:3] == ["trial", "state", "loss"]
    assert "x" in header.split()
    assert ("kind" in header.split()) == (len(kinds) > 1)
    assert "reason" not in header
    for row, line in zip(rows, lines, strict=True):
        assert f"{row['params']['x']:.4g}" in line.split()
    monkeypatch.setattr("pipelines.cli.studies.listing_width", lambda: 46)
    narrow = cli("trials", "plain")
    assert "x" not in narrow.out.splitlines()[0].split()
    assert "Not shown for lack of space" in narrow.err


def test_best_prints_what_was_confirmed_in_each_form(cli):
    rows = last(cli("trials", "staged", "--json"))
    params = json.loads(cli("best", "staged").out)
    assert params in [row["params"] for row in rows]
    # This objective repeats itself: the confirmed point is the best one.
    best = min(rows, key=lambda row: row["loss"])
    assert params == best["params"]
    assert yaml.safe_load(cli("best", "staged", "--as", "yaml").out) == {"params": params}
    names = {}
    exec(cli("best", "staged", "--as", "python").out, names)  # noqa: S102 - it is meant for this
    assert names["params"] == params


def test_compare_has_equal_budgets(cli, tmp_path):
    figure = tmp_path / "curves.png"
    rows = last(cli("compare", "staged", "plain", "--json", "--figure", figure))
    assert len(rows) == 2
    assert figure.stat().st_size > 0
    shown = cli("compare", "staged", "plain", "--figure", figure).out
    assert "after 5 trials" in shown
    assert str(figure) in shown


def test_a_study_that_is_named_twice_is_compared_once(cli):
    twice, once = (last(cli("compare", *names, "--json")) for names in (["plain"] * 2, ["plain"]))
    assert twice == once


def test_a_report_into_no_folder_is_refused_at_once(cli, tmp_path):
    done = cli("report", "latest", "--output", "no/x.html", check=False)
    assert done.code == 2
    assert "Got 'no/x.html': make 'no' first." in done.err
    assert not list(tmp_path.glob("**/x.html"))


def test_the_report_shows_the_stages_and_the_figures_are_written(cli, tmp_path):
    page, figures = tmp_path / "page.html", tmp_path / "figures"
    cli("report", "staged", "--output", page, "--figures", figures)
    text = page.read_text()
    for heading in ("Stages", "Confirmed with other seeds", "explore", "refine", "confirm"):
        assert heading in text
    assert list(figures.iterdir())


def test_sync_builds_the_runs_and_a_second_call_writes_nothing(cli):
    first = last(cli("sync", "plain", "--json"))
    assert first["run_id"]
    again = last(cli("sync", "plain", "--json"))
    assert again["run_id"] == first["run_id"]
    assert (again["created"], again["updated"]) == (0, 0)
    said = cli("sync", "plain").out.splitlines()
    assert said[0] == "MLflow has everything of this study."
    assert said[1].startswith("run  http")


def test_what_was_sent_is_said_in_words():
    done = {"created": 2, "completed": 0, "tidied": 1, "updated": True, "sent": ["the model"]}
    words = ["2 trials", "1 run put in order", "the run of the study", "the model"]
    assert _sent(done) == words


def test_delete_removes_one_study(program, root, tmp_path, monkeypatch):
    copy, checkpoints = tmp_path / "copy", tmp_path / "checkpoints"
    monkeypatch.setenv("COOKBOOK_CHECKPOINTS", str(checkpoints))
    for name in ("plain/00003", "plain/refits", "plainer/00000"):
        (checkpoints / name).mkdir(parents=True)
    copy.mkdir()
    with sqlite3.connect(root / "studies.db") as source:
        source.backup(sqlite3.connect(copy / "studies.db"))
    source.close()
    for beginning in ("latest", "plai"):
        done = program("delete", beginning, "--yes", "--root", copy, check=False)
        assert done.code == 2
        assert "What is deleted is named in full." in done.err
    program("delete", "plain", "--yes", "--root", copy)
    assert [row["name"] for row in last(program("status", "--json", "--root", copy))] == ["staged"]
    done = program("trials", "plain", "--root", copy, check=False)
    assert done.code == 2
    assert "No study named 'plain'" in done.err
    assert [folder.name for folder in checkpoints.iterdir()] == ["plainer"]


@pytest.mark.usefixtures("ready_mlflow")
@pytest.mark.parametrize(
    "store", ["file/mlflow.db", pytest.param("/dev/full", marks=pytest.mark.exhaustive)]
)
def test_a_broken_mlflow_store_costs_no_trial_and_sync_rebuilds(program, tmp_path, store):
    (tmp_path / "file").write_text("")
    job = tmp_path / "job.yaml"
    job.write_text(yaml.safe_dump(COMMON | {"strategy": "random", "trials": 4}))
    uri = f"sqlite:///{tmp_path / store}"
    done = program("tune", job, "--tracking-uri", uri, "--json")
    found = last(done)
    assert found["states"] == {"complete": 4}
    assert found["run_id"] is None
    assert "A new study" not in done.err
    rebuilt = last(program("sync", "job", "--json"))
    assert rebuilt["run_id"]
    assert rebuilt["created"] >= 4


def test_a_staged_search_ends_with_a_table_of_its_stages(cli, root):
    job = root.parent / "staged.yaml"
    done = cli("tune", job)
    assert "is finished" in done.err
    for text in ("stages", "explore", "refine", "confirm", "repetitions with other seeds"):
        assert text in done.out
    found = last(cli("tune", job, "--json"))
    assert [row["stage"] for row in found["stages"]] == ["explore", "refine", "confirm"]
    assert [row["trials"] for row in found["stages"]] == [4, 3, 4]
    assert len(found["confirmed"]) == 2


def test_several_metrics_end_with_a_front_and_its_winner(program, tmp_path):
    job = tmp_path / "front.yaml"
    metrics = [{"name": name, "direction": "minimize"} for name in ("loss", "cost")]
    keys = {name: COMMON[name] for name in ("pruner", "workers")} | {
        "function": "tests.service.objectives:two_metrics",
        "space": {"x": {"float": [0.0, 1.0]}},
        "metrics": metrics,
        "winner": "knee",
        "trials": 5,
        "tracking": False,
    }
    job.write_text(yaml.safe_dump(keys))
    done = program("tune", job)
    assert "Pareto front" in done.out
    assert "nearest to the best of every metric" in done.out
    found = last(program("tune", job, "--json"))
    front = {one["trial"]: one for one in found["pareto"]}
    # Every x between the two minima is on the front.
    assert set(front) == set(range(5))
    winner = front[found["final"]["best_trial"]]
    assert found["best_params"] == winner["params"]
    assert found["final"]["pareto"] == found["pareto"]
    assert json.loads(program("best", "front").out) == winner["params"]
