"""The default strategy and its parts, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import optuna
import pytest
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial
from scipy.optimize import approx_fprime
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from tests.tuning.strategies.drive import Driver
from tuning import Choice, Fixed, Float, Int, Space
from tuning.internals.optuna import CONSTRAINT_PREFIX
from tuning.strategies import Request, make_sampler
from tuning.strategies.candidates import shaken
from tuning.strategies.cube import Axis, Cube, among
from tuning.strategies.hybrid import _MOST, _telling
from tuning.strategies.process import Process, log_improvement
from tuning.strategies.standings import Standing, order
from tuning.strategies.targets import targets

SPACE = Space(
    {
        "kind": Choice(["a", "b", [1, 2]]),
        "rate": Float(1e-4, 1e-1, log=True),
        "x": Float(-1.0, 1.0),
        "drop": Float(0.0, 0.5, step=0.1, when={"kind": ["b", [1, 2]]}),
        "units": Int(16, 64, step=16),
        "batch": Int(1, 300, log=True),
        "deep": Int(1, 3, when={"drop": [0.1, 0.2]}),
        "fixed": Fixed(3),
        "never": Float(0.0, 1.0, when={"fixed": 3}),
    }
)
RINGS = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)})


def random_rows(cube, size=200):
    return np.random.default_rng(0).random((size, len(cube.names)))


def fitted(size=20):
    generator = np.random.default_rng(1)
    x = generator.random((size, 3))
    z = np.sin(3 * x[:, 0]) + x[:, 1] ** 2
    return Process(x, (z - z.mean()) / z.std(), np.array([False, False, False]))


def test_cube_law_1_rows_are_points_of_the_space_and_stay_where_they_are():
    cube = Cube(SPACE)
    rows = cube.snap(random_rows(cube))
    assert np.allclose(cube.snap(rows), rows, atol=1e-12)
    for row in rows:
        point = cube.decode(row)
        active = {}
        for name in SPACE.searched:
            if SPACE.is_active(name, active | {"fixed": 3}):
                active[name] = point[name]
        assert SPACE.complete(active)["fixed"] == 3


def test_cube_laws_2_and_3_points_have_one_row():
    cube = Cube(SPACE)
    for row in cube.snap(random_rows(cube)):
        point, active = cube.decode(row), {"fixed": 3}
        for name in SPACE.searched:
            if SPACE.is_active(name, active):
                active[name] = point[name]
        assert cube.encode(active) == pytest.approx(row, abs=1e-9)


def test_absent_parameters_stand_in_the_middle():
    cube = Cube(SPACE)
    rows = cube.snap(random_rows(cube))
    kind, drop = cube.names.index("kind"), cube.names.index("drop")
    assert (rows[rows[:, kind] < 1 / 3, drop] == 0.5).all()
    unreachable = Cube(Space({"f": Fixed(1), "x": Float(0, 1, when={"f": 1}), "n": Int(1, 3)}))
    assert unreachable.names == ["x", "n"]


@pytest.mark.parametrize(
    ("dimension", "value", "position"),
    [
        (Int(0, 3), 3, 7 / 8),
        (Int(10, 10**9), 10, 0.5 / (10**9 - 9)),
        (Float(1.0, 100.0, log=True), 10.0, 1 / 2),
        (Float(0.0, 0.4, step=0.2), 0.4, 5 / 6),
        (Choice(["a", "b"]), "b", 3 / 4),
        (Int(1, 4, log=True), 2, math.log(2 / 0.5) / math.log(4.5 / 0.5)),
    ],
)
def test_positions(dimension, value, position):
    axis = Axis(dimension)
    assert axis.place(value) == pytest.approx(position)
    assert axis.value(axis.place(value)) == pytest.approx(value)


def test_rows_among_others():
    rows = np.array([[0.0, 0.5], [0.25, 0.5]])
    assert among(rows, rows[1:]).tolist() == [False, True]
    assert among(rows, rows[:0]).tolist() == [False, False]
    assert among(rows[:0], rows).tolist() == []


def test_the_gradient_of_the_posterior_is_exact():
    process = fitted()
    for logs in (process.logs, process.logs + 0.3):
        estimate = approx_fprime(logs, lambda at: process.loss(at)[0], 1e-7)
        assert process.loss(logs)[1] == pytest.approx(estimate, abs=1e-4)


def test_mean_and_deviation_are_those_of_scikit_learn():
    process = fitted()
    lengths, noise = np.exp(process.logs[:-1]), math.exp(process.logs[-1]) + 1e-8
    kernel = Matern(lengths, nu=2.5)
    peer = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None)
    peer.fit(process.x, process._z)
    rows = np.random.default_rng(2).random((30, 3))
    mean, deviation = process.predict(rows)
    wanted_mean, wanted_deviation = peer.predict(rows, return_std=True)
    assert mean == pytest.approx(wanted_mean, abs=1e-6)
    scale = math.sqrt(process._z @ process._weights / len(process._z))
    assert deviation == pytest.approx(scale * wanted_deviation, abs=1e-5)


def test_what_is_believed_changes_no_mean_and_leaves_no_doubt():
    process = fitted()
    rows = np.array([[0.9, 0.1, 0.9]])
    mean, deviation = process.predict(rows)
    after, rest = process.believing(rows).predict(rows)
    assert after == pytest.approx(mean, abs=1e-6)
    assert rest[0] < 0.3 * deviation[0]
    assert process.predict(rows)[1] == deviation  # the process itself believes nothing


def test_unordered_coordinates_are_equal_or_different():
    x = np.array([[0.1], [0.5], [0.9], [0.1]])
    z = np.array([-1.0, 1.0, 1.0, -1.0])
    mean, _ = Process(x, z, np.array([True])).predict(np.array([[0.3], [0.7]]))
    assert mean[0] == pytest.approx(mean[1])


def test_the_expected_improvement_is_the_closed_form():
    mean, deviation = np.array([-2.0, -0.1, 0.0, 0.3, 4.0]), np.array([0.1, 2.0, 1.0, 0.5, 1.0])
    t = -mean / deviation
    wanted = np.log(deviation * (norm.pdf(t) + t * norm.cdf(t)))
    assert log_improvement(mean, deviation, 0.0) == pytest.approx(wanted, rel=1e-9)


def test_the_expected_improvement_falls_without_end():
    far = log_improvement(np.array([10.0, 50.0, 1000.0]), np.ones(3), 0.0)
    assert np.isfinite(far).all()
    assert (np.diff(far) < 0).all()


def test_trials_stand_in_the_order_complete_pruned_infeasible_failed():
    def trial(state, value=None, steps=None, violation=None):
        attributes = {} if violation is None else {f"{CONSTRAINT_PREFIX}size": violation}
        steps = steps or {}
        return create_trial(
            state=state, value=value, intermediate_values=steps, system_attrs=attributes
        )

    worst_first = [
        trial(TrialState.FAIL),
        trial(TrialState.COMPLETE, 0.0, violation=3.0),
        trial(TrialState.COMPLETE, 0.5, violation=2.0),
        trial(TrialState.PRUNED, steps={1: 0.1}),
        trial(TrialState.PRUNED, steps={3: 0.9}),
        trial(TrialState.PRUNED, steps={3: 0.8}),
        trial(TrialState.COMPLETE, 9.0),
        trial(TrialState.COMPLETE, 1.0),
    ]
    standings = [order(one, StudyDirection.MINIMIZE) for one in worst_first]
    assert standings == sorted(standings, reverse=True)
    assert (np.diff(targets(standings)) < 0).all()
    maximized = [order(one, StudyDirection.MAXIMIZE) for one in worst_first[-2:]]
    assert maximized[0] < maximized[1]


@pytest.mark.parametrize(
    "values",
    [[1.0], [2.0, 2.0], [1e308, -1e308, 0.0], [0.0, 0.0, 0.0, 1.0], [5.0, 1.0, 1e300]],
)
def test_targets_are_finite_and_keep_the_order(values):
    told = targets([Standing(0, 0, value) for value in values] + [Standing(3, 0, 0.0)])
    assert np.isfinite(told).all()
    assert (np.diff(told[np.argsort(values, kind="stable")]) >= 0).all()
    assert told[-1] == told.max()


def test_targets_below_the_median_keep_their_distances():
    told = targets([Standing(0, 0, value) for value in (0.0, 1.0, 3.0, 7.0, 20.0, 21.0, 22.0)])
    steps = np.diff(told[:3])  # the median itself belongs to the upper half
    assert steps[1] / steps[0] == pytest.approx(2.0)


def test_shaken_rows_stay_in_the_cube_and_differ():
    generator = np.random.default_rng(0)
    rows = np.repeat([[0.01, 0.99, 0.5]], 100, axis=0)
    unordered = np.array([False, False, True])
    changed = shaken(rows, unordered, generator, width=0.5, chance=0.0)
    assert ((changed >= 0) & (changed <= 1)).all()
    assert ((changed != rows).sum(axis=1) == 1).all()


def test_the_start_has_one_point_in_each_eighth_of_every_parameter(tmp_path):
    searched = Driver(tmp_path, RINGS, strategy="hybrid", trials=8, seed=5)
    points = searched.run(lambda point, number: [0.0])
    for name in RINGS.searched:
        assert sorted(int(8 * point[name]) for point in points) == list(range(8))


def test_a_bowl_is_found_in_25_trials(tmp_path):
    searched = Driver(tmp_path, RINGS, strategy="hybrid", trials=25, seed=0)
    searched.run(lambda p, _: [(p["x"] - 0.7) ** 2 + (p["y"] - 0.2) ** 2])
    assert min(record.values[0] for record in searched.records()) < 1e-4


def test_workers_at_once_try_different_points(tmp_path):
    searched = Driver(tmp_path, RINGS, strategy="hybrid", trials=20, seed=0)
    searched.run(lambda p, _: [(p["x"] - 0.7) ** 2 + (p["y"] - 0.2) ** 2], 13)
    points = [searched.ask()[1] for _ in range(3)]  # 13, 14 and 15 are the process's
    away = [
        math.dist(list(a.values()), list(b.values()))
        for i, a in enumerate(points)
        for b in points[:i]
    ]
    assert min(away) > 1e-4


def test_a_process_that_is_kept_draws_the_points_of_a_fresh_one(tmp_path):
    def driver(name):
        return Driver(tmp_path / name, RINGS, strategy="hybrid", trials=20, seed=0)

    def bowl(point, number):
        return [(point["x"] - 0.7) ** 2 + (point["y"] - 0.2) ** 2]

    kept = driver("kept")
    driver("fresh").run(bowl, 13)
    kept.run(bowl, 13)
    assert [kept.ask()[1] for _ in range(4)] == [driver("fresh").ask()[1] for _ in range(4)]


def test_a_region_that_fails_is_left(tmp_path):
    space = Space({"x": Float(0.0, 1.0)})
    searched = Driver(tmp_path, space, strategy="hybrid", trials=24, seed=0)
    points = searched.run(lambda p, _: [math.nan if p["x"] > 0.5 else 1 - p["x"]])
    assert sum(point["x"] > 0.5 for point in points[10:]) <= 7
    assert min(record.values[0] for record in searched.records() if record.values) < 0.53


def test_the_process_takes_the_best_and_the_latest_trials():
    standings = [Standing(0, 0, float(value)) for value in range(300)]
    chosen = _telling(standings[::-1])
    assert len(chosen) == _MOST
    assert set(range(250, 300)) <= set(chosen)  # the best, here also the latest
    assert chosen == sorted(chosen)


def test_optuna_samples_by_it_too():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = make_sampler("hybrid", Request(space=RINGS, seed=0, options={"startup": 4}))
    study = optuna.create_study(sampler=sampler)
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_float("y", 0, 1), n_trials=8)
    assert len(study.trials) == 8
