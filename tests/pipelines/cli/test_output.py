"""Names that users choose are shown as they are: some look like rich's markup."""

from __future__ import annotations

import optuna
import pytest

from pipelines.cli.output import print_listing
from pipelines.cli.search_summary import print_summary
from pipelines.jobs.result import TuneResult
from tests.tuning.empty_store import put_empty_store
from tests.tuning.tracking.studies import add_trial, new_study
from tuning import SearchResult
from tuning.space.space import Choice, Space
from tuning.storage.records import COMPLETE, TrialRecord, read_trials

ODD = "x[/b]"


@pytest.fixture
def odd_study(tmp_path):
    """Two trials of a study whose name, hyperparameter and values hold brackets."""
    storage = optuna.storages.RDBStorage(put_empty_store(tmp_path / "mlruns"))
    study = new_study(storage, "odd[red]", space=Space({ODD: Choice(["[/]", "[bold]"])}))
    for number, option in enumerate(("[/]", "[bold]")):
        add_trial(study, {ODD: option}, values=[0.1 * number], start=number)
    return study


def test_a_listing_shows_brackets(capsys):
    print_listing([{"name": "a[/b]", "some_value": "[red]"}], ("name", "some_value"), as_json=False)
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "some", "value"]
    assert line.split() == ["a[/b]", "[red]"]


def test_the_commands_on_studies_show_brackets(odd_study, program):
    assert "odd[red]" in program("status").out
    table = program("trials", "odd").out
    assert table.splitlines()[0].split()[:4] == ["trial", "state", "val_accuracy", ODD]
    assert [line.split()[3] for line in table.splitlines()[1:]] == ["[/]", "[bold]"]


def test_the_end_of_a_search_shows_brackets(odd_study, capsys):
    records = read_trials(odd_study)
    search = SearchResult(
        study=odd_study.study_name, storage="", stopped_because="trials", records=records,
        metrics=[("val_accuracy", "maximize")], best=records[1],
    )  # fmt: skip
    print_summary(TuneResult(search=search, final={}))
    shown = capsys.readouterr()
    assert f'{{"{ODD}": "[bold]"}}' in shown.out
    assert "odd[red]" in shown.out
    assert "cookbook trials 'odd[red]'" in shown.err  # there is no model to predict with
    print_summary(TuneResult(search=search, final={"model_path": "model.keras"}))
    assert "cookbook predict 'odd[red]' INPUT" in capsys.readouterr().err


def test_small_metrics_are_told_apart_beside_the_hyperparameters_of_all_trials(capsys):
    records = [
        TrialRecord(number=0, state=COMPLETE, params={"optimizer": "adam"}, values=(3.21e-5,)),
        TrialRecord(
            number=1, state=COMPLETE, params={"optimizer": "sgd", "momentum": 0.75}, values=(4e-5,)
        ),
    ]
    search = SearchResult(
        study="s", storage="", stopped_because="trials", records=records,
        metrics=[("val_loss", "minimize")], best=records[0],
    )  # fmt: skip
    print_summary(TuneResult(search=search, final={}))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["trial", "val_loss", "optimizer", "momentum"] in lines
    assert ["1", "4e-05", "sgd", "0.75"] in lines
    assert ["validation", "val_loss", "3.21e-05"] in lines
