"""Searches that are kept: what is read again, and what is not."""

from __future__ import annotations

from pathlib import Path

from benchmarks import _searchers, search
from benchmarks._kept import KeptSearches, Unit, deciding_code

SEARCH = Unit(1, "ours", "branin")
OTHER = Unit(2, "ours, tpe", "branin")


def opened(path: Path, *, code: str = "a", budgets: tuple[int, ...] = (25, 50)) -> KeptSearches:
    return KeptSearches(path, code=code, budgets=budgets)


def test_what_ended_is_there_after_an_interruption(tmp_path):
    path = tmp_path / "runs.jsonl"
    opened(path).add(OTHER, [0.5, 0.25])
    with path.open("a") as file:
        file.write('{"code": "a", "budg')  # killed while it wrote
    kept = opened(path)
    assert OTHER in kept
    assert SEARCH not in kept
    kept.add(SEARCH, [1.0, 0.1])
    again = opened(path)
    assert again[OTHER] == [0.5, 0.25]
    assert again[SEARCH] == [1.0, 0.1]


def test_searches_of_other_code_or_budgets_are_not_taken(tmp_path):
    path = tmp_path / "runs.jsonl"
    opened(path).add(SEARCH, [0.5, 0.25])
    assert SEARCH not in opened(path, budgets=(25, 100))
    assert SEARCH not in opened(path, code="b")
    assert opened(path)[SEARCH] == [0.5, 0.25]


def test_the_digest_names_the_libraries_that_search():
    code = deciding_code()
    assert "-optuna" in code
    assert "-keras-tuner" in code
    assert code == deciding_code()


def test_only_missing_searches_run(tmp_path):
    kept = opened(tmp_path / "runs.jsonl", budgets=(2, 3))
    known, missing = Unit(1, "ours, random", "branin"), Unit(2, "ours, random", "branin")
    kept.add(known, [-1.0, -1.0])
    search.run_all([known, missing], kept, budgets=(2, 3), processes=1)
    assert kept[known] == [-1.0, -1.0]
    values = _searchers.run("ours, random", "branin", 2, 3)
    assert kept[missing] == search.incumbents(values, (2, 3))
