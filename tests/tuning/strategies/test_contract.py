"""The rules of `tuning.strategies.Strategy`, for every strategy; the names carry their numbers."""

from __future__ import annotations

import importlib.util
import math
import re
import sys
from dataclasses import dataclass, field

import pytest
from optuna.storages import get_storage

from tests.tuning.strategies.drive import Driver
from tuning import Choice, Fixed, Float, Int, SearchSettings, Space
from tuning.engine.warm_start import known_points
from tuning.storage.database import open_storage
from tuning.storage.studies import create_study
from tuning.strategies import STRATEGIES, Request, check_options, make_sampler


@dataclass(frozen=True)
class Row:
    """One strategy: its options for small searches."""

    name: str
    options: dict = field(default_factory=dict)
    trials: int = 9


ROWS = [
    Row("bayesian", {"startup": 3}, trials=5),
    Row("cmaes", {"population": 4}),
    Row("genetic", {"population": 4}),
    Row("gp", {"startup": 3}, trials=5),
    Row("grid", {"points": 4}),
    Row("hybrid", {"startup": 3}),
    Row("qmc"),
    Row("random"),
    Row("tpe", {"startup": 4}),
]
MISSING = {
    name for name, s in STRATEGIES.items() if s.needs and not importlib.util.find_spec(s.needs)
}
ALL = [
    pytest.param(
        row,
        id=row.name,
        marks=pytest.mark.skipif(row.name in MISSING, reason=f"needs {STRATEGIES[row.name].needs}"),
    )
    for row in ROWS
]
FLAT = Space({"x": Float(0.0, 1.0), "n": Int(1, 9), "kind": Choice(["a", "b", "c"])})
CONDITIONAL = Space(
    {
        "optimizer": Choice(["adam", "sgd"]),
        "momentum": Float(0.5, 0.9, when={"optimizer": "sgd"}),
        "nesterov": Choice([False, True], when={"optimizer": "sgd"}),
        "rate": Float(1e-4, 1e-1, log=True),
        "layers": Choice([[32], [64, 32]]),
        "batch": Fixed(32),
    }
)
FINITE = Space({"x": Float(0.0, 0.4, step=0.2), "kind": Choice(["a", "b"])})  # 3 x 2 points


def loss(point, number):
    return [(point.get("x", 0.3) - 0.3) ** 2 + (point.get("rate", 0.01) - 0.01) ** 2]


def driver(root, row, space=FLAT, **changes):
    options = {"strategy_options": row.options, "seed": 3, "trials": row.trials}
    return Driver(root, space, strategy=row.name, **{**options, **changes})


def test_every_strategy_has_a_row():
    assert {row.name for row in ROWS} == set(STRATEGIES)


@pytest.mark.parametrize("row", ALL)
@pytest.mark.parametrize("space", [FLAT, CONDITIONAL], ids=["flat", "conditional"])
def test_rules_1_and_4_and_7_points_are_inside_and_different(tmp_path, row, space):
    points = driver(tmp_path, row, space).run(loss)
    assert len(points) == row.trials
    for point in points:
        assert space.complete(point) == point
    assert len({space.key(point) for point in points}) == len(points)


@pytest.mark.exhaustive
@pytest.mark.parametrize("row", ALL)
def test_rule_2_the_same_seed_gives_the_same_points_also_0(tmp_path, row):
    runs = [driver(tmp_path / name, row, seed=0).run(loss) for name in "ab"]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("row", [p for p in ALL if p.id != "grid"])  # a grid has no seed
def test_rule_2_other_seeds_give_other_points(tmp_path, row):
    runs = [driver(tmp_path / str(seed), row, seed=seed).run(loss, 3) for seed in (0, 1, 2)]
    assert len({str(run) for run in runs}) == 3


@pytest.mark.parametrize("row", ALL)
def test_rule_3_a_resumed_search_tries_the_same_points(tmp_path, row):
    whole = driver(tmp_path / "whole", row).run(loss)
    begun = driver(tmp_path / "parts", row)
    first = begun.run(loss, row.trials // 2)
    claim, interrupted = begun.ask()
    begun.book.release(claim)
    rest = driver(tmp_path / "parts", row).run(loss)
    assert rest[0] == interrupted
    assert first + rest == whole


@pytest.mark.parametrize("row", ALL)
def test_rules_4_and_5_a_finite_space_is_used_up_and_ends_the_search(tmp_path, row):
    options = {} if row.name == "grid" else row.options
    points = driver(tmp_path, row, FINITE, trials=50, strategy_options=options).run(loss)
    assert sorted(map(str, points)) == sorted(str(point) for point in FINITE.grid())


@pytest.mark.parametrize("row", ALL)
def test_rule_6_every_end_is_accepted(tmp_path, row):
    ends = ["pruned", [math.nan], [math.inf], [-math.inf], [0.5], [0.1], [1e300]]
    points = driver(tmp_path, row).run(lambda point, number: ends[number % len(ends)])
    assert len(points) == row.trials


@pytest.mark.parametrize("row", ALL)
def test_rule_6_nothing_but_failures_is_accepted(tmp_path, row):
    points = driver(tmp_path, row, trials=6).run(lambda point, number: [math.nan])
    assert len(points) == 6


@pytest.mark.parametrize("row", ALL)
@pytest.mark.parametrize(
    ("space", "size"),
    [
        pytest.param(Space({}), 1, id="empty"),
        pytest.param(Space({"a": Fixed(1)}), 1, id="fixed", marks=pytest.mark.exhaustive),
        pytest.param(Space({"a": Choice(["only"])}), 1, id="one", marks=pytest.mark.exhaustive),
        pytest.param(Space({"n": Int(1, 3)}), 3, id="three", marks=pytest.mark.exhaustive),
        pytest.param(
            Space({"k": Choice(["a", "b"]), "n": Int(1, 2, when={"k": "b"})}), 3, id="conditional"
        ),
    ],
)
def test_rule_7_small_spaces(tmp_path, row, space, size):
    assert len(driver(tmp_path, row, space, trials=9).run(loss)) == size == space.size


@pytest.mark.parametrize("row", [p for p in ALL if not STRATEGIES[p.id].many_metrics])
def test_one_metric_strategies_say_so(row):
    with pytest.raises(ValueError, match=r"searches one metric\. Got 2: use 'tpe' or 'genetic'"):
        make_sampler(row.name, Request(space=FLAT, seed=0, metrics=2))


@pytest.mark.parametrize("row", [p for p in ALL if STRATEGIES[p.id].many_metrics])
def test_several_metrics(tmp_path, row):
    metrics = (("loss", "minimize"), ("size", "minimize"))
    searched = driver(tmp_path, row, metrics=metrics)
    assert len(searched.run(lambda p, _: [p["x"], 1 - p["x"]])) == row.trials


def test_known_points_go_first(tmp_path):
    points = [{"x": 0.5, "n": 3, "kind": "b"}, {"x": 0.25, "n": 1, "kind": "a"}]
    searched = driver(tmp_path, ROWS[-1], warm_start={"points": points})
    assert searched.run(loss)[:2] == points


def test_the_best_points_of_another_study_go_first(tmp_path):
    first = driver(tmp_path, ROWS[-2])
    first.run(loss)
    best = sorted(first.records(), key=lambda r: r.values)[:2]
    empty = _study_in(first.settings.url, "other")
    settings = first.settings.changed(warm_start={"study": "s", "best": 2})
    found = known_points(empty, FLAT, settings)
    assert found == [dict(record.params) for record in best]


def _study_in(url, name):
    metrics = (("loss", "minimize"),)
    backend = get_storage(open_storage(url))
    return create_study(name, backend, space=FLAT, metrics=metrics, settings={}, url=url)


def test_a_grid_that_is_too_large_is_refused_with_its_size():
    space = Space({name: Int(1, 100) for name in "abc"})
    with pytest.raises(ValueError, match=r"at most 10000 points\. This one has 1000000"):
        make_sampler("grid", Request(space=space, seed=0))


def test_a_wide_range_costs_a_strategy_nothing(tmp_path):
    space = Space({"seed": Int(0, 2**31 - 1), "rate": Float(0.0, 1.0, step=1e-7)})
    for row in ROWS:
        if row.name in MISSING | {"grid", "gp"}:  # they list it, and refuse it
            continue
        trials = 3 + row.options.get("startup", 0)
        points = driver(tmp_path / row.name, row, space, trials=trials).run(
            lambda point, _: [point["rate"]]
        )
        assert len({space.key(point) for point in points}) == trials
    with pytest.raises(ValueError, match=r"at most 10000 points\. This one has 21474838627483648"):
        make_sampler("grid", Request(space=space, seed=0))


@pytest.mark.skipif("gp" in MISSING, reason="needs torch")
def test_a_strategy_that_lists_values_refuses_a_wide_range():
    space = Space({"seed": Int(0, 2**31 - 1)})
    with pytest.raises(ValueError, match=r"at most 1000000\. 'seed' has 2147483648: use larger"):
        make_sampler("gp", Request(space=space, seed=0))


def test_a_grid_needs_steps_or_points():
    with pytest.raises(ValueError, match="Parameter 'x' needs `step` or a number of `points`"):
        make_sampler("grid", Request(space=FLAT, seed=0))


@pytest.mark.parametrize("name", [name for name, s in STRATEGIES.items() if s.needs])
def test_a_missing_extra_names_its_package(name, monkeypatch):
    package = STRATEGIES[name].needs
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(ImportError, match=f"needs the package '{package}'"):
        make_sampler(name, Request(space=FLAT, seed=0))


def test_unknown_options_are_named():
    with pytest.raises(ValueError, match="Did you mean 'population'"):
        check_options("strategy", "genetic", {"populaton": 3})


BROKEN = [
    ("strategy", "tpe", {"startup": "5"}, "must be a whole number, at least 0. Got '5'."),
    ("strategy", "tpe", {"candidates": True}, "must be a whole number, at least 1. Got True."),
    ("strategy", "tpe", {"startup": None}, "must be a whole number, at least 0. Got None."),
    ("strategy", "cmaes", {"population": 2}, "must be a whole number, at least 4. Got 2."),
    ("strategy", "cmaes", {"sigma": 0}, "must be a finite number, above 0. Got 0."),
    ("strategy", "bayesian", {"beta": -1}, "must be a finite number, at least 0. Got -1."),
    ("strategy", "bayesian", {"alpha": math.inf}, "must be a finite number, above 0. Got inf."),
    ("strategy", "grid", {"points": 0}, "must be a whole number, at least 1. Got 0."),
    ("strategy", "grid", {"points": {"x": 2.5}}, "must be a whole number, at least 1. Got 2.5."),
    ("strategy", "genetic", {"algorithm": "nsga"}, "No algorithm named 'nsga'. Did you"),
    ("strategy", "qmc", {"sequence": ["sobol"]}, "No sequence named ['sobol']"),
    ("pruner", "halving", {"factor": 2.5}, "must be a whole number, at least 2. Got 2.5."),
    ("pruner", "hyperband", {"first": 0}, "must be a whole number, at least 1. Got 0."),
    ("pruner", "median", {"interval": 0}, "must be a whole number, at least 1. Got 0."),
]


@pytest.mark.parametrize(("kind", "name", "options", "law"), BROKEN, ids=str)
def test_an_option_that_breaks_its_law_is_refused(kind, name, options, law):
    (option,) = options
    with pytest.raises(ValueError, match=re.escape(f"`{option}` of the {kind} {name!r} must be")):
        check_options(kind, name, options)
    with pytest.raises(ValueError, match=re.escape(law)):
        SearchSettings(
            study="s", trials=9, metrics=[("loss", "minimize")],
            **{kind: name, f"{kind}_options": options},
        )  # fmt: skip


def test_an_option_at_the_end_of_its_law_is_accepted():
    check_options("strategy", "grid", {"points": {"x": 1}, "limit": 1})
    check_options("strategy", "bayesian", {"startup": 1, "alpha": 1e-9, "beta": 0})
    check_options("strategy", "cmaes", {"population": 4, "sigma": 0.1})
    check_options("pruner", "median", {"startup": 0, "warmup": 0, "interval": 1})
