"""The comparison on public tables: loading, scores, ranks, kept cells, and the page."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from optuna.trial import FixedTrial
from scipy import stats

from benchmarks import _public_tables, _table_searches, tables
from benchmarks._kept_cells import Cell, KeptCells, deciding_code
from benchmarks._public_tables import PublicTable, load_table
from benchmarks._table_methods import METHODS, OURS, PEER, without_validation
from benchmarks._table_scores import difference, duel, scores
from benchmarks._table_searches import PEERS, SPLIT, TARGET, VALIDATION, searched, with_splits
from benchmarks._table_summary import against_defaults, summarize
from benchmarks.document import fill
from benchmarks.pages.public_tables import render_tables
from pipelines.datasets import load_dataset
from pipelines.training.own_files import write_frame

SHIPPED = ("breast-cancer", "diabetes", "digits", "wine")
SIMPLE = ("linear", PEER)


@pytest.mark.parametrize("name", SHIPPED)
def test_tables_of_scikit_learn_load_without_files(name: str) -> None:
    table = load_table(name)
    assert len(table.x) == len(table.y) > 100
    assert table.classes == (0 if name == "diabetes" else len(set(table.y)))
    assert not table.x.duplicated().any()


def test_a_missing_file_says_where_it_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOKBOOK_DATA", "nowhere")
    with pytest.raises(_public_tables.MissingTableError, match=r"adult.csv .* COOKBOOK_DATA='nowh"):
        load_table("adult")


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(set(_public_tables.SOURCES) - set(SHIPPED)))
def test_tables_of_the_data_folder_load(name: str) -> None:
    table = load_table(name)
    assert len(table.x) == len(table.y) > 100
    assert {str(kind) for kind in table.x.dtypes} <= {"float64", "object"}


def test_folds_share_no_row_and_hold_all() -> None:
    table = load_table("wine")
    tested = [test for _, test in tables.folds(table)]
    assert sorted(np.concatenate(tested)) == list(range(len(table.y)))
    assert all(not set(train) & set(test) for train, test in tables.folds(table))
    shares = [np.bincount(table.y[test]) / len(test) for test in tested]
    np.testing.assert_allclose(shares, np.tile(shares[0], (5, 1)), atol=0.05)


def test_scores_are_their_definitions() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]])
    found = scores(2, probabilities, np.array([0, 1, 0, 1]))
    assert found["accuracy"] == 0.75
    assert found["1-auc"] == pytest.approx(1 / 4)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.6, 0.3, 0.8]).mean())
    numbers = scores(0, np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0]))
    assert numbers["rmse"] == pytest.approx(math.sqrt(5 / 3))
    assert numbers["r2"] == pytest.approx(1 - 5 / 2)


def test_interval_is_that_of_nadeau_and_bengio() -> None:
    ours, theirs = [1.0, 2.0, 4.0, 3.0, 2.0], [2.0, 2.0, 5.0, 5.0, 2.5]
    gaps = np.subtract(ours, theirs)
    reach = stats.t.ppf(0.975, 4) * gaps.std(ddof=1) * math.sqrt(1 / 5 + 1 / 4)
    np.testing.assert_allclose(difference(ours, theirs), gaps.mean() + reach * np.array([0, -1, 1]))


def test_a_duel_counts_tables_and_clear_ones_apart() -> None:
    ours = {"won": [1.0, 1.1, 0.9], "noisy": [1.0, 3.0, 1.0], "lost": [2.0, 2.1, 2.0]}
    theirs = {"won": [2.0, 2.1, 1.9], "noisy": [2.0, 1.0, 3.0], "lost": [1.0, 1.1, 1.0]}
    found = duel(ours, theirs)
    assert (found["wins"], found["losses"]) == (2, 1)
    assert (found["clear_wins"], found["clear_losses"]) == (1, 1)
    least, most = found["win_share"]
    assert least < 2 / 3 < most
    middle, low, high = found["ratio"]
    assert low < middle < high


def test_cells_that_ended_are_there_after_an_interruption(tmp_path) -> None:
    path, cell = tmp_path / "runs.jsonl", Cell("wine", 0, "linear")
    KeptCells(path, codes={"linear": "a"}).add(cell, {"log_loss": 0.5})
    with path.open("a") as file:
        file.write('{"code": "a", "tab')  # killed while it wrote
    kept = KeptCells(path, codes={"linear": "a"})
    assert kept[cell] == {"log_loss": 0.5}
    other = Cell("wine", 1, "linear")
    kept.add(other, {"log_loss": 0.25})
    assert KeptCells(path, codes={"linear": "a"})[other] == {"log_loss": 0.25}
    assert cell not in KeptCells(path, codes={"linear": "b"})
    assert "-scikit-learn" in deciding_code("linear")


def test_a_kept_cell_is_of_its_method_and_its_trials() -> None:
    codes = [deciding_code(method, trials) for method in (OURS, "linear") for trials in (0, 3, 40)]
    codes += [deciding_code(method, 40, 8) for method in (OURS, "linear")]
    assert len(set(codes)) == len(codes)
    assert deciding_code(PEER, 3) == deciding_code("linear", 3)


@pytest.fixture(scope="module")
def record() -> dict:
    some = {"wine": load_table("wine"), "diabetes": load_table("diabetes")}
    kept = KeptCells(None, codes={})
    tables.run_all(some, SIMPLE, kept, 2)
    for name in some:
        for fold in range(2):
            kept.add(Cell(name, fold, OURS), dict(kept[Cell(name, fold, "linear")]))
    found = summarize(some, (OURS, *SIMPLE), kept, 2)
    return {
        "command": "python -m benchmarks.tables --quick",
        "seeds": [0, 1],
        "commit": "0" * 40,
        "modified": False,
        "date": "2026-01-01",
        "machine": {"cores": 2, "cpu": "a processor"},
        "versions": {"keras": "3"},
        **found,
    }


def test_equal_methods_share_a_rank(record: dict) -> None:
    ranks = record["summary"]["all"]["mean_rank"]
    assert ranks[OURS] == ranks["linear"]
    assert sum(ranks.values()) == pytest.approx(1 + 2 + 3)
    assert record["summary"]["seen in development"]["tables"] == 1


def test_the_page_shows_the_record(record: dict, tmp_path) -> None:
    (tmp_path / "tables.json").write_text(json.dumps(record))
    page = fill("<!-- tables: tables -->\n<!-- end tables -->\n", tmp_path)
    assert f"| {OURS} | {record['summary']['all']['mean_rank'][OURS]:.2f} |" in page
    assert "| wine (new) | 178 x 13 | log loss |" in page
    assert "commit 0000000000" in page


def outcome(page: str) -> str:
    return page.split("**")[1].partition(" by mean rank after 2 trials of each method: `")[0]


def test_the_page_of_searches_says_what_they_are_worth(record: dict, tmp_path) -> None:
    (tmp_path / "tables.json").write_text(json.dumps(record))
    worth = against_defaults(record, tmp_path / "tables.json")
    assert set(worth) == {OURS, *SIMPLE}
    assert worth["linear"]["ratio"] == [1.0, 1.0, 1.0]
    searched_record = {**record, "trials": 2, "searched_against_defaults": worth}
    (tmp_path / "tables-searched.json").write_text(json.dumps(searched_record))
    page = fill("<!-- tables: tables-searched -->\n<!-- end tables -->\n", tmp_path)
    assert "**What 2 trials are worth**" in page
    assert outcome(page) == "Level with the best"
    assert "worse than its own defaults" not in page
    ranks = searched_record["summary"]["all"]["mean_rank"]
    for own, words in ((0.5, "Ahead of all"), (9.0, "Behind")):
        searched_record["summary"] = {
            "all": record["summary"]["all"] | {"mean_rank": ranks | {OURS: own}}
        }
        assert outcome(render_tables(searched_record)) == words
    worth[OURS]["ratio"] = [1.2, 0.9, 1.4]
    assert "error 1.200 times theirs, within the noise" in render_tables(searched_record)
    assert "| linear | 0 | 0 | 1.000 [1.000, 1.000] |" in page
    assert against_defaults(record, tmp_path / "missing.json") == {}


def test_one_fold_says_nothing_of_noise(record: dict) -> None:
    some, kept = {"wine": load_table("wine")}, KeptCells(None, codes={})
    for method, score in ((OURS, 0.1), ("linear", 0.2)):
        cell = {"log_loss": score, "accuracy": 1.0, "seconds": 1.0}
        kept.add(Cell("wine", 0, method), cell)
    found = record | {"seeds": [0]} | summarize(some, (OURS, "linear"), kept, 1)
    assert "Infinity" not in json.dumps(found)
    page = render_tables(found)
    assert "(share of wins 2% to 100%); error 0.502 times theirs" in page
    assert "beyond the noise" in render_tables(record)


@pytest.mark.parametrize("name", ["wine", "diabetes"])
def test_our_job_has_the_rows_of_the_peers(name: str, tmp_path) -> None:
    table = load_table(name)
    train, test = tables.folds(table)[1]
    path = write_frame(with_splits(table, train, test, 1), tmp_path)
    found = load_dataset("tabular-file", path=path, target=TARGET, split=SPLIT)
    fitted, held = without_validation(table, train, 1, share=VALIDATION)
    splits = (found.train, found.validation, found.test.open("a test"))
    for split, rows in zip(splits, (fitted, held, test), strict=True):
        wanted = table.x.iloc[np.sort(rows)].to_numpy()
        np.testing.assert_array_equal(split.x.to_numpy(), wanted)


@pytest.mark.parametrize("method", sorted(PEERS))
def test_the_defaults_of_a_peer_are_a_point_of_its_space(method: str) -> None:
    peer = PEERS[method]
    assert peer.space(FixedTrial(dict(peer.first))) == peer.first


def test_a_searched_peer_predicts_every_test_row() -> None:
    table = load_table("wine")
    train, test = tables.folds(table)[0]
    found = searched("linear", table, train, test, 0, trials=2)
    np.testing.assert_allclose(found.sum(axis=1), np.ones(len(test)))


def test_the_best_trials_of_a_peer_are_averaged() -> None:
    table = load_table("wine")
    train, test = tables.folds(table)[0]
    points = _table_searches._search_of_peer("linear", table, train, 0, 4)
    assert len({point["inverse"] for point in points}) == 4
    parts = [METHODS["linear"](table, train, test, 0, **point) for point in points[:2]]
    found = searched("linear", table, train, test, 0, trials=4, average=2)
    np.testing.assert_allclose(found, np.mean(parts, axis=0))


@pytest.mark.slow
@pytest.mark.parametrize("method", [OURS, *sorted(PEERS)])
def test_every_method_can_be_searched(method: str) -> None:
    pytest.importorskip("lightgbm") if method == "LightGBM" else None
    for name in ("wine", "diabetes"):
        found = tables.measure(Cell(name, 0, method), load_table(name), trials=2)
        assert all(map(math.isfinite, found.values()))
        assert found["seconds"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_predicts(method: str) -> None:
    pytest.importorskip("lightgbm") if method == "LightGBM" else None
    for name in ("wine", "diabetes"):
        table: PublicTable = load_table(name)
        train, test = tables.folds(table)[0]
        found = METHODS[method](table, train, test, 0)
        assert found.shape == ((len(test), table.classes) if table.classes else (len(test),))
        assert np.isfinite(found).all()
