"""Every figure times every kind of study; the registry is the table."""

import math
from collections.abc import Callable
from typing import Any

import optuna
import pytest
from matplotlib.figure import Figure

from tests.tuning.tracking.studies import SPACE, add_trial, demo_study, new_study
from tuning.report import FIGURES, StudySnapshot, draw, parameter_importance, view_study
from tuning.report.constraints import constraints_table
from tuning.report.importance import ranked
from tuning.report.registry import figures_of
from tuning.report.scales import scale_of
from tuning.results.result import pareto_front
from tuning.space.space import Choice, Fixed, Float, Int, Space
from tuning.storage import records

PARAMS = {"learning_rate": 0.01, "optimizer": "sgd", "momentum": 0.5, "units": 32}
PARAMS |= {"dropout": 0.1, "layers": [32]}
TWO = (("val_accuracy", "maximize"), ("parameters", "minimize"))


def memory() -> Any:
    return optuna.storages.InMemoryStorage()


def one_trial() -> Any:
    study = new_study(memory())
    add_trial(study, PARAMS, values=[0.9], history={"step": [1], "val_accuracy": [0.9]})
    return study


def only_failures() -> Any:
    study = new_study(memory())
    for number in range(3):
        add_trial(study, PARAMS, state=records.FAILED, start=number, reason="no")
    return study


def running_and_waiting() -> Any:
    study = demo_study(memory(), trials=3)
    add_trial(study, PARAMS, state=records.RUNNING, start=20, worker=0)
    add_trial(study, {}, state=records.WAITING)
    return study


def extreme_values() -> Any:
    study = new_study(memory())
    for number, value in enumerate([0.9, 0.91, 0.92, 0.93, -1e9, math.inf, 0.95, 0.94]):
        history = {"step": [1, 2], "val_accuracy": [None, value]}
        add_trial(study, PARAMS | {"units": 16 + 16 * number}, values=[value], history=history)
    return study


def equal_values() -> Any:
    study = new_study(memory())
    for number in range(6):
        add_trial(study, PARAMS, values=[0.5], start=number)
    return study


def one_parameter() -> Any:
    study = new_study(memory(), space=Space({"x": Float(0.0, 1.0)}))
    for number in range(5):
        add_trial(study, {"x": number / 5}, values=[number / 5], start=number)
    return study


def odd_names() -> Any:
    space = Space(
        {
            "$\\frac$ <b>": Choice(["<script>", "$x^2$", "a" * 80]),
            "n" * 90: Int(1, 8, log=True),
            "single": Choice(["only"]),
            "fixed": Fixed(None),
            "flag": Choice([True, False, None]),
        }
    )
    study = new_study(memory(), space=space)
    for number, option in enumerate(["<script>", "$x^2$", "a" * 80, "$x^2$", "<script>"]):
        point = {"$\\frac$ <b>": option, "n" * 90: number + 1, "single": "only", "flag": None}
        add_trial(study, point, values=[number / 10], start=number)
    return study


def without_attributes() -> Any:
    study = optuna.create_study(storage=memory(), direction="minimize")
    study.optimize(lambda trial: trial.suggest_float("x", 1e-6, 1, log=True), n_trials=6)
    return study


def few_of_two_metrics() -> Any:
    study = new_study(memory(), metrics=TWO)
    for number in range(4):
        add_trial(study, PARAMS, values=[0.1 * number, 100.0 * number], start=number)
    return study


SIZE = "parameters <= 9000"


def constrained() -> Any:
    """Four trials, of which the two best by value break the constraint."""
    study = new_study(memory())
    for number, over in enumerate((-50.0, -20.0, 10.0, 30.0)):
        metrics = {"parameters": 9000.0 + over}
        excess = {SIZE: over}
        add_trial(
            study, PARAMS, values=[0.1 * number], start=number, excess=excess, metrics=metrics
        )
    return study


def pruned_of_two_metrics() -> Any:
    """Two complete trials, and two that were pruned: one has reported both metrics."""
    study = new_study(memory(), metrics=TWO)
    add_trial(study, PARAMS, values=[0.9, 100.0])
    add_trial(study, PARAMS, values=[0.8, 50.0], start=2)
    first = {"step": [1, 2], "val_accuracy": [0.1, 0.2]}
    both = {**first, "parameters": [70.0, 70.0]}
    for start, history in ((4, first), (6, both)):
        add_trial(study, PARAMS, state=records.PRUNED, start=start, history=history)
    return study


CASES: dict[str, Callable[[], Any]] = {
    "no trials": lambda: new_study(memory()),
    "one trial": one_trial,
    "two trials": lambda: demo_study(memory(), trials=2),
    "many trials": lambda: demo_study(memory(), trials=70),
    "only failures": only_failures,
    "running and waiting": running_and_waiting,
    "extreme values": extreme_values,
    "equal values": equal_values,
    "one parameter": one_parameter,
    "odd names": odd_names,
    "without attributes": without_attributes,
    "two metrics": lambda: demo_study(memory(), trials=12, metrics=TWO),
    "two metrics, few": few_of_two_metrics,
    "two metrics, pruned": pruned_of_two_metrics,
    "constrained": constrained,
}


@pytest.fixture(scope="module")
def views() -> dict[str, StudySnapshot]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return {name: view_study(make()) for name, make in CASES.items()}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_drawn(views: dict[str, StudySnapshot], name: str, case: str) -> None:
    figure = draw(name, views[case])
    assert isinstance(figure, Figure)
    figure.set_layout_engine("none")  # the layout is the slow part, and seen elsewhere
    figure.set_dpi(20)
    figure.canvas.draw()


def test_figures_use_no_global_state(views: dict[str, StudySnapshot]) -> None:
    import sys

    assert (
        "matplotlib.pyplot" not in sys.modules
        or not __import__("matplotlib.pyplot").pyplot.get_fignums()
    )


def test_an_unknown_figure_is_named() -> None:
    with pytest.raises(ValueError, match=r"No figure named 'slice'\. Did you mean 'slices'"):
        draw("slice", new_study(memory()))


def _busy(*starts: float) -> str:
    """What the figure of workers says of trials of two seconds by one number of a worker."""
    study = new_study(memory())
    for start in starts:
        add_trial(study, PARAMS, values=[0.5], start=start, worker=0)
    return str(draw("timeline", view_study(study)).alt)


def test_workers_of_several_processes_are_told_apart() -> None:
    assert "2 trials on 1 workers, which were busy 100%" in _busy(0.0, 1.9)
    assert "4 trials on 2 workers, which were busy 100%" in _busy(0.0, 0.0, 2.0, 2.0)


def test_only_several_metrics_have_a_pareto_front(views: dict[str, StudySnapshot]) -> None:
    assert "pareto" not in figures_of(views["one trial"])
    assert list(figures_of(views["two metrics"])) == list(FIGURES)


def test_importance_finds_the_parameter_that_decides() -> None:
    study = new_study(memory(), space=Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}))
    for number in range(40):
        x, y = (number % 8) / 7, (number * 0.618) % 1
        add_trial(study, {"x": x, "y": y}, values=[-((x - 0.5) ** 2)])
    shares = parameter_importance(view_study(study))
    assert next(iter(shares)) == "x"
    assert sum(shares.values()) == pytest.approx(1.0)


def test_pruned_trials_tell_which_parameter_decides() -> None:
    """By `y` trials are pruned; those that live are equally good."""
    study = new_study(memory(), space=Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}))
    for number in range(40):
        point = {"x": (number * 0.618) % 1, "y": (number % 8) / 7}
        state = records.COMPLETE if point["y"] < 0.2 else records.PRUNED
        add_trial(study, point, values=[0.5], state=state, start=number)
    view = view_study(study)
    assert len(view.complete()) == 10
    assert next(iter(parameter_importance(view))) == "y"


def test_the_ranks_of_trials(views: dict[str, StudySnapshot]) -> None:
    groups = [[record.number for record in group] for group in ranked(views["constrained"])]
    assert groups == [[1], [0], [3], [2]]  # who breaks the constraint comes after all who keep it
    study = demo_study(memory(), trials=24)
    ranks = [[(r.state, r.steps) for r in group] for group in ranked(view_study(study))]
    pruned = [group for group in ranks if group[0][0] == records.PRUNED]
    assert pruned == ranks[-len(pruned) :] and len(pruned) == 2
    assert [group[0][1] for group in pruned] == [4, 2]


def test_pruned_trials_stand_in_the_chart_of_the_front(views: dict[str, StudySnapshot]) -> None:
    view = views["two metrics, pruned"]
    figure = draw("pareto", view)
    axes = figure.axes[0]
    dots = next(one for one in axes.collections if "pruned" in str(one.get_label()))
    (first, edge), both = dots.get_offsets().tolist()
    low, high = axes.get_ylim()
    assert low < edge < high and edge > 0.9 * high, "on the worse edge of what was not reported"
    assert first == both[0] > axes.get_xlim()[0], "moved to the edge that 0.2 lies beyond"
    assert both[1] == 70.0
    assert figure.alt.endswith("2 trials were pruned.")
    texts = [mark.text for marks in figure.marks.values() for mark in marks]
    assert "trial 2: val_accuracy 0.2 (pruned)" in texts


def test_who_breaks_a_constraint_is_neither_best_nor_unmarked(
    views: dict[str, StudySnapshot],
) -> None:
    view = views["constrained"]
    history = draw("history", view)
    texts = [mark.text for marks in history.marks.values() for mark in marks]
    assert f"trial 3: val_accuracy 0.3 (breaks {SIZE})" in texts
    assert "the best one, trial 1," in draw("parallel", view).alt


def test_the_table_of_constraints(views: dict[str, StudySnapshot]) -> None:
    assert constraints_table(views["many trials"]) is None
    header, rows = constraints_table(views["constrained"]) or ((), [])
    assert rows == [[SIZE, 2, 2, "10, median 20", 8980.0, "2, 3"]]
    assert len(header) == len(rows[0])


def test_the_front_holds_exactly_the_unbeaten() -> None:
    values = [(1.0, 5.0), (2.0, 4.0), (2.0, 6.0), (3.0, 3.0), (1.0, 5.0), (math.nan, 0.0)]
    trials = [
        records.TrialRecord(number=i, state=records.COMPLETE, values=v)
        for i, v in enumerate(values)
    ]
    assert pareto_front(trials, ["minimize", "minimize"]) == [0, 1, 3, 4]
    assert pareto_front(trials, ["maximize", "maximize"]) == [2, 3]


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("learning_rate", 1e-4, 0.0),
        ("learning_rate", math.sqrt(1e-4 * 1e-1), 0.5),
        ("learning_rate", 1e-1, 1.0),
        ("units", 72, 0.5),
        ("optimizer", "adam", 0.0),
        ("optimizer", "sgd", 0.5),
        ("layers", [64, 32], 1.0),
    ],
)
def test_scales_place_values(name: str, value: Any, unit: float) -> None:
    view = StudySnapshot(name="s", metrics=[("m", True)], records=[], space=SPACE)
    assert scale_of(view, name).unit(value) == pytest.approx(unit)


def test_options_that_look_alike_have_places_and_labels_of_their_own() -> None:
    study = new_study(memory(), space=Space({"x": Choice([True, "True", 1]), "y": Choice(["a"])}))
    for value in (1, "True", True):
        add_trial(study, {"x": value, "y": "a"}, values=[0.5])
    scale = scale_of(view_study(study), "x")
    assert [scale.place(value) for value in (True, "True", 1)] == [0, 1, 2]
    assert scale.ticks() == [(0.0, "True"), (0.5, "'True'"), (1.0, "1")]
    assert scale_of(view_study(study), "y").ticks() == [(0.5, "a")]
