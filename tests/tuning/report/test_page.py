import base64
import csv
import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest

from tests.tuning.tracking.studies import add_trial, demo_study, new_study
from tuning.report import (
    best_trials,
    compare_studies,
    trial_rows,
    write_figures,
    write_report,
    write_trials,
)
from tuning.report.live import follow_study
from tuning.report.page import report_page
from tuning.report.theme import DARK, LIGHT, contrast
from tuning.report.view import StudySnapshot, as_view
from tuning.space.space import Choice, Float, Space
from tuning.storage import records
from tuning.storage.database import open_storage
from tuning.storage.studies import create_study, storage_url

TWO = (("val_accuracy", "maximize"), ("parameters", "minimize"))
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def storage() -> Any:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.storages.InMemoryStorage()


def line(storage: Any, name: str, values: Sequence[float], **settings: Any) -> Any:
    """A study whose trials end every second with the given values."""
    space = Space({"x": Float(0.0, 1.0)})
    study = new_study(storage, name, space=space, settings=settings)
    for number, value in enumerate(values):
        add_trial(study, {"x": 0.5}, values=[value], start=number, seconds=1.0)
    return study


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The whole page of a study with every kind of trial."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = demo_study(optuna.storages.InMemoryStorage(), trials=14)
    records.record_result(study, {"test": {"accuracy": 0.9823}, "verdict": "better"})
    return write_report(study, tmp_path_factory.mktemp("page") / "report.html").read_text()


def without_figures(study: Any, **options: Any) -> str:
    """The page without the figures of the search, which take seconds to draw."""
    return report_page(as_view(study), {}, **options)


def test_the_page_is_self_contained(page: str) -> None:
    assert not re.search(r"(https?:)?//\w[\w.]+", page)
    assert " src=" not in page
    links = re.findall(r'href="([^"]*)"', page)
    assert links and all(link.startswith("#") for link in links)
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links} <= set(ids)
    for text in ("Best trials", "0.9823", "better", "Space", "Settings", "out of memory", "tpe"):
        assert text in page


RESULT = {
    "metric": "accuracy",
    "test_metrics": {"crossentropy": 0.21, "accuracy": 0.9523},
    "interval": {"low": 0.931, "high": 0.967},
    "default_metrics": {"crossentropy": 0.25, "accuracy": 0.9412},
    "difference": {"low": -0.004, "high": 0.021},
    "baseline": "logistic regression",
    "baseline_difference": {"low": 0.03, "high": 0.07},
    "baseline_metrics": {"crossentropy": 0.4, "accuracy": 0.9011},
    "verdict": "The winner is not better than the default hyperparameters.",
    "over_seeds": {"winner": {"values": [0.95, 0.96], "mean": 0.955, "deviation": 0.007}},
    "pareto": [{"trial": 3, "values": {"accuracy": 0.95}}],
    "test_reads": 2,
    "other": {"inner": 7},
}


def test_the_result_is_a_sentence_and_tables(storage: Any) -> None:
    study = demo_study(storage, trials=4)
    records.record_result(study, RESULT)
    page = without_figures(study)
    section = page[page.index("<h2>Result</h2>") : page.index("<h2>Best trials</h2>")]
    assert f">{RESULT['verdict']}</p>" in page[: page.index("<nav")]
    rows = [re.sub(r"<[^>]+>", "|", row) for row in section.split("</tr>")]
    cells = [[cell for cell in row.split("|") if cell.strip()] for row in rows]
    header = ["on the test rows", "winner", "defaults", "logistic regression"]
    assert header in [c[-4:] for c in cells]
    scores = ["accuracy", "0.9523 (0.931 to 0.967)", "0.9412", "0.9011"]
    assert scores in [c[-4:] for c in cells]  # the verdict's metric first
    differences = ["accuracy of the winner minus it (95 %)", "-0.004 to 0.021", "0.03 to 0.07"]
    places = [next(i for i, c in enumerate(cells) if c[-n:] == one) for one, n in (
        (scores, 4), (differences, 3), (["crossentropy", "0.21", "0.25", "0.4"], 4))]  # fmt: skip
    assert places == sorted(places)
    assert ["winner", "0.955", "0.007", "0.95, 0.96"] in [c[-4:] for c in cells]
    assert ["looks at the test rows", "2"] in [c[-2:] for c in cells]
    assert ["other / inner", "7"] in cells
    assert "interval / low" not in section
    assert "pareto" not in section


def test_the_page_escapes_everything(storage: Any, tmp_path: Path) -> None:
    space = Space({SCRIPT: Choice([SCRIPT, "b"])})
    study = new_study(
        storage, SCRIPT, space=space, metrics=[(SCRIPT, "maximize")], settings={"note": SCRIPT}
    )
    add_trial(study, {SCRIPT: SCRIPT}, values=[1.0])
    add_trial(study, {SCRIPT: SCRIPT}, state=records.FAILED, reason=SCRIPT)
    records.record_result(study, {SCRIPT: SCRIPT})
    page = write_report(study, tmp_path / "report.html").read_text()
    assert page.count("<script") == 1
    assert page.count("&lt;script&gt;") > 8


def test_the_policy_allows_the_script_of_the_page_alone(page: str) -> None:
    script = page[page.index("<script>") + 8 : page.index("</script>")]
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"
    assert f'content="{policy}{known}\'"' in page


def test_figures_and_tables_can_be_read_aloud(page: str) -> None:
    labels = re.findall(r'<svg [^>]*aria-label="([^"]*)"', page)
    assert len(labels) == page.count("<svg")
    assert all(len(label) > 30 for label in labels), labels
    assert "val_accuracy of 10 complete trials" in labels[0]
    assert re.search(r"<th(?!ead| scope=)", page) is None
    assert '<th scope="row"' in page


def test_marks_say_what_they_are(page: str) -> None:
    trials = page[page.index('<section id="history"') : page.index('<section id="incumbent"')]
    found = re.findall(r'data-trial="(\d+)"><title>trial (\d+): val_accuracy [\d.]+', trials)
    assert len(found) == 13  # all that have a value, pruned ones included
    assert all(number == told for number, told in found)
    assert len(re.findall("<title>[^<]*pruned", trials)) == 3


def test_the_page_names_the_command_and_the_run(storage: Any) -> None:
    study = demo_study(storage, trials=2)
    records.record_result(study, {**RESULT, "reproduce": "cookbook train x --epochs 3"})
    study.set_user_attr(records.PROVENANCE, {"git_commit": "a" * 40 + "-dirty"})
    address = "http://server:5000/#/experiments/1/runs/abc"
    page = without_figures(study, run_url=address)
    assert f'<a href="{address}">' in page
    assert "cookbook train x --epochs 3" in page
    assert f"git checkout {'a' * 12}  # and uncommitted changes" in page


EVALUATION = {
    "confusion": {"classes": ["cat", "<b>", "dog"], "counts": [[5, 1, 0], [0, 4, 0], [2, 0, 3]]},
    "calibration": {"confidence": [0.6, 0.9], "accuracy": [0.5, 1.0], "rows": [5, 9], "error": 0.1},
    "residuals": {"truth": [1.0, 2.0, 3.0], "predicted": [1.1, 2.0, 2.5], "rows": 3},
    "learning": {"loss": [2.0, 1.0, None], "val_loss": [2.1, 1.2, 1.1]},
}


def test_the_page_shows_the_winner_on_the_test_rows(storage: Any) -> None:
    study = demo_study(storage, trials=2)
    study.set_user_attr(records.EVALUATION, EVALUATION)
    page = without_figures(study)
    for text in (
        "dog taken for cat: 2 of 5 rows (40.0%)",
        "12 of 15 test rows are right. Most often taken: dog for cat, 2 times.",
        "60% sure, 50% right (5 rows)",
        "Expected calibration error 0.100",
        "Half of 3 test rows are predicted within 0.1.",
        "After 3 epochs: ",
    ):
        assert text in page, text
    study.set_user_attr(records.EVALUATION, {"confusion": {"pairs": [["a", "b", 3]]}})
    page = without_figures(study)
    assert "The most frequent confusions: a for b (3)." in page


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_are_told_from_the_page(colors: dict[str, str]) -> None:
    for name in ("ink", "muted", "link"):
        assert contrast(colors[name], colors["page"]) >= 4.5, name
        assert contrast(colors[name], colors["panel"]) >= 4.5, name
    for name in set(colors) - {"page", "panel", "grid"}:
        assert contrast(colors[name], colors["page"]) >= 3, name


@pytest.mark.parametrize(
    "settings",
    [
        {"trials": 9, "total": 9, "timeout": 60.0},
        pytest.param(
            {"trials": None, "total": None, "strategy": "grid"}, marks=pytest.mark.exhaustive
        ),
    ],
)
def test_a_live_page_is_read_again_until_its_search_has_ended(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    study = stored(tmp_path, settings)

    def go_on() -> None:
        one_more(study)
        records.record_result(study, {"trials": 4})

    assert pages_written(tmp_path, go_on) == [True, False]


@pytest.mark.exhaustive
def test_a_live_page_of_a_search_that_goes_on_waits_for_its_own_result(tmp_path: Path) -> None:
    study = stored(tmp_path, {"trials": 5, "total": 5})
    records.record_result(study, {"trials": 3})
    search_again(study, tmp_path)

    def end() -> None:
        one_more(study)
        one_more(study)
        records.record_result(study, {"trials": 5})

    assert pages_written(tmp_path, end) == [True, False]


@pytest.mark.parametrize(
    "settings",
    [{"trials": 3, "total": 3}, {"trials": 9, "total": 9, "timeout": 60.0}, {"strategy": "grid"}],
)
def test_a_live_page_of_a_search_that_has_ended_is_written_once(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    records.record_result(stored(tmp_path, settings), {"trials": 3})
    assert pages_written(tmp_path) == [False]


def stored(folder: Path, settings: dict[str, Any]) -> Any:
    """A study with three trials in the embedded store of a folder."""
    url = storage_url(None, str(folder))
    return demo_study(optuna.storages.RDBStorage(url), trials=3, settings=settings)


def search_again(study: Any, folder: Path) -> None:
    """Opens a study as a search does that goes on with it."""
    url, known = storage_url(None, str(folder)), study.user_attrs
    create_study(
        study.study_name,
        open_storage(url),
        space=Space.from_dict(known[records.SPACE]),
        metrics=known[records.SETTINGS]["metrics"],
        settings=known[records.SETTINGS],
        url=url,
    )


def one_more(study: Any) -> None:
    point = {"learning_rate": 0.01, "optimizer": "adam", "units": 32, "dropout": 0.1}
    add_trial(study, point | {"layers": [32]}, values=[0.5], start=9)


def pages_written(folder: Path, *steps: Callable[[], None]) -> list[bool]:
    """Whether each page asks to be read again; after each one the search takes a step."""
    found, left = [], list(steps)

    def on_write(view: StudySnapshot) -> None:
        found.append('http-equiv="refresh"' in (folder / "live.html").read_text())
        if left:
            left.pop(0)()

    follow_study("digits", folder / "live.html", root=str(folder), on_write=on_write, idle=600)
    return found


def test_the_page_holds_no_password(storage: Any, tmp_path: Path) -> None:
    space = Space({"url": Choice(["postgresql://me:secret@db/x", "password=secret"])})
    study = new_study(storage, space=space, settings={"url": "postgresql://me:secret@db/x"})
    for number, url in enumerate(["postgresql://me:secret@db/x", "password=secret"]):
        add_trial(study, {"url": url}, values=[0.1 * number], start=number)
    add_trial(study, {}, state=records.FAILED, reason="https://me:secret@host refused")
    page = write_report(study, tmp_path / "report.html").read_text()
    assert "secret" not in page
    assert "me:***@" in page


@pytest.mark.parametrize("trials", [0, 1])
@pytest.mark.parametrize("metrics", [TWO[:1], TWO])
def test_small_studies_have_a_page(storage: Any, tmp_path: Path, trials: int, metrics: Any) -> None:
    study = demo_study(storage, trials=trials, metrics=metrics)
    assert f"<b>{trials}</b>" in write_report(study, tmp_path / "report.html").read_text()
    assert not list(tmp_path.glob("*.part"))


def test_figures_are_written_as_png(storage: Any, tmp_path: Path) -> None:
    files = write_figures(demo_study(storage, trials=0), tmp_path / "figures")
    assert "history.png" in [file.name for file in files]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_best_trials_are_sorted_and_limited(storage: Any) -> None:
    study = line(storage, "s", [0.2, 0.9, 0.5, 0.9])
    assert [row["trial"] for row in best_trials(study, 3)] == [1, 3, 2]
    row = best_trials(study, 1)[0]
    assert row["val_accuracy"] == 0.9
    assert row["params"] == {"x": 0.5}
    assert row["seconds"] == 1.0


def test_best_trials_of_several_metrics_are_the_front(storage: Any) -> None:
    study = new_study(storage, space=Space({"x": Float(0.0, 1.0)}), metrics=TWO)
    for values in ((0.9, 10.0), (0.8, 20.0), (0.5, 1.0)):
        add_trial(study, {"x": 0.1}, values=values)
    assert [row["trial"] for row in best_trials(study)] == [0, 2]


def test_the_page_has_the_whole_front(storage: Any) -> None:
    study = new_study(storage, space=Space({"x": Float(0.0, 1.0)}), metrics=TWO)
    for number in range(15):
        add_trial(study, {"x": 0.1}, values=[number / 20, 100.0 * number])
    front = without_figures(study).split(">Pareto front<", 1)[1].split("</table>", 1)[0]
    assert front.count("<tr") == 1 + 15


def test_a_metric_may_be_called_as_a_column_of_costs(storage: Any) -> None:
    metrics = (("seconds", "minimize"), ("epochs", "minimize"))
    study = new_study(storage, space=Space({"x": Float(0.0, 1.0)}), metrics=metrics)
    add_trial(study, {"x": 0.1}, values=(0.031, 4.5), seconds=7.0)
    (row,) = best_trials(study)
    assert (row["seconds"], row["epochs"]) == (0.031, 4.5)
    assert without_figures(study).count(">seconds<") == 2  # once in each table


def test_every_trial_is_a_row(storage: Any, tmp_path: Path) -> None:
    study = demo_study(storage, trials=6)
    rows = trial_rows(study)
    assert [row["trial"] for row in rows] == list(range(6))
    assert rows[5]["state"] == "failed"
    assert rows[5]["val_accuracy"] is None
    with write_trials(study, tmp_path / "trials.csv").open(newline="") as file:
        stored = list(csv.DictReader(file))
    assert [row["params.layers"] for row in stored] == [str(r["params"]["layers"]) for r in rows]


def test_comparison_cuts_at_the_smallest_budget(storage: Any) -> None:
    first = line(storage, "a", [0.1, 0.2, 0.9, 0.95], strategy="tpe", pruner="none", seed=0)
    second = line(storage, "b", [0.3, 0.4, 0.5], strategy="tpe", pruner="none", seed=1)
    other = line(storage, "c", [0.6, 0.1], strategy="random", pruner="none", seed=0)
    found = compare_studies([first, second, other])
    assert (found.trials, found.seconds) == (2, 2.0)
    assert [row["group"] for row in found.rows] == ["c", "tpe + none"]
    tpe = found.rows[1]
    assert tpe["median"] == pytest.approx((0.2 + 0.4) / 2)
    assert (tpe["best"], tpe["worst"], tpe["studies"]) == (0.4, 0.2, 2)
    assert tpe["median_at_time"] == pytest.approx(0.3)
    found.figure.canvas.draw()


def test_comparison_refuses_different_metrics(storage: Any) -> None:
    first = line(storage, "a", [0.1])
    second = new_study(storage, "b", metrics=[("loss", "minimize")])
    with pytest.raises(ValueError, match=r"one metric .* loss \(min\), val_accuracy \(max\)"):
        compare_studies([first, second])
    with pytest.raises(ValueError, match=r"Each study needs a group\. Got 2 for 1"):
        compare_studies([first], groups=["x", "y"])


def test_comparison_of_empty_studies(storage: Any) -> None:
    found = compare_studies([new_study(storage, "a"), line(storage, "b", [0.5])])
    assert found.trials == 0
